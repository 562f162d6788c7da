"""Commitments: what the zone promised an investor, and what the investor promised.

公平竞争审查条例 (State Council Order 783, in force since 2024-08-01) forbids tax rebates and
selective subsidies without a legal basis that was reviewed for fair competition.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import now, today
from app.core.errors import Problem, field_error, invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Instant, Line, Money, Name, choice, numeric

REVIEW_NEEDED_FROM = date(2024, 8, 1)


class CommitmentDirection(Code):
    """Who promised."""

    by_zone = "by_zone"
    by_investor = "by_investor"


class CommitmentKind(Code):
    """What was promised."""

    tax_rebate = "tax_rebate"
    selective_subsidy = "selective_subsidy"
    land = "land"
    talent = "talent"
    infrastructure = "infrastructure"
    output = "output"
    tax = "tax"
    jobs = "jobs"
    other = "other"


class CommitmentStatus(Code):
    """What became of it; waived means that the other side let it go."""

    open = "open"
    kept = "kept"
    broken = "broken"
    waived = "waived"


class CommitmentVerdict(Code):
    """What may be decided."""

    kept = "kept"
    broken = "broken"
    waived = "waived"


REVIEWED_KINDS = frozenset({CommitmentKind.tax_rebate, CommitmentKind.selective_subsidy})
_REVIEW = ("legal_basis", "fair_competition_reviewed_on", "fair_competition_reviewed_by")


class CommitmentBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id")
    direction: CommitmentDirection = Field(sa_type=choice(CommitmentDirection))
    kind: CommitmentKind = Field(sa_type=choice(CommitmentKind))
    text: Line
    amount: Money | None = Field(default=None, sa_type=numeric(20, 2), description="Yuan.")
    made_on: BusinessDate
    legal_basis: Line | None = None
    fair_competition_reviewed_on: BusinessDate | None = None
    fair_competition_reviewed_by: Name | None = Field(
        default=None, description="The office that reviewed it."
    )
    due_on: BusinessDate | None = None


class Commitment(Record, CommitmentBase, table=True):
    """A promise; `is_flagged` marks an old one that today would be refused.

    Owner, teams, mechanism, company and combination are those of the day it was entered: a
    handover moves no kept promise.
    """

    __tablename__ = "commitments"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_commitments_lead_id", "lead_id", "created_at"),
        sa.Index("ix_commitments_status", "status", "created_at"),
        sa.Index("ix_commitments_due_on", "due_on", "id"),
        sa.Index("ix_commitments_made_on", "made_on", "id"),
        sa.Index("ix_commitments_created_at", "created_at", "id"),
    )

    is_flagged: bool = False
    status: CommitmentStatus = Field(
        default=CommitmentStatus.open, sa_type=choice(CommitmentStatus)
    )
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reason: str | None = None
    owner_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    mechanism: str
    company_id: UUID | None = Field(default=None, foreign_key="companies.id")
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")

    def check_entries(self) -> None:
        """422 for dates that cannot be and for a promise without the review that it needs."""
        for name in ("made_on", "fair_competition_reviewed_on"):
            day = getattr(self, name)
            if day is not None and day > today():
                raise invalid(f"/{name}", "date_in_future")
        if self.due_on is not None and self.due_on < self.made_on:
            raise invalid("/due_on", "due_before_made")
        self._check_review()

    def _check_review(self) -> None:
        absent = [name for name in _REVIEW if not getattr(self, name)]
        is_unreviewed = self.kind in REVIEWED_KINDS and bool(absent)
        if is_unreviewed and self.made_on >= REVIEW_NEEDED_FROM:
            errors = [field_error(f"/{name}", "fair_competition_review") for name in absent]
            raise Problem("invalid_values", errors=errors)
        self.is_flagged = is_unreviewed

    def check_open(self) -> None:
        """409 once it was decided what became of it."""
        if self.status is not CommitmentStatus.open:
            raise Problem("already_decided", status=self.status)

    def decide(self, verdict: CommitmentVerdict, reason: str | None, officer_id: UUID) -> None:
        """Say what became of somebody else's entry."""
        self.check_open()
        if self.created_by_id == officer_id:
            raise Problem("self_recognition")
        self.status, self.reason = CommitmentStatus(verdict.value), reason
        self.decided_at, self.decided_by_id = now(), officer_id


class CommitmentCreate(Shape, CommitmentBase):
    """A promise as it was made."""


_FIXED = frozenset({"lead_id", "direction", "kind", "made_on", "due_on"})


class CommitmentUpdate(patch_of(CommitmentCreate, without=_FIXED)):
    """Changes of an open promise; who promised what by when stays."""


class CommitmentDecision(Shape):
    """What became of a promise."""

    decision: CommitmentVerdict
    reason: Line | None = None


class CommitmentRead(RecordRead, CommitmentBase):
    """A promise as answered."""

    table: ClassVar[type[SQLModel]] = Commitment
    is_flagged: bool
    status: CommitmentStatus
    decided_at: Instant | None
    decided_by_id: UUID | None
    reason: str | None
    owner_id: UUID


class CommitmentQuery(
    list_query(
        CommitmentRead,
        filters=("lead_id", "direction", "kind", "status", "is_flagged", "due_on", "made_on"),
        sorts=("created_at", "due_on", "made_on"),
    )
):
    """Parameters of the list of promises."""
