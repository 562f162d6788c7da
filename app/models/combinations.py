"""Combinations 组合招商单元: one key industry, plan, park, platform company and team (A1)."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.shapes import Computed
from app.core.types import Code, Name, Notes, choice
from app.models.industry_chains import Priority


class CombinationStatus(Code):
    """Whether the unit works."""

    active = "active"
    closed = "closed"


class CombinationPart(Code):
    """The five parts of the model, in its own order; each is a column with `_id` behind it."""

    industry_chain = "industry_chain"
    development_plan = "development_plan"
    park = "park"
    platform_company = "platform_company"
    team = "team"


class CombinationBase(SQLModel):
    """What a caller sets; a part may still be missing."""

    name: Name
    industry_chain_id: UUID | None = Field(default=None, foreign_key="industry_chains.id")
    development_plan_id: UUID | None = Field(default=None, foreign_key="development_plans.id")
    park_id: UUID | None = Field(default=None, foreign_key="parks.id")
    platform_company_id: UUID | None = Field(default=None, foreign_key="platform_companies.id")
    team_id: UUID | None = Field(default=None, foreign_key="teams.id", index=True)
    priority: Priority | None = Field(default=None, description="1 is the first industry 首位产业.")
    status: CombinationStatus = Field(
        default=CombinationStatus.active, sa_type=choice(CombinationStatus)
    )
    notes: Notes | None = None


class Combination(Record, Searchable, CombinationBase, table=True):
    """One unit. A chain belongs to one active unit at most; the database sees to it."""

    __tablename__ = "combinations"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_combinations_name", "name", unique=True),
        sa.Index(
            "uq_combinations_industry_chain_id",
            "industry_chain_id",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
        ),
        sa.Index("ix_combinations_platform_company_id", "platform_company_id"),
    )

    is_demo: bool = False


class CombinationCreate(Shape, CombinationBase):
    """A new unit."""


class CombinationUpdate(patch_of(CombinationCreate)):
    """Changes of a unit; one that has done its work is `closed`."""


def _is_missing(row: Any, part: CombinationPart) -> sa.ColumnElement[bool]:
    return getattr(row, f"{part}_id").is_(None)


def _missing(row: Any, _role: str) -> sa.ColumnElement[Any]:
    named = [
        sa.case((_is_missing(row, part), sa.literal_column(f"'{part}'")))
        for part in CombinationPart
    ]
    return sa.func.to_json(sa.func.array_remove(array(named), sa.null()))


def _completeness(row: Any, _role: str) -> sa.ColumnElement[Any]:
    return sa.func.num_nonnulls(*(getattr(row, f"{part}_id") for part in CombinationPart))


class CombinationRead(RecordRead, CombinationBase):
    """A unit as answered: how many of the five parts it has (0 to 5) and which are missing."""

    table: ClassVar[type[SQLModel]] = Combination
    is_demo: bool
    completeness: Annotated[int, Computed(_completeness)]
    missing_parts: Annotated[list[CombinationPart], Computed(_missing)]


class CombinationStub(ReadShape):
    """A unit inside another record."""

    table: ClassVar[type[SQLModel]] = Combination
    id: UUID
    name: str
    priority: int | None
    status: CombinationStatus


class CombinationQuery(
    list_query(
        CombinationRead,
        filters=(
            "industry_chain_id",
            "platform_company_id",
            "team_id",
            "priority",
            "status",
            "is_demo",
        ),
        sorts=("priority", "name", "created_at"),
        default=("priority", "name"),
        search=True,
    )
):
    """Parameters of the list of units."""
