"""Stage transitions: requests to move a lead, with three dates: happened, typed, recognised."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead
from app.core.clock import today
from app.core.listing import list_query
from app.core.shapes import Children, Expand
from app.core.types import BusinessDate, ExchangeRate, Instant, Money, Notes, choice, numeric
from app.models.codes import CurrencyCode, RegionCode
from app.models.company_flags import ListKind
from app.models.lead_stamps import LeadStamps
from app.models.leads import Lead, LeadStub
from app.models.pipeline import (
    EARLY_PRODUCTION,
    LATE_MILESTONE,
    TARGET_STATUS,
    ExitReason,
    LeadStatus,
    Stage,
    Track,
    TransitionKind,
    TransitionStatus,
    order,
)
from app.models.stage_credits import StageCreditRead


class StageTransitionBase(SQLModel):
    """What a caller asks for."""

    kind: TransitionKind = Field(default=TransitionKind.advance, sa_type=choice(TransitionKind))
    to_stage: Stage | None = Field(default=None, sa_type=choice(Stage))
    event_on: BusinessDate = Field(default_factory=today)
    explanation: Notes | None = None
    reason_code: ExitReason | None = Field(default=None, sa_type=choice(ExitReason))
    competitor_region_code: RegionCode | None = None
    resume_by: BusinessDate | None = None
    agreed_amount: Money | None = Field(default=None, sa_type=numeric(20, 2))
    currency: CurrencyCode = "CNY"
    exchange_rate: ExchangeRate | None = Field(
        default=None, sa_type=numeric(18, 8), description="Yuan for one unit of `currency`."
    )
    rate_on: BusinessDate | None = None


# A lead reaches a stage once.
_MILESTONE, _ONCE = ("lead_id", "to_stage"), sa.text("kind = 'advance' AND status = 'recognised'")


class StageTransition(Record, LeadStamps, StageTransitionBase, table=True):
    """One step of a lead's history."""

    __tablename__ = "stage_transitions"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_stage_transitions_lead_id", "lead_id", "created_at"),
        sa.Index("ix_stage_transitions_status", "status", "created_at"),
        sa.Index("ix_stage_transitions_created_at", "created_at", "id"),
        sa.Index("ix_stage_transitions_event_on", "event_on", "id"),
        sa.Index("uq_stage_transitions_lead_id", *_MILESTONE, unique=True, postgresql_where=_ONCE),
    )

    lead_id: UUID = Field(foreign_key="leads.id")
    from_stage: Stage = Field(sa_type=choice(Stage))
    from_status: LeadStatus = Field(sa_type=choice(LeadStatus))
    status: TransitionStatus = Field(
        default=TransitionStatus.pending, sa_type=choice(TransitionStatus)
    )
    agreed_amount_cny: Decimal | None = Field(default=None, sa_type=numeric(20, 2))
    recognised_at: datetime | None = None
    recognised_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None
    owner_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    mechanism: str
    company_id: UUID | None = Field(default=None, foreign_key="companies.id")
    list_kinds: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    is_negotiator_qualified: bool | None = None

    def carry_out(self, lead: Lead) -> None:
        """Give the lead the stage or status that this transition leads to."""
        lead.is_pending = False
        if self.kind is not TransitionKind.advance:
            lead.status = TARGET_STATUS[self.kind]
            lead.suspended_until = self.resume_by if self.kind is TransitionKind.suspend else None
        elif self.to_stage is not None:
            self._advance(lead, self.to_stage)

    def _advance(self, lead: Lead, to: Stage) -> None:
        if self.agreed_amount is not None:
            lead.agreed_amount, lead.agreed_currency = self.agreed_amount, self.currency
        if order(to) < order(lead.stage):
            lead.is_completion_open = False
            return
        if lead.track is Track.construction and (lead.stage, to) == EARLY_PRODUCTION:
            lead.is_completion_open = True
        lead.stage, lead.stage_entered_on = to, self.event_on

    def undo(self, lead: Lead, earlier: Sequence["StageTransition"]) -> None:
        """Put the lead back; `earlier` are its other recognised transitions, latest first."""
        lead.status = self.from_status
        if self.kind is not TransitionKind.advance:
            lead.suspended_until = self._suspended_until(earlier)
            return
        if self.agreed_amount is not None:
            lead.agreed_amount = lead.agreed_currency = None
        if self.to_stage is LATE_MILESTONE and lead.stage is not LATE_MILESTONE:
            lead.is_completion_open = True
            return
        if (self.from_stage, self.to_stage) == EARLY_PRODUCTION:
            lead.is_completion_open = False
        lead.stage = self.from_stage
        lead.stage_entered_on = next(
            (step.event_on for step in earlier if step.enters(self.from_stage)), lead.received_on
        )

    def enters(self, stage: Stage) -> bool:
        """Whether this is the step into a stage."""
        return self.kind is TransitionKind.advance and self.to_stage is stage

    def _suspended_until(self, earlier: Sequence["StageTransition"]) -> date | None:
        if self.from_status is not LeadStatus.suspended:
            return None
        return next(
            (step.resume_by for step in earlier if step.kind is TransitionKind.suspend), None
        )


class StageTransitionRead(RecordRead, LeadStamps, StageTransitionBase):
    """A transition as answered."""

    table: ClassVar[type[SQLModel]] = StageTransition
    lead_id: UUID
    from_stage: Stage
    from_status: LeadStatus
    status: TransitionStatus
    agreed_amount_cny: Money | None
    recognised_at: Instant | None
    recognised_by_id: UUID | None
    decision_comment: str | None
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    owner_id: UUID
    list_kinds: list[ListKind]
    is_negotiator_qualified: bool | None
    credits: Annotated[list[StageCreditRead], Children("transition_id", "place")]
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class StageTransitionQuery(
    list_query(
        StageTransitionRead,
        filters=(
            "lead_id", "kind", "status", "to_stage", "event_on", "owner_id", "recognised_by_id",
        ),
        sorts=("created_at", "event_on"),
    )
):  # fmt: skip
    """Parameters of the transition list."""
