"""R08: how many days leads stay in a stage."""

from pydantic import BaseModel, ConfigDict, Field

from app.core.period import Period
from app.models.pipeline import Stage


class SurvivalStep(BaseModel):
    """The part of the leads that stays longer than `days`, 0 to 1 with four decimals."""

    days: int
    survival: str


class StageDuration(BaseModel):
    """Kaplan-Meier estimate over the stays that began in the window.

    `n` stays, of which `left_count` moved on and `censored_count` go on, are suspended or were
    given up; `median_days` is null where more than half of them last longer than was seen.
    """

    stage: Stage
    n: int
    left_count: int
    censored_count: int
    median_days: int | None
    steps: list[SurvivalStep]


class StageDurationPage(BaseModel):
    """One item for the stage asked for, or one for each."""

    items: list[StageDuration]


class StageDurationQuery(BaseModel):
    """Which stays."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    period: Period | None = Field(
        default=None, description="The stage was entered in it; ever, unless given."
    )
