"""Trips and the visits made on them: outbound, and on a day of the trip."""

from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import invalid
from app.models.activities import ActivityStatus
from app.models.events import Event
from app.models.trips import Trip, TripUpdate
from app.models.visits import Visit, VisitKind, VisitStatus
from app.services import activities
from app.services.access import Caller, readable


async def update(
    session: AsyncSession, caller: Caller, trip_id: UUID, payload: TripUpdate, if_match: int
) -> None:
    """Correct a trip; its visits stay within its days."""
    trip = await activities.update(session, caller, Trip, trip_id, payload, if_match=if_match)
    visited_on = col(Visit.visited_on)
    outside = select(Visit.id).where(
        col(Visit.trip_id) == trip.id,
        col(Visit.status) == VisitStatus.counted,
        or_(visited_on < trip.from_on, visited_on > trip.to_on),
    )
    if (await session.exec(outside.limit(1))).first() is not None:
        raise invalid("/from_on", "visit_outside_trip")


async def check_links(session: AsyncSession, caller: Caller, visit: Visit) -> None:
    """422 unless the visit's trip and event are there, count, and fit its kind and day."""
    if visit.trip_id is not None:
        query = readable(Trip, caller).where(col(Trip.id) == visit.trip_id)
        trip = (await session.exec(query.with_for_update(of=Trip, key_share=True))).one_or_none()
        if trip is None or trip.status is ActivityStatus.reversed:
            raise invalid("/trip_id", "reference_not_found")
        if visit.kind is not VisitKind.outbound:
            raise invalid("/trip_id", "only_outbound")
        if not trip.from_on <= visit.visited_on <= trip.to_on:
            raise invalid("/visited_on", "visit_outside_trip")
    if visit.event_id is not None:
        query = readable(Event, caller).where(
            col(Event.id) == visit.event_id, col(Event.status) == ActivityStatus.counted
        )
        if (await session.exec(query)).first() is None:
            raise invalid("/event_id", "reference_not_found")
