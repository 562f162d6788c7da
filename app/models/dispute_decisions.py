"""Decisions on disputes: the outcome, its reason, and what stood before it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Row, Shape
from app.core.errors import invalid
from app.core.types import Code, Instant, Line, choice
from app.models.lead_members import MemberEntry


class Outcome(Code):
    """Who works on the company from now on."""

    keep_owner = "keep_owner"
    transfer = "transfer"
    share = "share"
    split = "split"  # pyright: ignore[reportAssignmentType]  also a method of str
    merge = "merge"


class DisputeDecision(Row, table=True):
    """One decision; `before` is what an appeal puts back before it decides anew."""

    __tablename__ = "dispute_decisions"

    dispute_id: UUID = Field(foreign_key="disputes.id", index=True)
    outcome: Outcome = Field(sa_type=choice(Outcome))
    reason: str
    to_officer_id: UUID | None = Field(default=None, foreign_key="officers.id")
    merge_id: UUID | None = Field(default=None, foreign_key="merges.id")
    decided_at: datetime
    decided_by_id: UUID = Field(foreign_key="officers.id")
    before: dict[str, Any] = Field(sa_type=JSONB)


class DisputeDecisionCreate(Shape):
    """An outcome; `transfer` names the new owner, `share` every member with a percentage."""

    outcome: Outcome
    reason: Line
    to_officer_id: UUID | None = None
    members: list[MemberEntry] = Bounded(default=[], max_length=50)

    def check_parts(self, *, has_own_lead: bool) -> None:
        """422 where the outcome lacks what it needs, or has what it does not."""
        if (self.outcome is Outcome.transfer) != (self.to_officer_id is not None):
            raise invalid("/to_officer_id", "only_with_transfer")
        if (self.outcome is Outcome.share) != bool(self.members):
            raise invalid("/members", "only_with_share")
        if self.members and not _all_given(self.members):
            raise invalid("/members", "shares_all_or_none")
        if self.outcome in {Outcome.split, Outcome.merge} and not has_own_lead:
            raise invalid("/outcome", "second_lead_needed")


def _all_given(members: Sequence[MemberEntry]) -> bool:
    return all(member.share is not None for member in members)


class DisputeDecisionRead(ReadShape):
    """A decision as answered."""

    table: ClassVar[type[SQLModel]] = DisputeDecision
    outcome: Outcome
    reason: str
    to_officer_id: UUID | None
    merge_id: UUID | None
    decided_at: Instant
    decided_by_id: UUID
