"""Chain links 关联: what one node of a chain means to another, how much, and who says so."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import Code, Line, choice


class LinkBasis(Code):
    """What the strength rests on."""

    input_output = "input_output"
    transactions = "transactions"
    publication = "publication"
    expert = "expert"


Strength = Annotated[int, Strict(), Bounded(ge=0, le=3)]


class LinkFacts(SQLModel):
    """What is said of a link."""

    strength: Strength
    basis: LinkBasis = Field(sa_type=choice(LinkBasis))
    source: Line | None = None


class ChainLinkBase(LinkFacts):
    """What a caller sets: goods, services or knowledge go `from` one node `to` the other."""

    from_node_id: UUID = Field(foreign_key="chain_nodes.id")
    to_node_id: UUID = Field(foreign_key="chain_nodes.id", index=True)


class ChainLink(Record, ChainLinkBase, table=True):
    """One link between two nodes of the same chain; nodes never change their chain."""

    __tablename__ = "chain_links"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_chain_links_to_node_id", "from_node_id", "to_node_id", unique=True),
        sa.CheckConstraint("from_node_id <> to_node_id", name="two_nodes"),
    )

    industry_chain_id: UUID = Field(foreign_key="industry_chains.id", index=True)


class ChainLinkCreate(Shape, ChainLinkBase):
    """A new link."""

    def check_ends(self, chains: dict[UUID, UUID]) -> UUID:
        """The chain of both ends, from the chains of the nodes that exist; 422 otherwise."""
        for name in ("from_node_id", "to_node_id"):
            if getattr(self, name) not in chains:
                raise invalid(f"/{name}", "reference_not_found")
        if self.from_node_id == self.to_node_id:
            raise invalid("/to_node_id", "link_to_itself")
        if chains[self.from_node_id] != chains[self.to_node_id]:
            raise invalid("/to_node_id", "other_chain")
        return chains[self.from_node_id]


class ChainLinkUpdate(
    patch_of(ChainLinkCreate, without=frozenset({"from_node_id", "to_node_id"})),
):
    """Changes of a link; its ends stay."""


class ChainLinkRead(RecordRead, ChainLinkBase):
    """A link as answered."""

    table: ClassVar[type[SQLModel]] = ChainLink
    industry_chain_id: UUID


class ChainLinkQuery(
    list_query(
        ChainLinkRead,
        filters=("industry_chain_id", "from_node_id", "to_node_id", "strength", "basis"),
        sorts=("created_at", "strength"),
    )
):
    """Parameters of the link list."""
