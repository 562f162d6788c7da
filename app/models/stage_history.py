"""How long a lead stayed in each stage, suspensions taken out."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from app.models.pipeline import Stage


class StageStay(BaseModel):
    """One stay: `left_on` is null where it goes on; `days` do not count suspended ones."""

    stage: Stage
    transition_id: UUID | None
    entered_on: date
    left_on: date | None
    days: int
    suspended_days: int


class StageHistory(BaseModel):
    """All stays in order."""

    items: list[StageStay]


class Pause(BaseModel):
    """A suspension; `end` is null where it goes on."""

    start: date
    end: date | None


def stay(
    stage: Stage,
    transition_id: UUID | None,
    entered_on: date,
    left_on: date | None,
    *,
    pauses: list[Pause],
    today: date,
) -> StageStay:
    """One stay up to the day it was left, or today."""
    end = left_on or today
    paused = sum(
        max(0, (min(pause.end or today, end) - max(pause.start, entered_on)).days)
        for pause in pauses
    )
    return StageStay(
        stage=stage,
        transition_id=transition_id,
        entered_on=entered_on,
        left_on=left_on,
        days=(end - entered_on).days - paused,
        suspended_days=paused,
    )
