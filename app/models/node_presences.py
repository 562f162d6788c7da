"""Presence of local companies at chain nodes: how much of the demand each meets, seen by whom."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Line, Ratio, numeric
from app.models.companies import CompanyStub

# What a verification vouches for: with any of it changed, it has to be looked at again.
_VOUCHED = frozenset({"local_share", "from_on", "to_on"})


class NodePresenceBase(SQLModel):
    """What a caller sets; both days count, null is open."""

    chain_node_id: UUID = Field(foreign_key="chain_nodes.id")
    company_id: UUID = Field(foreign_key="companies.id", index=True)
    local_share: Ratio = Field(
        sa_type=numeric(5, 4),
        description="Part of the chain's demand at this node that the company meets.",
    )
    from_on: BusinessDate | None = None
    to_on: BusinessDate | None = None
    source: Line | None = None


class NodePresence(Record, NodePresenceBase, table=True):
    """A company at a node, once; `stated_by_id` said last what is verified."""

    __tablename__ = "node_presences"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_node_presences_company_id", "chain_node_id", "company_id", unique=True),
        sa.Index("ix_node_presences_created_at", "created_at", "id"),
    )

    stated_by_id: UUID | None = None
    verified_by_id: UUID | None = None
    verified_on: date | None = None

    def state(self, changes: dict[str, Any], officer_id: UUID) -> None:
        """Change what is said; the verification of something else does not hold."""
        if self.apply(changes) & _VOUCHED:
            self.stated_by_id, self.verified_by_id, self.verified_on = officer_id, None, None
        self.check_days()

    def check_days(self) -> None:
        """422 where it ends before it begins."""
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise invalid("/to_on", "to_before_from")


class NodePresenceCreate(Shape, NodePresenceBase):
    """A new presence."""


class NodePresenceUpdate(
    patch_of(NodePresenceCreate, without=frozenset({"chain_node_id", "company_id"})),
):
    """Changes of a presence; node and company stay."""


class NodePresenceRead(RecordRead, NodePresenceBase):
    """A presence as answered."""

    table: ClassVar[type[SQLModel]] = NodePresence
    stated_by_id: UUID | None
    verified_by_id: UUID | None
    verified_on: date | None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class NodePresenceQuery(
    list_query(
        NodePresenceRead,
        filters=("chain_node_id", "company_id", "verified_by_id"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of presences."""


def _there(node: Any, day: Any) -> list[sa.ColumnElement[bool]]:
    here, begin, end = (
        col(NodePresence.chain_node_id), col(NodePresence.from_on), col(NodePresence.to_on)
    )  # fmt: skip
    return [
        here == node.id,
        sa.or_(begin.is_(None), begin <= day),
        sa.or_(end.is_(None), end >= day),
    ]


def presence_count(node: Any, day: Any, *, verified: bool = False) -> sa.ColumnElement[Any]:
    """How many companies were at a node on a day (an SQL date), or were verified to be."""
    rows = select(sa.func.count()).select_from(NodePresence).where(*_there(node, day))
    if verified:
        rows = rows.where(col(NodePresence.verified_on).is_not(None))
    return rows.scalar_subquery()


def present_share(node: Any, day: Any) -> sa.ColumnElement[Decimal]:
    """Σ presence at a node on a day (an SQL date); may be above what is needed."""
    total = select(sa.func.coalesce(sa.func.sum(col(NodePresence.local_share)), 0))
    return total.where(*_there(node, day)).scalar_subquery()


def coverage(node: Any, day: Any) -> sa.ColumnElement[Decimal]:
    """Coverage c = min(1, Σ presence ÷ needed) of a node on a day (an SQL date), 0 to 1.

    Where nothing is needed nothing is missing: 1.
    """
    part = sa.func.least(1, present_share(node, day) / sa.func.nullif(node.needed_share, 0))
    return sa.func.coalesce(part, 1, type_=sa.Numeric())
