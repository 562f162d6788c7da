"""Events 活动: roadshows, signings and policy briefings, with the leads that came of them."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import BusinessDate, Code, Count, Instant, Name, Notes, choice
from app.models.activities import ActivityBase, ActivityStatus, Attendance, Organised
from app.models.visits import ParticipantRead, People


class EventKind(Code):
    """推介会, 签约会, 政策宣讲."""

    roadshow = "roadshow"
    signing = "signing"
    policy_briefing = "policy_briefing"
    other = "other"


class EventBase(ActivityBase):
    """What a caller sets."""

    name: Name
    kind: EventKind = Field(sa_type=choice(EventKind))
    held_on: BusinessDate
    place: Name | None = None
    host: Name | None = None
    guest_count: Count = 0
    notes: Notes | None = None


class Event(Record, EventBase, Organised, table=True):
    """One event; it counts on the day it was held."""

    __tablename__ = "events"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("cost_amount >= 0", name="cost_amount"),
        sa.Index("ix_events_held_on", "held_on", "id"),
        sa.Index("ix_events_created_at", "created_at", "id"),
        sa.Index("ix_events_organiser_id", "organiser_id", "held_on", "id"),
    )

    @property
    def counted_on(self) -> date:
        """The day it was held."""
        return self.held_on

    def check(self) -> None:
        """An event has been held."""
        if self.held_on > today():
            raise invalid("/held_on", "date_in_future")

    def check_reversible(self) -> None:
        """An event is over once it is logged."""


class EventParticipant(Attendance, table=True):
    """One of ours at an event."""

    __tablename__ = "event_participants"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_event_participants_officer_id", "event_id", "officer_id", unique=True),
        sa.Index("ix_event_participants_officer_id", "officer_id", "event_id"),
    )

    event_id: UUID = Field(foreign_key="events.id")


class EventCreate(Shape, EventBase):
    """An event with our people."""

    organiser_id: UUID | None = Bounded(default=None, description="The caller unless given.")
    participant_ids: People = Bounded(default=[], description="Ours; the organiser unless given.")


class EventUpdate(patch_of(EventCreate)):
    """Changes of an event."""


class EventParticipantRead(ParticipantRead):
    """One of ours."""

    table: ClassVar[type[SQLModel]] = EventParticipant


class EventRead(RecordRead, EventBase):
    """An event as answered."""

    table: ClassVar[type[SQLModel]] = Event
    organiser_id: UUID
    status: ActivityStatus
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    is_demo: bool
    participants: Annotated[list[EventParticipantRead], Children("event_id", "place")]


class EventQuery(
    list_query(
        EventRead,
        filters=(
            "kind", "organiser_id", "held_on", "mechanism", "status", "created_at", "is_demo",
        ),
        sorts=("held_on", "created_at"),
    )
):  # fmt: skip
    """Parameters of the event list."""
