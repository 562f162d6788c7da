"""Use cases that touch more than one row: functions taking `session` first."""
