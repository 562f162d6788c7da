"""Platform companies 平台公司: companies that fund a combination's park and its projects."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import Flag, Money, Notes, numeric
from app.models.codes import CurrencyCode
from app.models.companies import CompanyStub


class PlatformCompanyBase(SQLModel):
    """What a caller sets."""

    company_id: UUID = Field(foreign_key="companies.id")
    committed_amount: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Funding promised in all."
    )
    currency: CurrencyCode = "CNY"
    is_active: Flag = True
    notes: Notes | None = None


class PlatformCompany(Record, PlatformCompanyBase, table=True):
    """A company in this role, once."""

    __tablename__ = "platform_companies"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_platform_companies_company_id", "company_id", unique=True),
    )

    is_demo: bool = False


class PlatformCompanyCreate(Shape, PlatformCompanyBase):
    """A company takes the role."""


class PlatformCompanyUpdate(patch_of(PlatformCompanyCreate, without=frozenset({"company_id"}))):
    """Changes of the role."""


class PlatformCompanyRead(RecordRead, PlatformCompanyBase):
    """The role as answered."""

    table: ClassVar[type[SQLModel]] = PlatformCompany
    is_demo: bool
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class PlatformCompanyQuery(
    list_query(
        PlatformCompanyRead,
        filters=("company_id", "is_active", "is_demo"),
        sorts=("committed_amount", "created_at"),
    )
):
    """Parameters of the list of platform companies."""
