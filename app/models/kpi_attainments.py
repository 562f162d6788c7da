"""Shapes of attainment: value against target, and whether the subtargets add up."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Bounded

from app.core.clock import today
from app.core.listing import Names
from app.core.period import Period
from app.core.types import Code, Instant
from app.models.kpis import KpiPeriod, KpiSubject, KpiUnits
from app.models.ledger_entries import Scope


class Pace(Code):
    """Against the part of the target that is due by the end of the period."""

    ahead = "ahead"
    on_schedule = "on_schedule"
    behind = "behind"


class KpiAttainment(BaseModel):
    """One number against its target.

    `attainment` (M08) is value ÷ target, to four decimals; `schedule_gap` (M09) is in percentage
    points, to two; null for rates, which are not reached by the month, and without a value. Rates
    alone have `numerator` and `denominator`: they are measured as they are, not as `value` is
    written.
    `value_display` and `target_display` are there with `units`, on money of that currency.
    """

    metric: str
    unit: str
    value: str | None
    value_display: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    target: str
    target_display: str | None = None
    target_version: int
    attainment: str | None
    display: str | None
    schedule_gap: str | None
    pace: Pace | None
    drill: str


class KpiAttainmentRow(BaseModel):
    """The attainments of one subject."""

    subject: KpiSubject
    values: list[KpiAttainment]


class KpiAttainmentPage(BaseModel):
    """Every subject that has a target; numbers and targets are as known at `as_of`."""

    period: KpiPeriod
    as_of: Instant
    items: list[KpiAttainmentRow]


class KpiAttainmentQuery(BaseModel):
    """Whose attainment; the period begins with a year and ends with one of its months."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    scope: Scope = Scope.zone
    metrics: Names = Bounded(
        default=[], description="Metric codes; all with a target unless given."
    )
    as_of: Instant | None = Bounded(
        default=None, description="What was known then, of the targets too."
    )
    units: KpiUnits | None = Bounded(
        default=None, description="Adds money as it is written out, of value and target."
    )


class TargetSum(BaseModel):
    """What the targets below one add up to; they are never rescaled.

    `difference` is sum − target: above nothing the children promise more than the parent.
    """

    metric: str
    scope: Scope
    scope_id: UUID
    name: str
    child_scope: Scope
    target: str
    child_count: int
    child_sum: str
    difference: str


class TargetSumPage(BaseModel):
    """Where parent and children differ."""

    items: list[TargetSum]


class TargetSumQuery(BaseModel):
    """Of which year."""

    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Bounded(ge=1949, le=2199)] = Bounded(
        default_factory=lambda: today().year, description="This year unless given."
    )
    metric: Annotated[str, Bounded(pattern=r"^[A-Z][0-9]{2}$")] | None = None
