"""Closed months 期间: their cut-off, the lock, and what each said when it was locked."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.periods import (
    PeriodCreate,
    PeriodQuery,
    PeriodRead,
    PeriodSnapshotQuery,
    PeriodSnapshotRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import periods

router = APIRouter(prefix=API, tags=["kpis"], route_class=Endpoint)
READ, WRITE = [needs(Permission.kpis_read)], [needs(Permission.periods_write)]


@router.get("/periods", dependencies=READ, response_model=Page[PeriodRead])
async def list_periods(
    reader: ReaderDep, query: Annotated[PeriodQuery, asked(PeriodQuery)]
) -> Response:
    """The months on their way to the lock; a month that is not listed is open."""
    return await reader.page(query)


@router.post("/periods", status_code=201, dependencies=WRITE, response_model=PeriodRead)
async def create_period(write: WriteDep, payload: PeriodCreate) -> Response:
    """Take a month up: it is open and has a cut-off day."""
    period = await periods.create(write.session, payload)
    return await write.created(PeriodRead, period.id)


@router.get("/periods/{id:uuid}", dependencies=READ, response_model=PeriodRead)
async def get_period(reader: ReaderDep, period_id: IdPath, view: ViewDep) -> Response:
    """One month."""
    return await reader.one(PeriodRead, period_id, view)


@router.post(
    "/periods/{id:uuid}/closings", status_code=201, dependencies=WRITE, response_model=PeriodRead
)
async def close_period(change: ChangeDep) -> Response:
    """From open to closing, once the month is over: a new fact of it has to say why it is late."""
    await periods.close(change.session, change.caller, change.id, change.version)
    return await change.changed(PeriodRead, 201)


@router.post(
    "/periods/{id:uuid}/locks", status_code=201, dependencies=WRITE, response_model=PeriodRead
)
async def lock_period(change: ChangeDep) -> Response:
    """From closing to locked, from the cut-off day on, month after month.

    The first lock locks all months before it too. Every sum is kept (`/period-snapshots`), equal to
    the summary `as_of` the answered `locked_at`; later changes count in the month of posting.
    """
    await periods.lock(change.session, change.caller, change.id, change.version)
    return await change.changed(PeriodRead, 201)


@router.get("/period-snapshots", dependencies=READ, response_model=Page[PeriodSnapshotRead])
async def list_period_snapshots(
    reader: ReaderDep, query: Annotated[PeriodSnapshotQuery, asked(PeriodSnapshotQuery)]
) -> Response:
    """The sums of a month as it was locked, of the subjects whose numbers the caller may see."""
    return await reader.page(query)
