"""Incubation 苗圃—孵化器—加速器: which stage a company entered when, dated entries."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.listing import list_query
from app.core.types import BusinessDate, Line, choice
from app.models.company_flags import IncubationStage


class IncubationEntryBase(SQLModel):
    """What a caller sets."""

    company_id: UUID = Field(foreign_key="companies.id")
    stage: IncubationStage = Field(sa_type=choice(IncubationStage))
    from_on: BusinessDate = Field(default_factory=today)
    source: Line | None = None


class IncubationEntry(Record, IncubationEntryBase, table=True):
    """A company enters a stage; one entry a day."""

    __tablename__ = "incubation_stages"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_incubation_stages_from_on", "company_id", "from_on", unique=True),
        sa.Index("ix_incubation_stages_from_on", "from_on", "id"),
        sa.Index("ix_incubation_stages_created_at", "created_at", "id"),
    )


class IncubationEntryCreate(Shape, IncubationEntryBase):
    """A new entry."""


class IncubationEntryRead(RecordRead, IncubationEntryBase):
    """An entry as answered."""

    table: ClassVar[type[SQLModel]] = IncubationEntry


class IncubationEntryQuery(
    list_query(
        IncubationEntryRead,
        filters=("company_id", "stage", "from_on"),
        sorts=("from_on", "created_at"),
    )
):
    """Parameters of the list of entries."""
