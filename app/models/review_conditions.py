"""Conditions of a review, followed until somebody vouches that they are met."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.types import BusinessDate, Line


class ReviewCondition(Record, table=True):
    """One condition."""

    __tablename__ = "review_conditions"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_review_conditions_review_id", "review_id", "due_on"),
        sa.Index("ix_review_conditions_lead_id", "lead_id", "due_on"),
        sa.Index("ix_review_conditions_due_on", "due_on", "id"),
        sa.Index("ix_review_conditions_closed_on", "closed_on"),
        sa.Index("ix_review_conditions_created_at", "created_at", "id"),
    )

    review_id: UUID = Field(foreign_key="reviews.id")
    decision_id: UUID = Field(foreign_key="review_decisions.id")
    lead_id: UUID = Field(foreign_key="leads.id")
    text: str
    due_on: date
    closed_on: date | None = None
    closed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    closing_note: str | None = None

    def close(self, officer_id: UUID, note: str) -> None:
        """Met, as somebody else than the one who set it down vouches."""
        if self.closed_on is not None:
            raise Problem("condition_closed")
        self.apply({"closed_on": today(), "closed_by_id": officer_id, "closing_note": note})


class ConditionClosing(Shape):
    """How the condition was met."""

    note: Line


class ReviewConditionRead(RecordRead):
    """A condition as answered."""

    table: ClassVar[type[SQLModel]] = ReviewCondition
    review_id: UUID
    lead_id: UUID
    text: str
    due_on: BusinessDate
    closed_on: BusinessDate | None
    closed_by_id: UUID | None
    closing_note: str | None


class ReviewConditionQuery(
    list_query(
        ReviewConditionRead,
        filters=("review_id", "lead_id", "due_on", "closed_on"),
        sorts=("due_on", "created_at"),
        default=("due_on",),
    )
):
    """Parameters of the list of conditions."""
