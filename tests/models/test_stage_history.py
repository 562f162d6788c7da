"""Days in a stage, counted on the fingers."""

from datetime import date

import pytest

from app.models.pipeline import Stage
from app.models.stage_history import Pause, stay

TODAY = date(2026, 11, 23)


def pause(start: str, end: str | None = None) -> Pause:
    return Pause(start=date.fromisoformat(start), end=date.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("entered", "left", "pauses", "days", "suspended"),
    [
        ("2026-11-23", None, [], 0, 0),
        ("2026-11-01", None, [], 22, 0),
        ("2026-11-01", "2026-11-11", [], 10, 0),
        ("2024-02-28", "2024-03-01", [], 2, 0),  # a leap year
        ("2023-02-28", "2023-03-01", [], 1, 0),
        # 31 days, of which 5–12 October (7) were suspended
        ("2026-10-01", "2026-11-01", [pause("2026-10-05", "2026-10-12")], 24, 7),
        # two suspensions: 2 + 3 days of 20
        (
            "2026-10-01",
            "2026-10-21",
            [pause("2026-10-02", "2026-10-04"), pause("2026-10-10", "2026-10-13")],
            15,
            5,
        ),
        # still suspended since the 13th: 10 of 22 days
        ("2026-11-01", None, [pause("2026-11-13")], 12, 10),
        # suspended before it entered and after it left: nothing of it counts
        (
            "2026-10-01",
            "2026-10-11",
            [pause("2026-09-01", "2026-09-20"), pause("2026-10-20", "2026-10-25")],
            10,
            0,
        ),
        # overlaps the first two days and the last three
        (
            "2026-10-01",
            "2026-10-11",
            [pause("2026-09-25", "2026-10-03"), pause("2026-10-08", "2026-10-20")],
            5,
            5,
        ),
        ("2026-11-20", None, [pause("2026-11-20", "2026-11-20")], 3, 0),
    ],
)
def test_days_without_suspensions(
    entered: str, left: str | None, pauses: list[Pause], days: int, suspended: int
) -> None:
    end = date.fromisoformat(left) if left else None
    start = date.fromisoformat(entered)
    found = stay(Stage.contacted, None, start, end, pauses=pauses, today=TODAY)
    assert (found.days, found.suspended_days) == (days, suspended)
    assert (found.stage, found.left_on) == (Stage.contacted, end)
