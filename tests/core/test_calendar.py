"""Working days against the State Council's arrangements, looked up by hand."""

from datetime import date

import pytest

from app.core.calendar import LAST_YEAR, add_working_days


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-03-06", 1, "2026-03-09"),  # a Friday: Monday
        ("2026-03-07", 1, "2026-03-09"),  # a Saturday: Monday
        ("2026-03-06", 5, "2026-03-13"),
        ("2026-05-08", 1, "2026-05-09"),  # Friday; Saturday is worked for the May holiday
        ("2026-09-18", 1, "2026-09-20"),  # Friday; Sunday is worked for National Day
        ("2026-09-24", 1, "2026-09-28"),  # Mid-Autumn, Friday to Sunday
        ("2026-09-30", 3, "2026-10-10"),  # 1-7 October off; 8, 9 and Saturday 10 are worked
        ("2026-02-14", 1, "2026-02-24"),  # Spring Festival, 15-23 February
        ("2026-02-27", 1, "2026-02-28"),  # the make-up Saturday after it
        ("2025-12-31", 1, "2026-01-04"),  # New Year; Sunday is worked
        ("2026-03-06", 0, "2026-03-06"),
    ],
)
def test_days_by_hand(received: str, days: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(received), days) == date.fromisoformat(due)


def test_a_year_not_yet_arranged_is_not_guessed() -> None:
    assert add_working_days(date(LAST_YEAR, 12, 30), 1) == date(LAST_YEAR, 12, 31)
    assert add_working_days(date(LAST_YEAR, 12, 30), 2) is None
    assert add_working_days(date(2003, 5, 1), 1) is None
