"""Which factors misled: what they gave to targets that were signed, and to dismissed ones."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from app.core.period import Period
from app.models.kpis import KpiPeriod
from app.models.target_weights import TargetFactorCode

# Four decimals as text, below zero too.
Signed = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.4f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{4}$"}),
]


class FactorReportRow(BaseModel):
    """One factor, over the targets for which it was known.

    `lift` is the difference of the mean contributions. `separation` is the part of pairs (a signed
    and a dismissed target) in which the signed one has the larger value, equal ones counting half
    (Mann and Whitney 1947): 0.5 says nothing, below it the factor misled.
    """

    factor: TargetFactorCode
    signed_count: int
    dismissed_count: int
    mean_signed: Signed | None
    mean_dismissed: Signed | None
    lift: Signed | None
    separation: Signed | None
    is_misleading: bool


class FactorReport(BaseModel):
    """Targets that were decided in the period: converted and since signed, or dismissed."""

    combination_id: UUID | None
    period: KpiPeriod
    signed_count: int
    dismissed_count: int
    factors: list[FactorReportRow]


class FactorReportQuery(BaseModel):
    """Which targets."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    combination_id: UUID | None = Field(default=None, description="All of them unless given.")
