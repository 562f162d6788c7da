"""Scorecard inputs: what no metric gives; peer scores, promotions, corrections by objections."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.period import Period
from app.core.types import BusinessDate, Code, Instant, ItemPoints, Line, Points, choice, numeric


class InputKind(Code):
    """A score out of 100, a promotion (value 1), or the points that an objection won."""

    score = "score"
    promotion = "promotion"
    correction = "correction"


Place = Annotated[int, Strict(), Bounded(ge=0, le=59)]


class ScorecardInput(Record, table=True):
    """One entry for an item of a subject's card; taken back by reversal alone."""

    __tablename__ = "scorecard_inputs"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_scorecard_inputs_scheme_id", "scheme_id", "from_on", "to_on"),
        sa.Index("ix_scorecard_inputs_created_at", "created_at", "id"),
    )

    scheme_id: UUID = Field(foreign_key="schemes.id")
    place: int
    from_on: date
    to_on: date
    subject_id: UUID
    kind: InputKind = Field(sa_type=choice(InputKind))
    value: Decimal = Field(sa_type=numeric(8, 2))
    reason: str
    objection_id: UUID | None = Field(default=None, foreign_key="objections.id")
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None

    def check_open(self) -> None:
        """A reversed entry is history; a correction stands by its objection."""
        if self.reversed_at is not None or self.kind is InputKind.correction:
            raise Problem("input_closed")


class ScorecardInputCreate(Shape):
    """A score out of 100 for a `peer` item, or 1 for a `promotion`; `place` counts from 0."""

    scheme_id: UUID
    place: Place
    period: Period
    subject_id: UUID
    value: Annotated[Points, Bounded(le=100)]
    reason: Line


class ScorecardInputRead(RecordRead):
    """An entry as answered."""

    table: ClassVar[type[SQLModel]] = ScorecardInput
    scheme_id: UUID
    place: int
    from_on: BusinessDate
    to_on: BusinessDate
    subject_id: UUID
    kind: InputKind
    value: ItemPoints
    reason: str
    objection_id: UUID | None
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None


class ScorecardInputQuery(
    list_query(
        ScorecardInputRead,
        filters=("scheme_id", "subject_id", "kind", "from_on"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of entries."""
