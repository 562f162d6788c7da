"""What a draft of a definition would change."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.core.period import Period
from app.models.kpis import KpiPeriod
from app.models.ledger_entries import EntryScope


class ShadowQuery(BaseModel):
    """The days to count."""

    model_config = ConfigDict(extra="forbid")

    period: Period


class ShadowRow(BaseModel):
    """One number by the versions in force and by the one asked about."""

    scope: EntryScope
    scope_id: UUID
    dimension: str
    value: str
    shadow_value: str
    difference: str


class ShadowReport(BaseModel):
    """Every scope's number as it is and as it would be; scopes without either are left out."""

    metric: str
    unit: str
    definition_id: str
    period: KpiPeriod
    items: list[ShadowRow]
