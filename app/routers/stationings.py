"""Stationings."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.stationings import (
    StationingCreate,
    StationingQuery,
    StationingRead,
    StationingUpdate,
)
from app.models.transition_decisions import ReversalCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import stationings

router = APIRouter(prefix=f"{API}/stationings", tags=["trips"], route_class=Endpoint)
READ, WRITE = [needs(Permission.trips_read)], [needs(Permission.trips_write)]


@router.get("", dependencies=READ, response_model=Page[StationingRead])
async def list_stationings(
    reader: ReaderDep, query: Annotated[StationingQuery, asked(StationingQuery)]
) -> Response:
    """Who was stationed where; an officer sees the own days, a team lead those of the team."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=StationingRead)
async def log_stationing(write: WriteDep, payload: StationingCreate) -> Response:
    """Log a span of days that is over; 409 where it overlaps another of the same officer."""
    row = await stationings.log(write.session, write.caller, payload)
    return await write.created(StationingRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=StationingRead)
async def get_stationing(reader: ReaderDep, stationing_id: IdPath, view: ViewDep) -> Response:
    """One stationing."""
    return await reader.one(StationingRead, stationing_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=StationingRead)
async def update_stationing(change: ChangeDep, payload: StationingUpdate) -> Response:
    """Correct a stationing; the ledger follows day by day."""
    await stationings.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(StationingRead)


@router.post(
    "/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=StationingRead
)
async def reverse_stationing(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take a stationing back: it stays and counts no more."""
    await stationings.reverse(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(StationingRead, 201)
