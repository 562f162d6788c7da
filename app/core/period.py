"""Reporting periods and relative days, resolved in the organisation's zone.

Forms: `2026`, `2026-H1`, `2026-Q3`, `2026-08`, `2026-08-31`, the year-to-date `2026-01..2026-06`
("1-6月"), any range of two such forms, and `today`, `this_month`, `this_quarter`, `this_year`,
`last_30d`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.core.clock import today
from app.core.types import FIRST_DAY, LAST_DAY

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?",
    re.ASCII,
)
_LAST_DAYS = re.compile(r"last_(\d{1,4})d", re.ASCII)
_MONTHS_IN = {"this_month": 1, "this_quarter": 3, "this_year": 12}
PERIOD_PATTERN = (
    r"^([0-9]{4}(-(H[12]|Q[1-4]|(0[1-9]|1[0-2])(-[0-3][0-9])?))?"
    r"(\.\.[0-9]{4}(-(H[12]|Q[1-4]|(0[1-9]|1[0-2])(-[0-3][0-9])?))?)?"
    r"|today|this_month|this_quarter|this_year|last_[0-9]{1,4}d)$"
)


@dataclass(frozen=True)
class Days:
    """A closed range of business dates and the text it was asked for with."""

    start: date
    end: date
    text: str = ""


def _month_span(year: int, first: int, months: int) -> tuple[date, date]:
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _single(text: str) -> tuple[date, date]:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year = int(match["year"])
    if match["half"]:
        return _month_span(year, 6 * int(match["half"]) - 5, 6)
    if match["quarter"]:
        return _month_span(year, 3 * int(match["quarter"]) - 2, 3)
    if match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return day, day
    if match["month"]:
        return _month_span(year, int(match["month"]), 1)
    return _month_span(year, 1, 12)


def _relative(text: str) -> tuple[date, date] | None:
    day = today()
    if text == "today":
        return day, day
    if text in _MONTHS_IN:
        months = _MONTHS_IN[text]
        return _month_span(day.year, (day.month - 1) // months * months + 1, months)
    if match := _LAST_DAYS.fullmatch(text):
        return day - timedelta(days=int(match[1]) - 1), day
    return None


def parse(text: str) -> Days:
    """The days of a period; `ValueError` where the text is none or its end precedes its start."""
    span = _relative(text)
    if span is None:
        first, dots, last = text.partition("..")
        span = _single(first)[0], _single(last if dots else first)[1]
    if not FIRST_DAY <= span[0] <= span[1] <= LAST_DAY:
        raise ValueError(text)
    return Days(*span, text)


def _parsed(value: object) -> object:
    try:
        return parse(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError(
            "period_form",
            "Input should be a period like 2026, 2026-Q3, 2026-08 or 2026-01..2026-06",
        ) from error


Period = Annotated[
    Days,
    BeforeValidator(_parsed),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": PERIOD_PATTERN,
            "examples": ["2026-Q4", "2026-01..2026-06"],
        }
    ),
]
