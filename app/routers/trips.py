"""Trips."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate
from app.models.trips import Trip, TripCreate, TripQuery, TripRead, TripUpdate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import activities, trips

router = APIRouter(prefix=f"{API}/trips", tags=["trips"], route_class=Endpoint)
READ, WRITE = [needs(Permission.trips_read)], [needs(Permission.trips_write)]


@router.get("", dependencies=READ, response_model=Page[TripRead])
async def list_trips(reader: ReaderDep, query: Annotated[TripQuery, asked(TripQuery)]) -> Response:
    """The trips that the caller organised, took part in or, as a team lead, answers for."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=TripRead)
async def log_trip(write: WriteDep, payload: TripCreate) -> Response:
    """Log a trip that has begun, with its people; visits name it by `trip_id`."""
    trip = await activities.log(write.session, write.caller, Trip, payload)
    return await write.created(TripRead, trip.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=TripRead)
async def get_trip(reader: ReaderDep, trip_id: IdPath, view: ViewDep) -> Response:
    """One trip."""
    return await reader.one(TripRead, trip_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=TripRead)
async def update_trip(change: ChangeDep, payload: TripUpdate) -> Response:
    """Correct a trip; the ledger follows with the difference."""
    await trips.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(TripRead)


@router.post("/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=TripRead)
async def reverse_trip(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take a trip that has ended back: it stays and counts no more."""
    await activities.reverse(
        change.session, change.caller, Trip, change.id, payload, if_match=change.version
    )
    return await change.changed(TripRead, 201)
