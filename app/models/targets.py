"""Targets 目标企业: companies proposed for a chain node of a combination, with an opened score."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from app.core.base import Record, RecordRead, Shape
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.shapes import Computed, Expand, visible
from app.core.types import Code, Flag, Instant, Line, Name, Ratio, choice, numeric
from app.models.chain_gaps import GapLabel
from app.models.combinations import CombinationStub
from app.models.companies import CompanyStub
from app.models.duplicates import DuplicateDecision
from app.models.leads import Lead
from app.models.pipeline import Stage, order
from app.models.target_weights import TargetFactorCode


class TargetStatus(Code):
    """From a proposal of the chain to a lead, or out."""

    proposed = "proposed"
    accepted = "accepted"
    contacting = "contacting"
    converted = "converted"
    dismissed = "dismissed"


class TargetVerdict(Code):
    """What may be decided; `converted` comes with the lead alone."""

    accept = "accept"
    contact = "contact"
    dismiss = "dismiss"
    reopen = "reopen"


class TargetDismissal(Code):
    """Why a proposal leads nowhere."""

    not_interested = "not_interested"
    not_of_the_node = "not_of_the_node"
    too_small = "too_small"
    went_elsewhere = "went_elsewhere"
    bound_to_its_place = "bound_to_its_place"
    compliance_doubts = "compliance_doubts"
    wrong_data = "wrong_data"
    other = "other"


class EvidenceOf(Code):
    """What a factor rests on."""

    chain_node = "chain_node"
    company_list = "company_list"
    company_signal = "company_signal"
    company = "company"
    visit = "visit"


OPEN = (TargetStatus.proposed, TargetStatus.accepted, TargetStatus.contacting)
# What a verdict makes of which status.
MOVES: dict[TargetVerdict, tuple[tuple[TargetStatus, ...], TargetStatus]] = {
    TargetVerdict.accept: ((TargetStatus.proposed,), TargetStatus.accepted),
    TargetVerdict.contact: (
        (TargetStatus.proposed, TargetStatus.accepted), TargetStatus.contacting
    ),
    TargetVerdict.dismiss: (OPEN, TargetStatus.dismissed),
    TargetVerdict.reopen: ((TargetStatus.dismissed,), TargetStatus.proposed),
}  # fmt: skip
SIGNED_STAGES = tuple(stage.value for stage in Stage if order(stage) >= order(Stage.signed))


class FactorEvidence(BaseModel):
    """A record behind a value: its kind, id and name, and the address of the source if any."""

    kind: EvidenceOf
    id: UUID
    text: str
    source: str | None


class TargetFactor(BaseModel):
    """One factor: contribution = value · weight ÷ Σ weights of known factors; 0 where unknown.

    Contributions are cut to four decimals; the largest takes what is missing to the score.
    """

    factor: TargetFactorCode
    value: Ratio | None
    weight: Ratio
    contribution: Ratio
    confidence: Ratio
    evidence: list[FactorEvidence]


class Target(Record, table=True):
    """A company at a node of a unit, once; recomputing changes the score and never the status."""

    __tablename__ = "targets"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_targets_company_id", "combination_id", "chain_node_id", "company_id", unique=True
        ),
        sa.Index("ix_targets_combination_id", "combination_id", "score", "id"),
        sa.Index("ix_targets_score_id", "score", "id"),
        sa.Index("ix_targets_confidence", "confidence", "id"),
        sa.Index("ix_targets_chain_node_id", "chain_node_id", "score", "id"),
        sa.Index("ix_targets_company_id", "company_id", "score", "id"),
        sa.Index("ix_targets_status", "status", "score", "id"),
        sa.Index("ix_targets_lead_id", "lead_id"),
        sa.Index("ix_targets_scored_at", "scored_at", "id"),
        sa.Index("ix_targets_created_at", "created_at", "id"),
    )

    combination_id: UUID = Field(foreign_key="combinations.id")
    chain_node_id: UUID = Field(foreign_key="chain_nodes.id")
    company_id: UUID = Field(foreign_key="companies.id")
    label: GapLabel = Field(sa_type=choice(GapLabel))
    score: Decimal = Field(sa_type=numeric(5, 4))
    confidence: Decimal = Field(sa_type=numeric(5, 4))
    factors: list[dict[str, Any]] = Field(sa_type=JSONB)
    scored_at: datetime
    is_current: bool = True
    status: TargetStatus = Field(default=TargetStatus.proposed, sa_type=choice(TargetStatus))
    dismissal: TargetDismissal | None = Field(default=None, sa_type=choice(TargetDismissal))
    comment: str | None = None
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")

    def decide(self, payload: "TargetDecision", officer_id: UUID) -> None:
        """Move it on; 409 where its status does not allow that."""
        before, after = MOVES[payload.decision]
        if self.status not in before:
            raise Problem("target_status", status=self.status)
        self._decided(officer_id, after, payload.comment)
        self.dismissal = payload.dismissal

    def convert(self, lead_id: UUID, officer_id: UUID) -> None:
        """It has become a lead."""
        self._decided(officer_id, TargetStatus.converted, self.comment)
        self.lead_id = lead_id

    def check_open(self) -> None:
        """409 where it is a lead already, or was dismissed."""
        if self.status not in OPEN:
            raise Problem("target_status", status=self.status)

    def _decided(self, officer_id: UUID, status: TargetStatus, comment: str | None) -> None:
        self.status, self.comment = status, comment
        self.decided_at, self.decided_by_id = now(), officer_id


class TargetDecision(Shape):
    """A verdict; a dismissal says why, with a code and in words."""

    decision: TargetVerdict
    dismissal: TargetDismissal | None = None
    comment: Line | None = None

    def check_reason(self) -> None:
        """422 for a dismissal without reason, and for a reason without a dismissal."""
        is_dismissed = self.decision is TargetVerdict.dismiss
        for name in ("dismissal", "comment") if is_dismissed else ():
            if getattr(self, name) is None:
                raise invalid(f"/{name}", "dismissal_needs_reason")
        if not is_dismissed and self.dismissal is not None:
            raise invalid("/dismissal", "only_for_dismissals")


class TargetLeadCreate(Shape):
    """What the lead is called and whose it is; unit, node, company, industry come from the target.

    The name is that of company and node unless given, the owner the caller.
    """

    name: Name | None = None
    owner_id: UUID | None = None
    duplicate_decision: DuplicateDecision | None = None


def _of_lead(row: Any, role: str) -> sa.ColumnElement[Any]:
    """Null where the caller may not see the lead."""
    seen = sa.select(col(Lead.id)).where(col(Lead.id) == row.lead_id, *visible(Lead, role))
    return seen.scalar_subquery()


def is_signed(row: Any) -> sa.ColumnElement[bool]:
    """Whether the target's lead has been signed: its stage is kept when it ends."""
    stages = [sa.literal_column(f"'{stage}'") for stage in SIGNED_STAGES]
    lead = sa.select(col(Lead.id)).where(
        col(Lead.id) == row.lead_id, sa.cast(col(Lead.stage), sa.Text).in_(stages)
    )
    return lead.exists()


class TargetRead(RecordRead):
    """A target as answered; `is_current` is false once it is no candidate any more."""

    table: ClassVar[type[SQLModel]] = Target
    combination_id: UUID
    chain_node_id: UUID
    company_id: UUID
    label: GapLabel
    score: Ratio
    confidence: Ratio
    factors: list[TargetFactor]
    scored_at: Instant
    is_current: Flag
    status: TargetStatus
    dismissal: TargetDismissal | None
    comment: str | None
    decided_at: Instant | None
    decided_by_id: UUID | None
    lead_id: Annotated[UUID | None, Computed(_of_lead)]
    is_signed: Annotated[bool, Computed(lambda row, _role: is_signed(row))]
    company: Annotated[CompanyStub | None, Expand("company_id")] = None
    combination: Annotated[CombinationStub | None, Expand("combination_id")] = None


class TargetQuery(
    list_query(
        TargetRead,
        filters=(
            "combination_id",
            "chain_node_id",
            "company_id",
            "label",
            "status",
            "score",
            "is_current",
        ),
        sorts=("score", "confidence", "scored_at", "created_at"),
    )
):
    """Parameters of the list of targets, the highest score first."""
