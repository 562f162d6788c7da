"""Certificates of officers, with the day after which they no longer hold."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Name
from app.models.officers import OfficerStub


class OfficerCertificateBase(SQLModel):
    """What a caller sets; it holds on both days, null is for good."""

    kind: Name
    number: Name | None = None
    issued_on: BusinessDate
    expires_on: BusinessDate | None = None


class OfficerCertificate(Record, OfficerCertificateBase, table=True):
    """One certificate."""

    __tablename__ = "officer_certificates"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_officer_certificates_officer_id", "officer_id", "kind"),
        sa.Index("ix_officer_certificates_expires_on", "expires_on", "id"),
        sa.Index("ix_officer_certificates_created_at", "created_at", "id"),
    )

    officer_id: UUID = Field(foreign_key="officers.id")

    def holds_on(self, day: date) -> bool:
        """Whether it was issued by then and has not expired."""
        return self.issued_on <= day and (self.expires_on is None or day <= self.expires_on)

    def check_days(self) -> None:
        """422 where it expires before it is issued."""
        if self.expires_on is not None and self.expires_on < self.issued_on:
            raise invalid("/expires_on", "to_before_from")


class OfficerCertificateCreate(Shape, OfficerCertificateBase):
    """A new certificate."""

    officer_id: UUID


class OfficerCertificateUpdate(
    patch_of(OfficerCertificateCreate, without=frozenset({"officer_id"})),
):
    """Changes of a certificate."""


class OfficerCertificateRead(RecordRead, OfficerCertificateBase):
    """A certificate as answered."""

    table: ClassVar[type[SQLModel]] = OfficerCertificate
    officer_id: UUID
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None


class OfficerCertificateQuery(
    list_query(
        OfficerCertificateRead,
        filters=("officer_id", "kind", "expires_on"),
        sorts=("created_at", "expires_on"),
    )
):
    """Parameters of the list of certificates."""
