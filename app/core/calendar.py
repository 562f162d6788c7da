"""Working days of mainland China with 调休, as the State Council arranges them every year."""

from datetime import date, timedelta

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

FIRST_YEAR, LAST_YEAR = min(holidays).year, max(holidays).year
_DAY = timedelta(days=1)


def is_known(day: date) -> bool:
    """Whether the arrangement of that year is published and known here."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def add_working_days(day: date, count: int) -> date | None:
    """The `count`-th working day after a day; None where it lies in a year not yet arranged.

    The day itself does not count: what is received on a Friday afternoon with one working day is
    due at the end of the next working day.
    """
    while count > 0:
        day += _DAY
        if not is_known(day):
            return None
        count -= is_workday(day)
    return day
