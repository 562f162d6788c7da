"""Working days of mainland China, 调休 included, as the State Council arranges them year by year.

Years whose arrangement is not published yet (`is_arranged`) count Monday to Friday: such a day may
still move when the arrangement comes out, usually in November of the year before.
"""

from datetime import date, timedelta

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

FIRST_YEAR, LAST_YEAR = min(holidays).year, max(holidays).year
_DAY = timedelta(days=1)
_SATURDAY = 5


def is_arranged(day: date) -> bool:
    """Whether the arrangement of that year is published and known here."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_working_day(day: date) -> bool:
    """Whether offices work, make-up days 调休 included."""
    return is_workday(day) if is_arranged(day) else day.weekday() < _SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after a day, which itself does not count."""
    while count > 0:
        day += _DAY
        count -= is_working_day(day)
    return day


def next_working_days(day: date, count: int) -> list[date]:
    """The first working days after a day, in order."""
    found: list[date] = []
    while len(found) < count:
        day = add_working_days(day, 1)
        found.append(day)
    return found


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; 0 where it is not later."""
    days = range(1, (end - start).days + 1)
    return sum(is_working_day(start + number * _DAY) for number in days)
