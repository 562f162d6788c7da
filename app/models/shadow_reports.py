"""What a version of a definition would change, and several versions side by side."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.period import Period
from app.core.types import Instant
from app.models.development_plans import MetricCode
from app.models.kpis import KpiPeriod
from app.models.ledger_entries import EntryScope, Scope

VersionNumber = Annotated[int, Field(ge=1, le=10_000)]


class ShadowQuery(BaseModel):
    """The days to count."""

    model_config = ConfigDict(extra="forbid")

    period: Period


class ShadowRow(BaseModel):
    """One number by the versions in force and by the one asked about."""

    scope: EntryScope
    scope_id: UUID
    part: str
    dimension: str
    value: str
    shadow_value: str
    difference: str


class ShadowReport(BaseModel):
    """Every scope's number as it is and as it would be; scopes without either are left out.

    Facts and ledger as of `as_of`: of the last `yinfeng kpi rebuild --shadow`, else of now. Both
    numbers go by the day of the fact: an adjustment is in the month that it adjusts.
    """

    metric: str
    unit: str
    definition_id: str
    as_of: Instant
    period: KpiPeriod
    items: list[ShadowRow]


class ComparisonQuery(BaseModel):
    """Which versions of a metric, over which days, for whom."""

    model_config = ConfigDict(extra="forbid")

    metric: MetricCode
    versions: list[VersionNumber] = Field(
        default=[], max_length=10, description="May repeat; the first ten unless given."
    )
    period: Period
    scope: Scope = Scope.zone


class ComparedVersion(BaseModel):
    """A column."""

    definition_id: str
    label: dict[str, str]
    wording: dict[str, str]
    as_of: Instant


class ComparedRow(BaseModel):
    """One number by every version, in the order of the columns."""

    scope_id: UUID
    part: str
    dimension: str
    values: list[str]


class VersionComparison(BaseModel):
    """Versions side by side, each as if it held in all years, over the same facts.

    Where all of them were counted by `yinfeng kpi rebuild --shadow`, each as of its own `as_of`;
    else all as of now.
    """

    metric: str
    unit: str
    scope: Scope
    period: KpiPeriod
    versions: list[ComparedVersion]
    items: list[ComparedRow]
