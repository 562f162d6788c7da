"""Explanations that nothing has changed: an update that is honest, and no progress."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Line
from app.models.leads import LeadStub


class NoChangeNoteBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id")
    text: Line = Field(description="Why nothing has changed, and what is being waited for.")


class NoChangeNote(Record, NoChangeNoteBase, table=True):
    """Of today: it stops no clock but that of the reminder."""

    __tablename__ = "no_change_notes"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_no_change_notes_lead_id", "lead_id", "noted_on", "id"),
        sa.Index("ix_no_change_notes_noted_on", "noted_on", "id"),
    )

    noted_on: date = Field(default_factory=today)
    is_demo: bool = False


class NoChangeNoteCreate(Shape, NoChangeNoteBase):
    """A new explanation."""


class NoChangeNoteRead(RecordRead, NoChangeNoteBase):
    """An explanation as answered."""

    table: ClassVar[type[SQLModel]] = NoChangeNote
    noted_on: BusinessDate
    is_demo: bool
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class NoChangeNoteQuery(
    list_query(
        NoChangeNoteRead, filters=("lead_id", "created_by_id", "noted_on"), sorts=("noted_on",)
    )
):
    """Parameters of the list."""
