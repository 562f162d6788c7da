"""Disputes 归属争议: whose a claimed company is, decided by a leader who is no party."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.calendar import add_working_days
from app.core.clock import business_day
from app.core.listing import list_query
from app.core.shapes import Children, Computed, Expand, visible
from app.core.types import BusinessDate, Code, Instant, Line, Notes, choice
from app.models.claims import TERMS, Claim
from app.models.companies import CompanyStub
from app.models.dispute_decisions import DisputeDecisionRead
from app.models.join_requests import lead_if_visible


class DisputeStatus(Code):
    """A dispute is decided once, and once more where somebody appeals."""

    open = "open"
    decided = "decided"
    appealed = "appealed"
    final = "final"


Visits = Annotated[list[UUID], Bounded(min_length=1, max_length=50)]
UNDECIDED = (DisputeStatus.open, DisputeStatus.appealed)


class DisputeBase(SQLModel):
    """What a caller sets: the company, the story and the own lead, if there is one."""

    company_id: UUID = Field(foreign_key="companies.id", index=True)
    statement: Notes
    own_lead_id: UUID | None = Field(default=None, foreign_key="leads.id", index=True)


class Dispute(Record, DisputeBase, table=True):
    """One claim stands in one dispute at a time."""

    __tablename__ = "disputes"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_disputes_claim_id",
            "claim_id",
            unique=True,
            postgresql_where=sa.text("status IN ('open', 'appealed')"),
        ),
        sa.Index("ix_disputes_created_at", "created_at", "id"),
        sa.Index("ix_disputes_created_by_id", "created_by_id", "created_at", "id"),
        sa.Index("ix_disputes_status", "status", "due_on", "id"),
        sa.Index("ix_disputes_due_on", "due_on", "id"),
        sa.Index("ix_disputes_lead_id", "lead_id"),
    )

    claim_id: UUID = Field(foreign_key="claims.id")
    lead_id: UUID = Field(foreign_key="leads.id")
    owner_id: UUID = Field(foreign_key="officers.id")
    visit_ids: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    status: DisputeStatus = Field(default=DisputeStatus.open, sa_type=choice(DisputeStatus))
    due_on: date
    appeal_until: date | None = None
    appealed_at: datetime | None = None
    appealed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    appeal_statement: str | None = None

    def settle(self, moment: datetime) -> None:
        """Decided: open to one appeal the first time, final the second."""
        if self.status is DisputeStatus.appealed:
            self.status = DisputeStatus.final
            return
        self.status = DisputeStatus.decided
        day = business_day(moment)
        self.appeal_until = add_working_days(day, TERMS.appeal_working_days)

    def appeal(self, officer_id: UUID, statement: str, moment: datetime) -> None:
        """To be decided once more, by another leader."""
        self.status, self.appealed_at = DisputeStatus.appealed, moment
        self.appealed_by_id, self.appeal_statement = officer_id, statement
        self.due_on = dispute_due_on(business_day(moment))


def dispute_due_on(day: date) -> date:
    """By when a dispute opened on a day has to be decided."""
    return add_working_days(day, TERMS.dispute_working_days)


class DisputeCreate(Shape, DisputeBase):
    """A new dispute; the visits are the caller's own on that company."""

    statement: Line
    visit_ids: Visits


class AppealCreate(Shape):
    """Why the decision should be looked at again."""

    statement: Line


def _claim_if_visible(row: Any, role: str) -> sa.ColumnElement[Any]:
    found = select(Claim.id).where(col(Claim.id) == row.claim_id, *visible(Claim, role))
    return found.scalar_subquery()


class DisputeRead(RecordRead, DisputeBase):
    """A dispute as answered; lead and claim only for those who may see them."""

    table: ClassVar[type[SQLModel]] = Dispute
    claim_id: Annotated[UUID | None, Computed(_claim_if_visible)]
    lead_id: Annotated[UUID | None, Computed(lead_if_visible)]
    owner_id: UUID
    visit_ids: list[UUID]
    status: DisputeStatus
    due_on: BusinessDate
    appeal_until: BusinessDate | None
    appealed_at: Instant | None
    appealed_by_id: UUID | None
    appeal_statement: str | None
    decisions: Annotated[list[DisputeDecisionRead], Children("dispute_id", "decided_at")]
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class DisputeQuery(
    list_query(
        DisputeRead,
        filters=("company_id", "created_by_id", "status", "due_on", "created_at"),
        sorts=("created_at", "due_on"),
    )
):
    """Parameters of the list of disputes; `status__in=open,appealed&sort=due_on` is the inbox."""
