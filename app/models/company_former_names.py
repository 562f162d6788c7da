"""Names that a company bore before: kept at every renaming, or typed."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.listing import list_query
from app.core.types import BusinessDate, Name
from app.models.company_names import normal_name


class CompanyFormerNameBase(SQLModel):
    """What a caller sets; `until_on` is the last day that the name was borne."""

    company_id: UUID = Field(foreign_key="companies.id", index=True)
    name: Name
    until_on: BusinessDate | None = None


class CompanyFormerName(Record, CompanyFormerNameBase, table=True):
    """One name of one company."""

    __tablename__ = "company_former_names"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_company_former_names_normal_name", "normal_name"),
        sa.Index("ix_company_former_names_created_at", "created_at", "id"),
    )

    normal_name: str


def former_name(company_id: UUID, name: str, until_on: date | None = None) -> CompanyFormerName:
    """A name given up today unless the day is known."""
    return CompanyFormerName(
        company_id=company_id,
        name=name,
        until_on=until_on or today(),
        normal_name=normal_name(name),
    )


class CompanyFormerNameCreate(Shape, CompanyFormerNameBase):
    """A former name as typed."""


class CompanyFormerNameRead(RecordRead, CompanyFormerNameBase):
    """A former name as answered."""

    table: ClassVar[type[SQLModel]] = CompanyFormerName


class CompanyFormerNameQuery(
    list_query(CompanyFormerNameRead, filters=("company_id",), sorts=("created_at",))
):
    """Parameters of the list of former names."""
