"""Control: which company controls which, from when to when; groups are trees of it on a day."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Computed, Expand
from app.core.types import BusinessDate, Line, Ratio, numeric
from app.models.companies import Company, CompanyStub


class CompanyControlBase(SQLModel):
    """What a caller sets; both days count, null is open."""

    company_id: UUID = Field(foreign_key="companies.id")
    controller_id: UUID = Field(foreign_key="companies.id")
    from_on: BusinessDate
    to_on: BusinessDate | None = None
    share: Ratio | None = Field(
        default=None, sa_type=numeric(5, 4), description="Part of the capital that it holds."
    )
    source: Line | None = None


class CompanyControl(Record, CompanyControlBase, table=True):
    """A company under its controller; one at a time, and on no day in a circle."""

    __tablename__ = "company_controls"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("company_id <> controller_id", name="two_companies"),
        sa.Index("ix_company_controls_company_id", "company_id", "from_on"),
        sa.Index("ix_company_controls_controller_id", "controller_id", "from_on"),
        sa.Index("ix_company_controls_created_at", "created_at", "id"),
    )

    def check_days(self) -> None:
        """422 where it ends before it begins."""
        if self.to_on is not None and self.to_on < self.from_on:
            raise invalid("/to_on", "to_before_from")


class CompanyControlCreate(Shape, CompanyControlBase):
    """A new control."""


class CompanyControlUpdate(
    patch_of(CompanyControlCreate, without=frozenset({"company_id", "controller_id"})),
):
    """Changes of a control; the two companies stay."""


class CompanyControlRead(RecordRead, CompanyControlBase):
    """A control as answered."""

    table: ClassVar[type[SQLModel]] = CompanyControl
    company: Annotated[CompanyStub | None, Expand("company_id")] = None
    controller: Annotated[CompanyStub | None, Expand("controller_id")] = None


class CompanyControlQuery(
    list_query(
        CompanyControlRead,
        filters=("company_id", "controller_id"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of controls."""


class GroupMember(BaseModel):
    """A company of the group; `depth` is negative above the company asked for."""

    company_id: UUID
    name: str
    controller_id: UUID | None
    share: Ratio | None
    depth: int


_DAY: sa.ColumnElement[date] = sa.bindparam("as_of", type_=sa.Date)


def _group(company: Any, _role: str) -> sa.ColumnElement[Any]:
    return sa.func.company_group(company.id, _DAY, type_=sa.JSON)


class CompanyGroup(ReadShape):
    """A company's group on a day: its controllers upwards and what they and it control."""

    table: ClassVar[type[SQLModel]] = Company
    id: UUID
    name: str
    members: Annotated[list[GroupMember], Computed(_group)]


class GroupQuery(BaseModel):
    """Which day."""

    model_config = ConfigDict(extra="forbid")

    as_of: BusinessDate | None = None
