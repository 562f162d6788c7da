"""Companies: legal persons, groups and agencies that invest or might."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.listing import Filter, export_of, list_query
from app.core.search import Searchable, fold, search_index
from app.core.shapes import Computed
from app.core.types import NO_NUL, VISIBLE, Flag, Name, Notes
from app.models.codes import CountryCode, CreditCode, IndustryCode, Lei, RegionCode
from app.models.company_flags import (
    CompanyFlag,
    IncubationStage,
    ListKind,
    flags_of,
    incubation_of,
    is_flagged,
)
from app.models.company_names import normal_name
from app.models.duplicates import DuplicateDecision
from app.models.reference import industry_prefix, region_prefix

RegistrationNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=VISIBLE),
]
Website = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]


class CompanyBase(SQLModel):
    """What a caller sets."""

    name: Name
    name_en: Name | None = None
    short_name: Name | None = None
    credit_code: CreditCode | None = Field(
        default=None, description="统一社会信用代码 (GB 32100-2015)"
    )
    registration_number: RegistrationNumber | None = Field(
        default=None,
        description="Registration number of a company outside the mainland.",
    )
    lei: Lei | None = Field(default=None, description="Legal entity identifier (ISO 17442)")
    country_code: CountryCode = "CN"
    region_code: RegionCode | None = None
    industry_code: IndustryCode | None = None
    website: Website | None = None
    is_listed: Flag = False
    notes: Notes | None = None


class Company(Record, Searchable, CompanyBase, table=True):
    """One company; its 统一社会信用代码 is unique."""

    __tablename__ = "companies"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_companies_credit_code",
            "credit_code",
            unique=True,
            postgresql_where=sa.text("credit_code IS NOT NULL AND deleted_at IS NULL"),
        ),
        sa.Index("ix_companies_name_sort", "name_sort", "id"),
        sa.Index("ix_companies_name_keys", "name_keys", postgresql_using="gin"),
        sa.Index("ix_companies_created_at", "created_at", "id"),
        sa.Index("ix_companies_updated_at", "updated_at", "id"),
        sa.Index("ix_companies_name", "name"),
        sa.Index(
            "ix_companies_search",
            sa.text("search_grams(search_text)"),
            postgresql_using="gin",
        ),
        search_index("companies"),
        sa.Index("ix_companies_lei", "lei"),
        sa.Index("ix_companies_registration_number", "registration_number", "country_code"),
        sa.Index("ix_companies_normal_name", "normal_name"),
        sa.Index(
            "ix_companies_similar_name",
            "normal_name",
            postgresql_using="gin",
            postgresql_ops={"normal_name": "gin_trgm_ops"},
        ),
    )
    search_fields: ClassVar[tuple[str, ...]] = (
        "name",
        "short_name",
        "name_en",
        "credit_code",
    )

    name_keys: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    normal_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    is_demo: bool = False
    merged_into_id: UUID | None = None
    deleted_at: datetime | None = None

    def index_names(self) -> None:
        """Also keep the folded names, by which imports and visits find a company, and the normal.

        The normal name is what duplicates are looked for by.
        """
        super().index_names()
        self.normal_name = normal_name(self.name)
        self.name_keys = [fold(name) for name in (self.name, self.name_en) if name]


class CompanyCreate(Shape, CompanyBase):
    """A new company; with a decision where one like it is known."""

    duplicate_decision: DuplicateDecision | None = None


class CompanyUpdate(patch_of(CompanyCreate, without=frozenset({"duplicate_decision"}))):
    """Changes of a company."""


class CompanyRead(RecordRead, CompanyBase):
    """A company as answered."""

    table: ClassVar[type[SQLModel]] = Company
    is_demo: bool
    flags: Annotated[list[CompanyFlag], Computed(flags_of)]
    incubation_stage: Annotated[IncubationStage | None, Computed(incubation_of)]


class CompanyStub(ReadShape):
    """What every officer may know of any company."""

    table: ClassVar[type[SQLModel]] = Company
    id: UUID
    name: str
    name_en: str | None
    credit_code: str | None
    country_code: str


class CompanyQuery(
    list_query(
        CompanyRead,
        filters=(
            "name",
            "credit_code",
            "country_code",
            "is_listed",
            "is_demo",
            "created_at",
        ),
        matches={"flag": (Filter("flags", "eq", condition=is_flagged), ListKind)},
        trees={"region_code": region_prefix, "industry_code": industry_prefix},
        sorts=("created_at", "updated_at", "name"),
        search=True,
    )
):
    """Parameters of the company list."""


class CompanyExport(export_of(CompanyQuery)):
    """Parameters of the export."""
