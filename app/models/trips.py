"""Trips 外出招商: who went where, why, and what it cost."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import BusinessDate, Instant, Line, Name
from app.models.activities import ActivityBase, ActivityStatus, Attendance, Organised, check_span
from app.models.codes import CountryCode, RegionCode
from app.models.visits import ParticipantRead, People


class TripBase(ActivityBase):
    """What a caller sets; both days count."""

    name: Name
    region_code: RegionCode | None = None
    country_code: CountryCode = "CN"
    from_on: BusinessDate
    to_on: BusinessDate
    purpose: Line | None = None


class Trip(Record, TripBase, Organised, table=True):
    """One journey; it counts from the day it began."""

    __tablename__ = "trips"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("from_on <= to_on", name="from_to"),
        sa.CheckConstraint("cost_amount >= 0", name="cost_amount"),
        sa.Index("ix_trips_from_on", "from_on", "id"),
        sa.Index("ix_trips_created_at", "created_at", "id"),
        sa.Index("ix_trips_organiser_id", "organiser_id", "from_on", "id"),
    )

    @property
    def counted_on(self) -> date:
        """The day it began."""
        return self.from_on

    def check(self) -> None:
        """A trip has begun and does not end before."""
        check_span(self.from_on, self.to_on)

    def check_reversible(self) -> None:
        """409 while under way: until then it is corrected."""
        if self.to_on > today():
            raise Problem("trip_under_way")


class TripParticipant(Attendance, table=True):
    """One of ours on a trip."""

    __tablename__ = "trip_participants"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_trip_participants_officer_id", "trip_id", "officer_id", unique=True),
        sa.Index("ix_trip_participants_officer_id", "officer_id", "trip_id"),
    )

    trip_id: UUID = Field(foreign_key="trips.id")


class TripCreate(Shape, TripBase):
    """A trip with its people."""

    organiser_id: UUID | None = Bounded(default=None, description="The caller unless given.")
    participant_ids: People = Bounded(default=[], description="Ours; the organiser unless given.")


class TripUpdate(patch_of(TripCreate)):
    """Changes of a trip."""


class TripParticipantRead(ParticipantRead):
    """One of ours."""

    table: ClassVar[type[SQLModel]] = TripParticipant


class TripRead(RecordRead, TripBase):
    """A trip as answered."""

    table: ClassVar[type[SQLModel]] = Trip
    organiser_id: UUID
    status: ActivityStatus
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    is_demo: bool
    participants: Annotated[list[TripParticipantRead], Children("trip_id", "place")]


class TripQuery(
    list_query(
        TripRead,
        filters=(
            "organiser_id", "region_code", "country_code", "from_on", "to_on", "mechanism",
            "status", "created_at", "is_demo",
        ),
        sorts=("from_on", "created_at"),
    )
):  # fmt: skip
    """Parameters of the trip list."""


class TripStub(ReadShape):
    """A trip inside another record."""

    table: ClassVar[type[SQLModel]] = Trip
    id: UUID
    name: str
