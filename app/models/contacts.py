"""Contacts: named persons at companies. Personal data under the PIPL: masked, sourced, dated."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlmodel import Field, SQLModel, col, select

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.listing import list_query
from app.core.search import Searchable, search_index
from app.core.shapes import Computed
from app.core.types import BusinessDate, Code, Line, Name, choice

Phone = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, pattern=r"^\+?[0-9][0-9\- ]{5,22}[0-9]$", max_length=24
    ),
]
Email = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$"),
]
RETENTION_YEARS = 3


class LawfulBasis(Code):
    """Why the data may be kept (个人信息保护法 art. 13)."""

    statutory_duty = "statutory_duty"
    contract = "contract"
    public_info = "public_info"
    consent = "consent"


def default_retention() -> date:
    """Three years after the last interaction, unless set otherwise."""
    day = today()
    return day.replace(year=day.year + RETENTION_YEARS, day=min(day.day, 28))


class ContactBase(SQLModel):
    """What a caller sets."""

    company_id: UUID = Field(foreign_key="companies.id", index=True)
    name: Name
    title: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    lawful_basis: LawfulBasis = Field(sa_type=choice(LawfulBasis))
    source: Line
    retention_until: BusinessDate = Field(default_factory=default_retention)


class Contact(Record, Searchable, ContactBase, table=True):
    """A person at a company."""

    __tablename__ = "contacts"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_contacts_created_at", "created_at", "id"),
        sa.Index("ix_contacts_name_sort", "name_sort", "id"),
        sa.Index("ix_contacts_retention_until", "retention_until"),
        sa.Index(
            "ix_contacts_search",
            sa.text("search_grams(search_text)"),
            postgresql_using="gin",
        ),
        search_index("contacts"),
    )

    is_demo: bool = False
    deleted_at: datetime | None = None


class ContactCreate(Shape, ContactBase):
    """A new contact."""


class ContactUpdate(patch_of(ContactCreate, without=frozenset({"company_id"}))):
    """Changes of a contact."""


def masked_phone(contact: Any, _role: str) -> sa.ColumnElement[str | None]:
    """`138****5678`: the first three and last four digits; shorter numbers show the last two."""
    digits = sa.func.regexp_replace(contact.phone, r"[^0-9]", "", "g")
    long = sa.func.concat(sa.func.left(digits, 3), "****", sa.func.right(digits, 4))
    short = sa.func.concat("****", sa.func.right(digits, 2))
    masked = sa.case((sa.func.length(digits) >= 11, long), else_=short)
    return sa.case((contact.phone.is_(None), sa.null()), else_=masked)


class ContactRead(RecordRead):
    """A contact as answered: the phone is always masked."""

    table: ClassVar[type[SQLModel]] = Contact
    company_id: UUID
    name: Name
    title: Name | None
    phone: Annotated[str | None, Computed(masked_phone)]
    email: str | None
    lawful_basis: LawfulBasis
    source: str
    retention_until: BusinessDate
    is_demo: bool


class ContactQuery(
    list_query(
        ContactRead,
        filters=("company_id", "lawful_basis", "retention_until"),
        sorts=("created_at", "name"),
        search=True,
    )
):
    """Parameters of the contact list."""


class UnmaskingBase(SQLModel):
    """Why somebody needs the number."""

    reason: Line


class Unmasking(Record, UnmaskingBase, table=True):
    """Who read which phone, when and why; never deleted."""

    __tablename__ = "unmaskings"

    contact_id: UUID = Field(foreign_key="contacts.id", index=True)


class UnmaskingCreate(Shape, UnmaskingBase):
    """A request to read a phone."""


class UnmaskingRead(RecordRead, UnmaskingBase):
    """The number, this once."""

    table: ClassVar[type[SQLModel]] = Unmasking
    contact_id: UUID
    phone: Annotated[
        str | None,
        Computed(
            lambda row, _role: (
                select(Contact.phone).where(col(Contact.id) == row.contact_id).scalar_subquery()
            )
        ),
    ]


class ContactStub(ReadShape):
    """A contact inside another record."""

    table: ClassVar[type[SQLModel]] = Contact
    id: UUID
    name: str
    title: str | None
