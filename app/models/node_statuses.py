"""How strong the zone was at a chain node, from which day on: declared, dated, never rewritten."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Line, choice


class NodeStatus(Code):
    """Whether a link of the chain is there 强、弱、缺."""

    strong = "strong"
    weak = "weak"
    missing = "missing"


class NodeStatusBase(SQLModel):
    """What a caller declares."""

    chain_node_id: UUID = Field(foreign_key="chain_nodes.id")
    status: NodeStatus = Field(sa_type=choice(NodeStatus))
    from_on: BusinessDate = Field(default_factory=today)
    reason: Line | None = None


class NodeStatusEntry(Record, NodeStatusBase, table=True):
    """One declaration; the database refuses to change or remove it."""

    __tablename__ = "node_statuses"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_node_statuses_chain_node_id", "chain_node_id", "from_on", "id"),
        sa.Index("ix_node_statuses_from_on", "from_on", "id"),
        sa.Index("ix_node_statuses_created_at", "created_at", "id"),
    )


class NodeStatusCreate(Shape, NodeStatusBase):
    """A new declaration."""


class NodeStatusRead(RecordRead, NodeStatusBase):
    """A declaration as answered."""

    table: ClassVar[type[SQLModel]] = NodeStatusEntry


class NodeStatusQuery(
    list_query(
        NodeStatusRead,
        filters=("chain_node_id", "status", "from_on", "created_by_id"),
        sorts=("from_on", "created_at"),
    )
):
    """Parameters of the list of declarations."""


def status_of(node: Any, day: Any = None) -> sa.ColumnElement[Any]:
    """A node's status on a day, or by the newest declaration; null before the first one.

    `node` is the table of nodes or its alias, `day` an SQL date. Of one day the last one typed
    holds.
    """
    entries = select(col(NodeStatusEntry.status))
    entries = entries.where(col(NodeStatusEntry.chain_node_id) == node.id)
    if day is not None:
        entries = entries.where(col(NodeStatusEntry.from_on) <= day)
    newest = (col(NodeStatusEntry.from_on).desc(), col(NodeStatusEntry.id).desc())
    return entries.order_by(*newest).limit(1).scalar_subquery()
