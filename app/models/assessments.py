"""Assessments 研判: whether a lead is followed up, as judged on a day."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Line, choice


class Verdict(Code):
    """What comes of a lead."""

    follow = "follow"
    ask_experts = "ask_experts"
    drop = "drop"


class AssessmentBase(SQLModel):
    """What a caller judges."""

    lead_id: UUID = Field(foreign_key="leads.id")
    verdict: Verdict = Field(sa_type=choice(Verdict))
    assessed_on: BusinessDate = Field(default_factory=today)
    comment: Line | None = None


class Assessment(Record, AssessmentBase, table=True):
    """One judgement; the lead's newest holds, none is changed."""

    __tablename__ = "assessments"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_assessments_lead_id", "lead_id", "assessed_on", "id"),
        sa.Index("ix_assessments_assessed_on", "assessed_on", "id"),
        sa.Index("ix_assessments_created_at", "created_at", "id"),
    )

    def check_day(self) -> None:
        """422 for a judgement in the future."""
        if self.assessed_on > today():
            raise invalid("/assessed_on", "date_in_future")


class AssessmentCreate(Shape, AssessmentBase):
    """A new judgement."""


class AssessmentRead(RecordRead, AssessmentBase):
    """A judgement as answered."""

    table: ClassVar[type[SQLModel]] = Assessment


class AssessmentQuery(
    list_query(
        AssessmentRead,
        filters=("lead_id", "verdict", "assessed_on", "created_by_id"),
        sorts=("assessed_on", "created_at"),
    )
):
    """Parameters of the list of judgements."""
