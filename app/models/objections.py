"""Objections 异议: a subject says what is wrong with a published card; another assessor decides."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.types import Code, Instant, ItemPoints, Line, choice
from app.models.scorecard_inputs import Place


class ObjectionStatus(Code):
    """How it stands."""

    open = "open"
    upheld = "upheld"
    rejected = "rejected"


class ObjectionBase(SQLModel):
    """What the subject says about an item."""

    place: Place
    text: Line


class Objection(Record, ObjectionBase, table=True):
    """One objection to one item of a card; one at a time is open."""

    __tablename__ = "objections"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_objections_place",
            "scorecard_id", "place",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_objections_scorecard_id", "scorecard_id"),
        sa.Index("ix_objections_created_at", "created_at", "id"),
    )  # fmt: skip

    scorecard_id: UUID = Field(foreign_key="scorecards.id")
    status: ObjectionStatus = Field(default=ObjectionStatus.open, sa_type=choice(ObjectionStatus))
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_text: str | None = None

    def check_open(self) -> None:
        """409 where it is decided."""
        if self.status is not ObjectionStatus.open:
            raise Problem("objection_decided")


class ObjectionCreate(Shape, ObjectionBase):
    """An objection to the item at `place`, counted from 0."""


class ObjectionDecision(Shape):
    """The answer; with `points` the objection is upheld and the item gets them in a new edition.

    They are what its rule can give: from 0 to its points or cap, of a penalty from its cap to 0.
    """

    points: ItemPoints | None = None
    text: Line


class ObjectionRead(RecordRead, ObjectionBase):
    """An objection as answered."""

    table: ClassVar[type[SQLModel]] = Objection
    scorecard_id: UUID
    status: ObjectionStatus
    decided_at: Instant | None
    decided_by_id: UUID | None
    decision_text: str | None


class ObjectionQuery(
    list_query(ObjectionRead, filters=("scorecard_id", "status"), sorts=("created_at",))
):
    """Parameters of the list of objections."""
