"""Join requests: an officer asks to work with a colleague on a company that is claimed."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.shapes import Computed, Expand, visible
from app.core.types import Code, Instant, Line, choice
from app.models.companies import CompanyStub
from app.models.leads import Lead


class JoinStatus(Code):
    """What became of the request."""

    pending = "pending"
    accepted = "accepted"
    rejected = "rejected"


class JoinRequestBase(SQLModel):
    """What a caller sets; the lead behind the company's claim is not the caller's to know."""

    company_id: UUID = Field(foreign_key="companies.id", index=True)
    reason: Line


class JoinRequest(Record, JoinRequestBase, table=True):
    """One open request of an officer per lead."""

    __tablename__ = "join_requests"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_join_requests_lead_id",
            "lead_id",
            "created_by_id",
            unique=True,
            postgresql_where=sa.text("status = 'pending'"),
        ),
        sa.Index("ix_join_requests_created_at", "created_at", "id"),
        sa.Index("ix_join_requests_created_by_id", "created_by_id", "created_at", "id"),
        sa.Index("ix_join_requests_status", "status", "created_at", "id"),
        sa.Index("ix_join_requests_lead_id", "lead_id", "created_at", "id"),
    )

    lead_id: UUID = Field(foreign_key="leads.id")
    status: JoinStatus = Field(default=JoinStatus.pending, sa_type=choice(JoinStatus))
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None


class JoinRequestCreate(Shape, JoinRequestBase):
    """A new request."""


def lead_if_visible(row: Any, role: str) -> sa.ColumnElement[Any]:
    """The lead's id, where the caller may see the lead."""
    found = select(Lead.id).where(col(Lead.id) == row.lead_id, *visible(Lead, role))
    return found.scalar_subquery()


class JoinRequestRead(RecordRead, JoinRequestBase):
    """A request as answered; `lead_id` only for those who may see the lead."""

    table: ClassVar[type[SQLModel]] = JoinRequest
    lead_id: Annotated[UUID | None, Computed(lead_if_visible)]
    status: JoinStatus
    decided_at: Instant | None
    decided_by_id: UUID | None
    decision_comment: str | None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class JoinRequestQuery(
    list_query(
        JoinRequestRead,
        filters=("company_id", "created_by_id", "status", "created_at"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of join requests."""
