"""A chain as a front end draws it: nodes with status and coverage on a day, links, coverage."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, select

from app.core.base import ReadShape
from app.core.shapes import Children, Computed
from app.core.types import BusinessDate, Ratio, numeric
from app.models.chain_links import ChainLink, LinkBasis
from app.models.chain_nodes import ChainNode, Tier
from app.models.industry_chains import ChainKind, IndustryChain
from app.models.node_presences import coverage, presence_count
from app.models.node_statuses import NodeStatus, status_of

_DAY: sa.ColumnElement[date] = sa.bindparam("as_of", type_=sa.Date)


def _rounded(value: Any) -> sa.ColumnElement[Any]:
    return sa.cast(value, numeric(5, 4))


def _chain_coverage(chain: Any, _role: str) -> sa.ColumnElement[Any]:
    node: Any = aliased(ChainNode)
    weighted = sa.func.sum(node.importance * coverage(node, _DAY)) / sa.func.sum(node.importance)
    mean = select(weighted).where(node.industry_chain_id == chain.id).scalar_subquery()
    return _rounded(mean)


class GraphNode(ReadShape):
    """A node on the day."""

    table: ClassVar[type[SQLModel]] = ChainNode
    id: UUID
    code: str
    name: str
    tier: Tier
    importance: int
    needed_share: Ratio
    industry_codes: list[str]
    status: Annotated[NodeStatus | None, Computed(lambda node, _role: status_of(node, _DAY))]
    presence_count: Annotated[int, Computed(lambda node, _role: presence_count(node, _DAY))]
    verified_count: Annotated[
        int, Computed(lambda node, _role: presence_count(node, _DAY, verified=True))
    ]
    coverage: Annotated[Ratio, Computed(lambda node, _role: _rounded(coverage(node, _DAY)))]


class GraphLink(ReadShape):
    """A link as drawn."""

    table: ClassVar[type[SQLModel]] = ChainLink
    id: UUID
    from_node_id: UUID
    to_node_id: UUID
    strength: int
    basis: LinkBasis
    source: str | None


class ChainGraph(ReadShape):
    """The whole chain; its coverage is the mean of the nodes', weighted by importance."""

    table: ClassVar[type[SQLModel]] = IndustryChain
    id: UUID
    name: str
    kind: ChainKind
    priority: int | None
    as_of: Annotated[date, Computed(lambda _chain, _role: _DAY)]
    coverage: Annotated[Ratio | None, Computed(_chain_coverage)]
    nodes: Annotated[list[GraphNode], Children("industry_chain_id", "code")]
    links: Annotated[list[GraphLink], Children("industry_chain_id")]


class GraphQuery(BaseModel):
    """Parameters of the graph."""

    model_config = ConfigDict(extra="forbid")

    as_of: BusinessDate | None = None
