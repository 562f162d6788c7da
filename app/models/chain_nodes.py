"""Chain nodes 环节: what a chain consists of, and how much of it the zone wants to have."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, Strict, StringConstraints
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.shapes import Computed
from app.core.types import Code, Line, Name, Ratio, choice, numeric
from app.models.codes import IndustryCode
from app.models.node_statuses import NodeStatus, status_of


class Tier(Code):
    """Where on the way from raw material to customer."""

    upstream = "upstream"
    midstream = "midstream"
    downstream = "downstream"


NodeCode = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
    ),
]
Importance = Annotated[int, Strict(), Bounded(ge=1, le=5)]
IndustryCodes = Annotated[
    list[IndustryCode],
    Bounded(max_length=20),
    AfterValidator(lambda codes: list(dict.fromkeys(codes))),
]


class NodeFacts(SQLModel):
    """What a node is, whichever chain it belongs to."""

    code: NodeCode
    name: Name
    tier: Tier = Field(sa_type=choice(Tier))
    importance: Importance = 3
    needed_share: Ratio = Field(
        default=Decimal(1),
        sa_type=numeric(5, 4),
        description="Part of the chain's demand at this node that the zone wants to meet itself.",
    )
    industry_codes: IndustryCodes = Field(
        default_factory=list, sa_type=ARRAY(sa.Text), description="GB/T 4754-2017, where known."
    )
    source: Line | None = None


class ChainNodeBase(NodeFacts):
    """What a caller sets."""

    industry_chain_id: UUID = Field(foreign_key="industry_chains.id")


class ChainNode(Record, Searchable, ChainNodeBase, table=True):
    """One node; it stays in its chain."""

    __tablename__ = "chain_nodes"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_chain_nodes_code", "industry_chain_id", "code", unique=True),
    )


class ChainNodeCreate(Shape, ChainNodeBase):
    """A new node."""


class ChainNodeUpdate(patch_of(ChainNodeCreate, without=frozenset({"industry_chain_id"}))):
    """Changes of a node."""


class ChainNodeRead(RecordRead, ChainNodeBase):
    """A node as answered, with the status last declared."""

    table: ClassVar[type[SQLModel]] = ChainNode
    status: Annotated[NodeStatus | None, Computed(lambda row, _role: status_of(row))]


class ChainNodeQuery(
    list_query(
        ChainNodeRead,
        filters=("industry_chain_id", "code", "name", "tier", "importance"),
        sorts=("code", "name", "importance", "created_at"),
        default=("code",),
        search=True,
    )
):
    """Parameters of the node list."""
