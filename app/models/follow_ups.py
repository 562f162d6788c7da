"""Follow-ups: what a visit left to be done, by when and by whom."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Line, choice
from app.models.companies import CompanyStub
from app.models.leads import LeadStub
from app.models.periods import LateReason
from app.models.visits import Visit


class FollowUpStatus(Code):
    """Open until done, or cancelled with what the visit said."""

    open = "open"
    done = "done"
    cancelled = "cancelled"


class FollowUp(Record, table=True):
    """One of each visit that names a day; it belongs to who logged the visit until handed over."""

    __tablename__ = "follow_ups"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_follow_ups_visit_id", "visit_id", unique=True),
        sa.Index("ix_follow_ups_lead_id", "lead_id", "due_on", "id"),
        sa.Index("ix_follow_ups_company_id", "company_id", "due_on", "id"),
        sa.Index("ix_follow_ups_officer_id", "officer_id", "due_on", "id"),
        sa.Index("ix_follow_ups_due_on", "due_on", "id"),
        sa.Index("ix_follow_ups_created_at", "created_at", "id"),
    )

    visit_id: UUID = Field(foreign_key="visits.id")
    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")
    company_id: UUID = Field(foreign_key="companies.id")
    officer_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    mechanism: str
    text: str
    due_on: date
    status: FollowUpStatus = Field(default=FollowUpStatus.open, sa_type=choice(FollowUpStatus))
    done_on: date | None = None
    outcome: str | None = None
    late_reason: str | None = None

    @classmethod
    def of(cls, visit: Visit, officer_id: UUID, team_path: list[UUID]) -> "FollowUp":
        """What a visit says is next."""
        assert visit.next_action_on is not None
        return cls(
            visit_id=visit.id, lead_id=visit.lead_id, company_id=visit.company_id,
            officer_id=officer_id, team_path=team_path,
            mechanism=str(visit.mechanism), text=visit.next_action or visit.summary,
            due_on=visit.next_action_on,
        )  # fmt: skip

    def follow(self, visit: Visit) -> None:
        """The visit says something else now; what is done stays done."""
        if self.status is FollowUpStatus.done:
            return
        if visit.next_action_on is None:
            self.status = FollowUpStatus.cancelled
            return
        said = {"text": visit.next_action or visit.summary, "due_on": visit.next_action_on}
        self.apply({**said, "status": FollowUpStatus.open})

    def cancel(self) -> None:
        """The visit was taken back."""
        if self.status is FollowUpStatus.open:
            self.status = FollowUpStatus.cancelled

    def complete(self, done_on: date, outcome: str, late_reason: str | None) -> None:
        """Done on a day; `late_reason` says why that is told after its month was closed."""
        if self.status is not FollowUpStatus.open:
            raise Problem("follow_up_closed")
        if done_on > today():
            raise invalid("/done_on", "date_in_future")
        self.status, self.done_on = FollowUpStatus.done, done_on
        self.outcome, self.late_reason = outcome, late_reason


class CompletionCreate(Shape):
    """What came of it."""

    outcome: Line
    done_on: BusinessDate = Bounded(default_factory=today)
    late_reason: LateReason | None = None


class FollowUpRead(RecordRead):
    """A follow-up as answered."""

    table: ClassVar[type[SQLModel]] = FollowUp
    visit_id: UUID
    lead_id: UUID | None
    company_id: UUID
    officer_id: UUID
    text: str
    due_on: BusinessDate
    status: FollowUpStatus
    done_on: BusinessDate | None
    outcome: str | None
    late_reason: str | None
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class FollowUpQuery(
    list_query(
        FollowUpRead,
        filters=("lead_id", "company_id", "officer_id", "visit_id", "status", "due_on"),
        sorts=("due_on", "created_at"),
        default=("due_on",),
    )
):
    """Parameters of the list."""
