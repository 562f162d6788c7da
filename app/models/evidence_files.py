"""Evidence files: what a fact is shown by. The content lies in the storage under its SHA-256."""

import re
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.content import ENDINGS
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, choice

NAME_LENGTH = 200
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\ud800-\udfff]")


class EvidenceKind(Code):
    """What a file shows, in the words of the gates."""

    licence = "licence"
    establishment_document = "establishment_document"
    land_contract = "land_contract"
    lease = "lease"
    environment_approval = "environment_approval"
    energy_review = "energy_review"
    construction_contract = "construction_contract"
    construction_permit = "construction_permit"
    site_photo = "site_photo"
    purchase_contract = "purchase_contract"
    payment_voucher = "payment_voucher"
    acceptance_record = "acceptance_record"
    onsite_check = "onsite_check"
    first_invoice = "first_invoice"
    tax_record = "tax_record"
    review_minutes = "review_minutes"
    legal_review = "legal_review"
    deposit_receipt = "deposit_receipt"
    statistics_entry = "statistics_entry"
    designated_size_document = "designated_size_document"
    design = "design"
    feasibility_study = "feasibility_study"
    termination_file = "termination_file"
    agreement = "agreement"
    first_contact = "first_contact"
    other = "other"


class EvidenceFileBase(SQLModel):
    """What an uploader says of a file."""

    kind: EvidenceKind = Field(sa_type=choice(EvidenceKind))
    dated_on: BusinessDate | None = Field(
        default=None, description="The day that the document or photo itself is of."
    )


class EvidenceFile(Record, EvidenceFileBase, table=True):
    """A file as it was uploaded; nothing of it changes later.

    `name` is what the uploader called it: text to read, never a path and never a header.
    """

    __tablename__ = "evidence_files"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_evidence_files_sha256", "sha256"),
        sa.Index("ix_evidence_files_created_at", "created_at", "id"),
        sa.Index("ix_evidence_files_created_by_id", "created_by_id", "created_at"),
        sa.Index("ix_evidence_files_dated_on", "dated_on", "id"),
    )

    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Of the content, in hexadecimal.")

    @property
    def served_name(self) -> str:
        """The name under which it is handed out: ours, in plain letters."""
        return f"{self.kind.value}-{self.id}.{ENDINGS[self.media_type]}"

    def check_dates(self) -> None:
        """422 for a document of tomorrow."""
        if self.dated_on is not None and self.dated_on > today():
            raise invalid("/dated_on", "date_in_future")


class EvidenceUpload(Shape, EvidenceFileBase):
    """The form's fields beside the file."""


def readable_name(name: str | None) -> str:
    """A client's file name as text, without control and direction characters; its end if long."""
    return _UNPRINTABLE.sub("", name or "").strip()[-NAME_LENGTH:] or "-"


class EvidenceFileRead(RecordRead, EvidenceFileBase):
    """A file as answered; its content is at `/evidence-files/{id}/content`."""

    table: ClassVar[type[SQLModel]] = EvidenceFile
    name: str
    media_type: str
    size: int
    sha256: str


class EvidenceFileQuery(
    list_query(
        EvidenceFileRead,
        filters=("kind", "sha256", "created_by_id", "dated_on"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of files."""
