"""Company lists 榜单: Fortune Global 500 2020, 瞪羚 2024 … with ranked entries."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.faults import ImportFault
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.shapes import Computed, Expand
from app.core.types import BusinessDate, Line, Money, Name, choice, numeric
from app.models.companies import CompanyStub
from app.models.company_flags import ListKind, last_year

Year = Annotated[int, Bounded(ge=1949, le=2199)]
Rank = Annotated[int, Bounded(ge=1, le=1_000_000)]


class CompanyListBase(SQLModel):
    """What a caller sets."""

    name: Name
    year: Year
    kind: ListKind = Field(default=ListKind.other, sa_type=choice(ListKind))
    published_on: BusinessDate | None = None
    valid_until_year: Year | None = Field(
        default=None,
        description="The last year that it holds, null is open; by `kind` and `year` unless sent.",
    )
    source: Line | None = None


class CompanyList(Record, Searchable, CompanyListBase, table=True):
    """One edition of one list."""

    __tablename__ = "company_lists"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_company_lists_name", "name", "year", unique=True),
        sa.Index("ix_company_lists_kind", "kind", "year"),
    )

    is_demo: bool = False

    def restate(self, changes: dict[str, Any]) -> set[str]:
        """Change it; another kind or year holds as long as lists of that kind do, unless said."""
        changed = self.apply(changes)
        if "valid_until_year" not in changes and changed & {"kind", "year"}:
            changed |= self.apply({"valid_until_year": last_year(self.kind, self.year)})
        if self.valid_until_year is not None and self.valid_until_year < self.year:
            raise invalid("/valid_until_year", "ends_before_its_year")
        return changed


class CompanyListCreate(Shape, CompanyListBase):
    """A new list."""


def head_of(**given: Any) -> CompanyListCreate:
    """The head of an import: what was not said is not there, so that it changes nothing."""
    return CompanyListCreate(**{name: value for name, value in given.items() if value is not None})


class CompanyListUpdate(patch_of(CompanyListCreate)):
    """Changes of a list."""


class CompanyListEntryBase(SQLModel):
    """One line of a list as printed; `revenue_amount` in US dollars."""

    rank: Rank | None = None
    listed_name: Name
    listed_name_en: Name | None = None
    country: Name | None = None
    city: Name | None = None
    industry: Name | None = None
    revenue_amount: Money | None = Field(default=None, sa_type=numeric(20, 2))


class CompanyListEntry(Record, CompanyListEntryBase, table=True):
    """A company's place on a list."""

    __tablename__ = "company_list_entries"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_company_list_entries_company_id",
            "company_list_id",
            "company_id",
            unique=True,
        ),
        sa.Index("ix_company_list_entries_rank", "company_list_id", "rank", "id"),
        sa.Index("ix_company_list_entries_rank_id", "rank", "id"),
        sa.Index("ix_company_list_entries_listed_name", "listed_name"),
    )

    company_list_id: UUID = Field(foreign_key="company_lists.id")
    company_id: UUID = Field(foreign_key="companies.id", index=True)


def _entry_count(row: Any, _role: str) -> sa.ColumnElement[int]:
    entries = select(sa.func.count()).select_from(CompanyListEntry)
    return entries.where(col(CompanyListEntry.company_list_id) == row.id).scalar_subquery()


class CompanyListRead(RecordRead, CompanyListBase):
    """A list as answered."""

    table: ClassVar[type[SQLModel]] = CompanyList
    entry_count: Annotated[int, Computed(_entry_count)]
    is_demo: bool


class CompanyListEntryRead(RecordRead, CompanyListEntryBase):
    """An entry as answered."""

    table: ClassVar[type[SQLModel]] = CompanyListEntry
    company_list_id: UUID
    company_id: UUID
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class CompanyListQuery(
    list_query(
        CompanyListRead,
        filters=("name", "year", "kind", "published_on"),
        sorts=("year", "name", "created_at"),
        search=True,
    )
):
    """Parameters of the list of lists."""


class CompanyListEntryQuery(
    list_query(
        CompanyListEntryRead,
        filters=(
            "company_list_id",
            "company_id",
            "rank",
            "country",
            "listed_name",
            "industry",
        ),
        sorts=("rank", "created_at", "revenue_amount"),
        default=("rank",),
    )
):
    """Parameters of the entry list."""


class CompanyListImportRead(BaseModel):
    """What an import did; with faults it did nothing."""

    company_list_id: UUID | None
    row_count: int
    created_count: int
    updated_count: int
    unchanged_count: int
    new_company_count: int
    possible_duplicate_count: int
    faults: list[ImportFault]
