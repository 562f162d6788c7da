"""Periods by their first and last day, read from a calendar."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today
from app.core.period import PERIOD_PATTERN, parse


def written(text: str) -> str:
    days = parse(text)
    assert days.text == text
    return f"{days.start} {days.end}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", "2026-01-01 2026-12-31"),
        ("2026-H1", "2026-01-01 2026-06-30"),
        ("2026-H2", "2026-07-01 2026-12-31"),
        ("2026-Q1", "2026-01-01 2026-03-31"),
        ("2026-Q2", "2026-04-01 2026-06-30"),
        ("2026-Q3", "2026-07-01 2026-09-30"),
        ("2026-Q4", "2026-10-01 2026-12-31"),
        ("2026-01", "2026-01-01 2026-01-31"),
        ("2026-02", "2026-02-01 2026-02-28"),
        ("2024-02", "2024-02-01 2024-02-29"),
        ("2100-02", "2100-02-01 2100-02-28"),
        ("2000-02", "2000-02-01 2000-02-29"),
        ("2024-Q1", "2024-01-01 2024-03-31"),
        ("2026-04", "2026-04-01 2026-04-30"),
        ("2026-12", "2026-12-01 2026-12-31"),
        ("2024-02-29", "2024-02-29 2024-02-29"),
        ("2026-01..2026-06", "2026-01-01 2026-06-30"),  # 1-6月
        ("2019-01..2019-02", "2019-01-01 2019-02-28"),
        ("2025-11..2026-02", "2025-11-01 2026-02-28"),
        ("2026-Q2..2026-H2", "2026-04-01 2026-12-31"),
        ("2026-03-15..2026-03-15", "2026-03-15 2026-03-15"),
        ("2026-H1..2026-06-15", "2026-01-01 2026-06-15"),
        ("1950..2199", "1950-01-01 2199-12-31"),
    ],
)
def test_calendar_forms(text: str, expected: str) -> None:
    assert written(text) == expected
    assert re.search(PERIOD_PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-H3",
        "2026-Q5",
        "2026-Q0",
        "2026-13",
        "2026-00",
        "2026-1",
        "2025-02-29",
        "2026-04-31",
        "2026-06..2026-01",
        "2026-01..",
        "..2026-01",
        "2026..2027..2028",
        "2026-01-01..today",
        "last_0d",
        "last_30",
        "last_99999d",
        "yesterday",
        "1900",
        "2200",
        "2026 ",
        "２０２６",
        "2026-h1",
        "1-6月",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the date says it in its own words
        parse(text)


def test_relative_periods_hold_today() -> None:
    day = today()
    assert written("today") == f"{day} {day}"
    assert written("this_year") == f"{day.year}-01-01 {day.year}-12-31"
    assert written("this_month").startswith(f"{day:%Y-%m}-01 {day:%Y-%m}-")
    assert written("last_1d") == f"{day} {day}"
    assert written("last_30d") == f"{day - timedelta(days=29)} {day}"


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        (date(2026, 1, 1), "2026-01-01 2026-01-31", "2026-01-01 2026-03-31"),
        (date(2026, 3, 31), "2026-03-01 2026-03-31", "2026-01-01 2026-03-31"),
        (date(2024, 2, 29), "2024-02-01 2024-02-29", "2024-01-01 2024-03-31"),
        (date(2026, 11, 23), "2026-11-01 2026-11-30", "2026-10-01 2026-12-31"),
        (date(2026, 12, 31), "2026-12-01 2026-12-31", "2026-10-01 2026-12-31"),
    ],
)
def test_this_month_and_quarter(
    monkeypatch: pytest.MonkeyPatch, day: date, month: str, quarter: str
) -> None:
    monkeypatch.setattr("app.core.period.today", lambda: day)
    assert (written("this_month"), written("this_quarter")) == (month, quarter)


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_every_day_lies_in_its_periods(day: date) -> None:
    half, quarter = (day.month + 5) // 6, (day.month + 2) // 3
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}-Q{quarter}", f"{day:%Y}-H{half}"]
    spans = [parse(form) for form in [*forms, f"{day:%Y}"]]
    for inner, outer in pairwise(spans):
        assert outer.start <= inner.start <= day <= inner.end <= outer.end


@given(st.integers(1950, 2199))
def test_months_quarters_and_halves_cover_a_year_once(year: int) -> None:
    for forms in (
        [f"{year}-{month:02}" for month in range(1, 13)],
        [f"{year}-Q{quarter}" for quarter in range(1, 5)],
        [f"{year}-H1", f"{year}-H2"],
    ):
        spans = [parse(form) for form in forms]
        assert (spans[0].start, spans[-1].end) == (date(year, 1, 1), date(year, 12, 31))
        assert all(b.start - a.end == timedelta(days=1) for a, b in pairwise(spans))
