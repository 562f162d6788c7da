"""What a card would say if: shapes of a question that changes nothing."""

from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Bounded

from app.core.base import Shape
from app.core.clock import today
from app.core.period import Period
from app.core.types import BusinessDate, Quantity
from app.models.development_plans import MetricCode
from app.models.scorecards import ScoreLine


class Added(Shape):
    """So much more of a metric, in its unit."""

    metric: MetricCode
    add: Quantity


class Signing(Shape):
    """A lead signs on a day, today unless given, for its agreement's amount, else its plan's.

    It counts in Q02 and M01 of the caller, by today's members and what is credited to the zone.
    """

    lead_id: UUID
    signed_on: BusinessDate = Bounded(default_factory=today)


class ScorecardSimulation(Shape):
    """What if so much were added and these leads signed, in one period of a scheme for persons."""

    scheme_id: UUID
    period: Period
    added: list[Added] = Bounded(default=[], max_length=50)
    signings: list[Signing] = Bounded(default=[], max_length=50)


class SimulatedCard(BaseModel):
    """The caller's card."""

    total: str
    rank: int
    grade: str | None
    lines: list[ScoreLine]


class SimulationRead(BaseModel):
    """The caller's card now and then; `added` is what was assumed, by metric."""

    scheme_id: UUID
    period: str
    subject_count: int
    added: dict[str, str]
    now: SimulatedCard
    then: SimulatedCard
    gain: str
