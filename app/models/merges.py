"""Merging two records into one: what moved is kept by row, so that it can be moved back."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.types import Flag, Instant, Line, choice
from app.models.duplicates import DuplicateKind


class MergeBase(SQLModel):
    """What a caller sets."""

    kind: DuplicateKind = Field(sa_type=choice(DuplicateKind))
    kept_id: UUID
    merged_id: UUID
    reason: Line


class Merge(Record, MergeBase, table=True):
    """One merge: ids of moved rows by `table.column`, and what the two records held `before`."""

    __tablename__ = "merges"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_merges_created_at", "created_at", "id"),
        sa.Index("ix_merges_merged_id", "merged_id"),
        sa.Index("ix_merges_kept_id", "kept_id"),
    )

    moved: dict[str, Any] = Field(sa_type=JSONB)
    stayed: dict[str, Any] = Field(sa_type=JSONB)
    before: dict[str, Any] = Field(sa_type=JSONB)
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = None
    reversal_reason: str | None = None


class MergeCreate(Shape, MergeBase):
    """A merge; `dry_run` only says what would happen."""

    dry_run: Flag = False


class MergeReversalCreate(Shape):
    """Why it is taken back."""

    reason: Line


class MergePreview(BaseModel):
    """Rows by table: those that would move, and those that would stay with the merged record.

    A row stays where the kept record has one that may be there only once.
    """

    moved: dict[str, int]
    stayed: dict[str, int]


class MergeRead(RecordRead, MergeBase):
    """A merge as answered: ids of rows by `table.column`."""

    table: ClassVar[type[SQLModel]] = Merge
    moved: dict[str, list[UUID]]
    stayed: dict[str, list[UUID]]
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None


class MergeQuery(
    list_query(MergeRead, filters=("kind", "kept_id", "merged_id"), sorts=("created_at",))
):
    """Parameters of the list of merges."""
