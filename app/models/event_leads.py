"""Which leads came from an event, were signed at it, or were met there."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import Code, choice
from app.models.leads import LeadStub


class EventRelation(Code):
    """What the event was to the lead."""

    sourced = "sourced"
    signed = "signed"
    met = "met"


class EventLeadBase(SQLModel):
    """What a caller sets."""

    event_id: UUID = Field(foreign_key="events.id")
    lead_id: UUID = Field(foreign_key="leads.id")
    relation: EventRelation = Field(sa_type=choice(EventRelation))


class EventLead(Record, EventLeadBase, table=True):
    """A lead at an event; a lead comes from one event at most, or T07 could be padded."""

    __tablename__ = "event_leads"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_event_leads_relation", "event_id", "lead_id", "relation", unique=True),
        sa.Index(
            "uq_event_leads_lead_id",
            "lead_id",
            unique=True,
            postgresql_where=sa.text("relation = 'sourced'"),
        ),
        sa.Index("ix_event_leads_lead_id", "lead_id", "id"),
        sa.Index("ix_event_leads_created_at", "created_at", "id"),
    )


class EventLeadCreate(Shape, EventLeadBase):
    """A lead traced to an event."""


class EventLeadRead(RecordRead, EventLeadBase):
    """As answered."""

    table: ClassVar[type[SQLModel]] = EventLead
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class EventLeadQuery(
    list_query(
        EventLeadRead,
        filters=("event_id", "lead_id", "relation", "created_at"),
        sorts=("created_at",),
    )
):
    """Parameters of the list."""
