"""Evidence links: which fact a file shows. A file may show several."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import Code, choice
from app.models.evidence_files import EvidenceFileRead


class SubjectKind(Code):
    """What a file may be attached to."""

    lead = "lead"
    visit = "visit"
    stage_transition = "stage_transition"
    agreement = "agreement"


class EvidenceLinkBase(SQLModel):
    """What a caller sets."""

    file_id: UUID = Field(foreign_key="evidence_files.id")
    subject_kind: SubjectKind = Field(sa_type=choice(SubjectKind))
    subject_id: UUID


_PAIR = ("subject_id", "file_id")


class EvidenceLink(Record, EvidenceLinkBase, table=True):
    """A file at a subject, once; `lead_id` is the subject's lead and decides who sees it."""

    __tablename__ = "evidence_links"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_evidence_links_file_id", *_PAIR, unique=True),
        sa.Index("ix_evidence_links_file_id", "file_id"),
        sa.Index("ix_evidence_links_lead_id", "lead_id", "created_at"),
        sa.Index("ix_evidence_links_created_at", "created_at", "id"),
    )

    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")


class EvidenceLinkCreate(Shape, EvidenceLinkBase):
    """A file to a subject."""


class EvidenceLinkRead(RecordRead, EvidenceLinkBase):
    """A link as answered."""

    table: ClassVar[type[SQLModel]] = EvidenceLink
    lead_id: UUID | None
    file: Annotated[EvidenceFileRead | None, Expand("file_id")] = None


class EvidenceLinkQuery(
    list_query(
        EvidenceLinkRead,
        filters=("file_id", "subject_kind", "subject_id", "lead_id"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of links."""
