"""Working days as the State Council arranged them, by hand for 2026, and what follows."""

from datetime import date

import pytest

from app.core.calendar import (
    add_working_days,
    is_arranged,
    is_working_day,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),  # 元旦, a Thursday
        (date(2026, 1, 4), True),  # a Sunday made up for it
        (date(2026, 2, 14), True),  # a Saturday made up for 春节
        (date(2026, 2, 16), False),  # 春节 eve, a Monday
        (date(2026, 10, 10), True),  # a Saturday made up for 国庆
        (date(2026, 11, 21), False),  # a plain Saturday
        (date(2026, 11, 23), True),
    ],
)
def test_days_of_2026(day: date, works: bool) -> None:  # noqa: FBT001
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # a Friday: Monday
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # a Saturday: Monday
        (date(2026, 3, 6), 5, date(2026, 3, 13)),
        (date(2026, 5, 8), 1, date(2026, 5, 9)),  # Friday; Saturday is worked for the May holiday
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # Friday; Sunday is worked for National Day
        (date(2026, 9, 24), 1, date(2026, 9, 28)),  # Mid-Autumn, Friday to Sunday
        (date(2026, 2, 27), 1, date(2026, 2, 28)),  # the make-up Saturday after it
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # New Year; Sunday is worked
        (date(2026, 3, 6), 0, date(2026, 3, 6)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Friday, then the Saturday made up
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 11, 20), 3, date(2026, 11, 25)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_the_day_on_which_a_clock_ends(day: date, count: int, due: date) -> None:
    """V25 among them: Friday and one working day, also where the Saturday is worked."""
    assert add_working_days(day, count) == due
    assert working_days_between(day, due) == count


def test_years_not_yet_arranged_count_monday_to_friday() -> None:
    friday = date(2099, 10, 2)
    assert not is_arranged(friday)
    assert is_arranged(date(2026, 6, 1))
    assert add_working_days(friday, 1) == date(2099, 10, 5)
    assert working_days_between(date(2099, 10, 5), friday) == 0
