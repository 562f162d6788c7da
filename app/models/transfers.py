"""Transfers: leads handed from one owner to another; nothing else of them moves."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import Flag, Instant, Line

MOST_LEADS = 200


class TransferBase(SQLModel):
    """What a caller sets."""

    to_officer_id: UUID = Field(foreign_key="officers.id")
    reason: Line


class Transfer(Record, TransferBase, table=True):
    """One handover of some leads, all or none."""

    __tablename__ = "transfers"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_transfers_created_at", "created_at", "id"),
        sa.Index("ix_transfers_to_officer_id", "to_officer_id", "created_at", "id"),
    )

    to_team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    lead_count: int
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None


class TransferLead(Row, table=True):
    """What a transfer changed on one lead, so that it can be undone."""

    __tablename__ = "transfer_leads"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_transfer_leads_lead_id", "transfer_id", "lead_id", unique=True),
        sa.Index("ix_transfer_leads_lead_id", "lead_id"),
    )

    transfer_id: UUID = Field(foreign_key="transfers.id")
    lead_id: UUID = Field(foreign_key="leads.id")
    place: int
    from_officer_id: UUID = Field(foreign_key="officers.id")
    from_team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    seat_id: UUID | None = Field(default=None, foreign_key="lead_members.id")
    left_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))


class TransferCreate(Shape, TransferBase):
    """Some leads by id, or all of an officer's; `dry_run` answers which and changes nothing."""

    lead_ids: list[UUID] = Bounded(default=[], max_length=MOST_LEADS)
    from_officer_id: UUID | None = None
    dry_run: Flag = False

    def check_subject(self) -> None:
        """422 unless leads are named in exactly one of the two ways, each once."""
        if bool(self.lead_ids) == (self.from_officer_id is not None):
            pointer = "/from_officer_id" if self.lead_ids else "/lead_ids"
            raise invalid(pointer, "leads_or_officer")
        if len(set(self.lead_ids)) != len(self.lead_ids):
            raise invalid("/lead_ids", "lead_repeated")


class TransferLeadRead(ReadShape):
    """One lead handed over."""

    table: ClassVar[type[SQLModel]] = TransferLead
    lead_id: UUID
    from_officer_id: UUID
    from_team_id: UUID | None


class TransferDryRun(ReadShape):
    """What a transfer would do."""

    to_officer_id: UUID
    to_team_id: UUID | None
    lead_count: int
    leads: list[TransferLeadRead]


class TransferRead(RecordRead, TransferBase):
    """A transfer as answered."""

    table: ClassVar[type[SQLModel]] = Transfer
    to_team_id: UUID | None
    lead_count: int
    leads: Annotated[list[TransferLeadRead], Children("transfer_id", "place")]
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None


class TransferQuery(
    list_query(
        TransferRead,
        filters=("to_officer_id", "created_by_id", "created_at"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of transfers."""
