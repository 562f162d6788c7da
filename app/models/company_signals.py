"""Signals: what a company was seen to do that says something of its next investment."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Line, choice
from app.models.companies import CompanyStub


class SignalKind(Code):
    """What happened; all but a penalty speak for expansion."""

    capital_increase = "capital_increase"
    new_plant = "new_plant"
    recruitment = "recruitment"
    tender = "tender"
    listing_plan = "listing_plan"
    penalty = "penalty"
    other = "other"


class CompanySignalBase(SQLModel):
    """What a caller sets."""

    company_id: UUID = Field(foreign_key="companies.id")
    kind: SignalKind = Field(sa_type=choice(SignalKind))
    happened_on: BusinessDate = Field(default_factory=today)
    text: Line
    source: Line | None = Field(default=None, description="Where it was read: a paper, an address.")


class CompanySignal(Record, CompanySignalBase, table=True):
    """One signal."""

    __tablename__ = "company_signals"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_company_signals_company_id", "company_id", "happened_on"),
        sa.Index("ix_company_signals_happened_on", "happened_on", "id"),
        sa.Index("ix_company_signals_created_at", "created_at", "id"),
    )

    def check_day(self) -> None:
        """422 where it has not happened yet."""
        if self.happened_on > today():
            raise invalid("/happened_on", "date_in_future")


class CompanySignalCreate(Shape, CompanySignalBase):
    """A new signal."""


class CompanySignalUpdate(patch_of(CompanySignalCreate, without=frozenset({"company_id"}))):
    """Changes of a signal; the company stays."""


class CompanySignalRead(RecordRead, CompanySignalBase):
    """A signal as answered."""

    table: ClassVar[type[SQLModel]] = CompanySignal
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class CompanySignalQuery(
    list_query(
        CompanySignalRead,
        filters=("company_id", "kind", "happened_on"),
        sorts=("happened_on", "created_at"),
    )
):
    """Parameters of the list of signals."""
