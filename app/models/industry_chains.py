"""Industry chains 产业链: the zone's key and emerging industries in their order."""

from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.types import Code, Flag, Line, Name, choice


class ChainKind(Code):
    """What the zone makes of the industry."""

    key_industry = "key_industry"
    emerging = "emerging"
    other = "other"


Priority = Annotated[int, Strict(), Bounded(ge=1, le=999)]


class IndustryChainBase(SQLModel):
    """What a caller sets."""

    name: Name
    kind: ChainKind = Field(sa_type=choice(ChainKind))
    priority: Priority | None = Field(default=None, description="1 is the first industry 首位产业.")
    is_active: Flag = True
    notes: Line | None = None


class IndustryChain(Record, Searchable, IndustryChainBase, table=True):
    """One chain; its nodes and links have tables of their own."""

    __tablename__ = "industry_chains"
    __table_args__: ClassVar[Any] = (sa.Index("uq_industry_chains_name", "name", unique=True),)

    is_demo: bool = False


class IndustryChainCreate(Shape, IndustryChainBase):
    """A new chain."""


class IndustryChainUpdate(patch_of(IndustryChainCreate)):
    """Changes of a chain."""


class IndustryChainRead(RecordRead, IndustryChainBase):
    """A chain as answered."""

    table: ClassVar[type[SQLModel]] = IndustryChain
    is_demo: bool


class IndustryChainQuery(
    list_query(
        IndustryChainRead,
        filters=("name", "kind", "priority", "is_active", "is_demo"),
        sorts=("priority", "name", "created_at"),
        default=("priority", "name"),
        search=True,
    )
):
    """Parameters of the list of chains."""
