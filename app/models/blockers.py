"""Blockers 堵点: what keeps a lead from moving on, up to the headquarters if need be."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Line, Name, Notes, choice
from app.models.leads import LeadStub


class Severity(Code):
    """How much it holds up."""

    low = "low"
    medium = "medium"
    high = "high"


class BlockerStatus(Code):
    """Open with us, escalated to the headquarters, or resolved."""

    open = "open"
    escalated = "escalated"
    resolved = "resolved"


class BlockerBase(SQLModel):
    """What a caller sets."""

    title: Name
    severity: Severity = Field(default=Severity.medium, sa_type=choice(Severity))
    raised_on: BusinessDate = Field(default_factory=today)
    notes: Notes | None = None


class Blocker(Record, BlockerBase, table=True):
    """One obstacle of one lead."""

    __tablename__ = "blockers"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_blockers_lead_id", "lead_id", "id"),
        sa.Index("ix_blockers_headquarters_id", "headquarters_id", "id"),
        sa.Index("ix_blockers_raised_on", "raised_on", "id"),
        sa.Index("ix_blockers_resolved_on", "resolved_on", "id"),
        sa.Index("ix_blockers_created_at", "created_at", "id"),
    )

    lead_id: UUID = Field(foreign_key="leads.id")
    status: BlockerStatus = Field(default=BlockerStatus.open, sa_type=choice(BlockerStatus))
    headquarters_id: UUID | None = Field(default=None, foreign_key="teams.id")
    escalated_on: date | None = None
    escalation_reason: str | None = None
    resolved_on: date | None = None
    resolution: str | None = None
    is_demo: bool = False

    def check_raised(self) -> None:
        """It is there."""
        if self.raised_on > today():
            raise invalid("/raised_on", "date_in_future")

    def check_unresolved(self) -> None:
        """409 once resolved."""
        if self.status is BlockerStatus.resolved:
            raise Problem("blocker_resolved")

    def escalate(self, headquarters_id: UUID, reason: str) -> None:
        """To a headquarters, today."""
        if self.status is BlockerStatus.escalated:
            raise Problem("blocker_escalated")
        self.status, self.headquarters_id = BlockerStatus.escalated, headquarters_id
        self.escalated_on, self.escalation_reason = today(), reason

    def resolve(self, resolved_on: date, resolution: str) -> None:
        """Out of the way since a day."""
        if resolved_on > today():
            raise invalid("/resolved_on", "date_in_future")
        if resolved_on < self.raised_on:
            raise invalid("/resolved_on", "resolved_before_raised")
        self.status = BlockerStatus.resolved
        self.resolved_on, self.resolution = resolved_on, resolution


class BlockerCreate(Shape, BlockerBase):
    """A new blocker."""

    lead_id: UUID


class BlockerUpdate(patch_of(BlockerCreate, without=frozenset({"lead_id"}))):
    """Changes of a blocker that is not resolved."""


class EscalationCreate(Shape):
    """To the headquarters, and why."""

    headquarters_id: UUID
    reason: Line


class ResolutionCreate(Shape):
    """What was done."""

    resolution: Line
    resolved_on: BusinessDate = Bounded(default_factory=today)


class BlockerRead(RecordRead, BlockerBase):
    """A blocker as answered."""

    table: ClassVar[type[SQLModel]] = Blocker
    lead_id: UUID
    status: BlockerStatus
    headquarters_id: UUID | None
    escalated_on: BusinessDate | None
    escalation_reason: str | None
    resolved_on: BusinessDate | None
    resolution: str | None
    is_demo: bool
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class BlockerQuery(
    list_query(
        BlockerRead,
        filters=(
            "lead_id", "headquarters_id", "severity", "status", "raised_on", "resolved_on",
            "is_demo",
        ),
        sorts=("raised_on", "created_at"),
    )
):  # fmt: skip
    """Parameters of the blocker list."""
