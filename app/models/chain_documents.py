"""A whole chain as one document: what an export gives and an import takes."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlmodel import SQLModel, col, select

from app.core.base import ReadShape, Shape
from app.core.faults import ImportFault
from app.core.shapes import Children, Computed, json_of
from app.core.types import Code
from app.models.chain_links import ChainLink, LinkFacts
from app.models.chain_nodes import ChainNode, NodeCode, NodeFacts
from app.models.industry_chains import IndustryChain, IndustryChainBase


class ChainRecord(Code):
    """What a row of a chain's table is about."""

    chain = "chain"
    node = "node"
    link = "link"


class NodeEntry(Shape, NodeFacts):
    """A node of a document."""


class LinkEntry(Shape, LinkFacts):
    """A link of a document: nodes are named by their codes."""

    from_code: NodeCode
    to_code: NodeCode


class ChainHead(ReadShape, IndustryChainBase):
    """The chain itself, as exported."""

    table: ClassVar[type[SQLModel]] = IndustryChain


class DocumentNode(ReadShape, NodeFacts):
    """A node as exported."""

    table: ClassVar[type[SQLModel]] = ChainNode


def _code_of(end: str) -> Computed:
    def sql(link: Any, _role: str) -> sa.ColumnElement[Any]:
        return (
            select(col(ChainNode.code)).where(ChainNode.id == getattr(link, end)).scalar_subquery()
        )

    return Computed(sql)


class DocumentLink(ReadShape, LinkFacts):
    """A link as exported."""

    table: ClassVar[type[SQLModel]] = ChainLink
    from_code: Annotated[str, _code_of("from_node_id")]
    to_code: Annotated[str, _code_of("to_node_id")]


class ChainDocument(ReadShape):
    """The whole chain; importing it again changes nothing."""

    table: ClassVar[type[SQLModel]] = IndustryChain
    chain: Annotated[ChainHead, Computed(lambda row, role: json_of(ChainHead, row, role))]
    nodes: Annotated[list[DocumentNode], Children("industry_chain_id", "code")]
    links: Annotated[list[DocumentLink], Children("industry_chain_id")]


Format = Literal["csv", "xlsx", "json"]


class DocumentQuery(BaseModel):
    """Parameters of the export of a chain."""

    model_config = ConfigDict(extra="forbid")

    format: Format = "csv"


class ChainImportRead(BaseModel):
    """What an import did to chain, nodes and links; with faults it did nothing."""

    industry_chain_id: UUID | None = None
    row_count: int = 0
    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    faults: list[ImportFault] = []
