"""Pairs of records that may be one: found by the scan or an import, then dismissed or merged."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead
from app.core.listing import list_query
from app.core.types import Code, Line, choice
from app.models.duplicates import DuplicateKind, DuplicateLevel


class DuplicatePairStatus(Code):
    """What became of a pair."""

    open = "open"
    dismissed = "dismissed"
    merged = "merged"


class DuplicatePairBase(SQLModel):
    """The two records, the smaller id first."""

    kind: DuplicateKind = Field(sa_type=choice(DuplicateKind))
    first_id: UUID
    second_id: UUID
    level: DuplicateLevel = Field(sa_type=choice(DuplicateLevel))
    status: DuplicatePairStatus = Field(
        default=DuplicatePairStatus.open, sa_type=choice(DuplicatePairStatus)
    )
    reason: Line | None = None
    decided_by_id: UUID | None = None


class DuplicatePair(Record, DuplicatePairBase, table=True):
    """A pair, once; what was decided stays decided when it is found again."""

    __tablename__ = "duplicate_pairs"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_duplicate_pairs_first_id", "first_id", "second_id", unique=True),
        sa.Index("ix_duplicate_pairs_second_id", "second_id"),
        sa.Index("ix_duplicate_pairs_created_at", "created_at", "id"),
        sa.Index("ix_duplicate_pairs_status", "status", "created_at", "id"),
    )


class DuplicatePairRead(RecordRead, DuplicatePairBase):
    """A pair as answered."""

    table: ClassVar[type[SQLModel]] = DuplicatePair


class DuplicatePairQuery(
    list_query(
        DuplicatePairRead,
        filters=("kind", "status", "level", "first_id", "second_id"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of pairs."""
