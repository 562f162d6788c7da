"""Shapes of KPI answers: every number says what it is, how it was credited and how to open it."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.listing import Names
from app.core.period import Period
from app.core.types import Code, Instant
from app.models.mechanisms import Mechanism


class KpiStatus(Code):
    """Whether the period can still move."""

    open = "open"
    closed = "closed"


class CreditBasis(Code):
    """What makes the zone's number: what is located in it, or what is credited to it."""

    located = "located"
    credited = "credited"


class KpiUnits(Code):
    """In which units money is also written out: 万元, 亿元, 万美元."""

    wan = "wan"
    yi = "yi"
    wan_usd = "wan_usd"


class KpiPart(BaseModel):
    """One slice of a number."""

    dimension: str
    value: str | None
    display: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    drill: str


class KpiValue(BaseModel):
    """One number. Ratios alone carry `numerator`, `denominator` and `reason`.

    `value` is null with a `reason` where a ratio has nothing to divide by. `breakdown` is there
    with `expand=breakdown`, `display` with `units` on money of that currency.
    """

    metric: str
    value: str | None
    display: str | None = None
    unit: str
    definition_id: str
    status: KpiStatus
    credit_mode: str
    numerator: str | None = None
    denominator: str | None = None
    reason: str | None = None
    drill: str
    breakdown: list[KpiPart] = []


class KpiSubject(BaseModel):
    """Whom the numbers belong to."""

    id: UUID
    name: str
    team_id: UUID | None


class KpiRow(BaseModel):
    """The numbers of one officer, team or the zone."""

    subject: KpiSubject
    values: list[KpiValue]


class KpiPeriod(BaseModel):
    """The closed range of business dates."""

    text: str
    start: date
    end: date


class KpiPage(BaseModel):
    """A summary; `is_settled` is false while a running transaction could still add to `as_of`.

    Officers, teams and combinations have what is credited to the zone; `credit_basis` says which
    the zone's own numbers are.
    """

    period: KpiPeriod
    as_of: Instant
    is_settled: bool
    credit_basis: CreditBasis | None = None
    items: list[KpiRow]


class KpiQuery(BaseModel):
    """What to sum."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    metrics: Names = Field(default=[], description="Metric codes; all unless given.")
    mechanism: Mechanism | None = None
    expand: Names = Field(default=[], description="`breakdown`: the parts of each number.")
    as_of: Instant | None = Field(default=None, description="What was known then.")
    units: KpiUnits | None = Field(
        default=None, description="Adds `display` beside money; `value` stays in the base unit."
    )


class ZoneKpiQuery(KpiQuery):
    """What to sum for the zone."""

    credit_basis: CreditBasis = Field(
        default=CreditBasis.located,
        description="`credited` counts by `credited_share`, wherever a lead lies.",
    )


class MetricRead(BaseModel):
    """A metric; `parameters` and `wording` are those of the version in force today."""

    code: str
    definition_id: str
    version: int
    effective_from_year: int
    parameters: dict[str, Any]
    wording: dict[str, str]
    label: dict[str, str]
    unit: str
    unit_label: dict[str, str]
    kpi_dimension: str
    credit_mode: str
    aggregation: str
    main_dimension: str | None


class MetricPage(BaseModel):
    """All definitions."""

    items: list[MetricRead]


class KpiCompany(BaseModel):
    """One company behind a distinct count."""

    company_id: UUID
    name: str
    quantity: str
    entry_count: int
    first_on: date
    last_on: date


class KpiCompanyPage(BaseModel):
    """The companies behind a distinct count: as many as the number says."""

    items: list[KpiCompany]


class KpiCompanyQuery(KpiQuery):
    """Whose companies."""

    scope: str = Field(pattern=r"^(officer|team|combination|zone)$")
    scope_id: UUID
