"""Recomputations: when the targets of a combination were scored anew, by whom, and what changed."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query


class TargetRecomputationBase(SQLModel):
    """What a caller sets."""

    combination_id: UUID = Field(foreign_key="combinations.id")
    per_node: Annotated[int, Strict(), Bounded(ge=1, le=500)] = Field(
        default=50, description="The best candidates of each node that become targets."
    )


class TargetRecomputation(Record, TargetRecomputationBase, table=True):
    """One run; what changed no score changed no target."""

    __tablename__ = "target_recomputations"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_target_recomputations_combination_id", "combination_id", "created_at"),
        sa.Index("ix_target_recomputations_created_at", "created_at", "id"),
    )

    as_of: date
    node_count: int
    candidate_count: int
    created_count: int
    changed_count: int
    unchanged_count: int
    dropped_count: int


class TargetRecomputationCreate(Shape, TargetRecomputationBase):
    """A new run."""


class TargetRecomputationRead(RecordRead, TargetRecomputationBase):
    """A run as answered: pairs of company and node that were scored, and what became of them."""

    table: ClassVar[type[SQLModel]] = TargetRecomputation
    as_of: date
    node_count: int
    candidate_count: int
    created_count: int
    changed_count: int
    unchanged_count: int
    dropped_count: int


class TargetRecomputationQuery(
    list_query(
        TargetRecomputationRead,
        filters=("combination_id",),
        sorts=("created_at",),
    )
):
    """Parameters of the list of runs."""
