"""What a combination has achieved: funnel, money and KPI values, as a whole and per mechanism."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

from app.core.period import Period
from app.models.kpis import KpiPeriod
from app.models.mechanisms import Mechanism
from app.models.pipeline import Stage

Yuan = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]


class FunnelStep(BaseModel):
    """The leads that stand at a stage now; amounts in yuan, leads in other currencies left out."""

    stage: Stage
    active_count: int
    suspended_count: int
    planned_amount: Yuan
    agreed_amount: Yuan
    foreign_currency_count: int


class ResultValue(BaseModel):
    """A metric's number in the period; ratios carry numerator and denominator."""

    metric: str
    unit: str
    definition_id: str
    value: str | None
    numerator: str | None = None
    denominator: str | None = None
    drill: str


class MechanismResults(BaseModel):
    """The part of one mechanism."""

    mechanism: Mechanism
    funnel: list[FunnelStep]
    values: list[ResultValue]


class CombinationResults(BaseModel):
    """Funnel as it stands now, numbers of the period from the ledger."""

    combination_id: UUID
    period: KpiPeriod
    currency: str = "CNY"
    funnel: list[FunnelStep]
    values: list[ResultValue]
    by_mechanism: list[MechanismResults]


class ResultsQuery(BaseModel):
    """Which period."""

    model_config = ConfigDict(extra="forbid")

    period: Period
