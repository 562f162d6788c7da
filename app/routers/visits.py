"""Visits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from app.core.batch import BatchCreate, BatchRead, create_all
from app.core.endpoint import Endpoint
from app.core.export import DOCUMENTED, Export, File
from app.core.listing import Page
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate
from app.models.visits import VisitCreate, VisitExport, VisitQuery, VisitRead, VisitUpdate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import visits

router = APIRouter(prefix=f"{API}/visits", tags=["visits"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.visits_read)], response_model=Page[VisitRead])
async def list_visits(
    reader: ReaderDep, query: Annotated[VisitQuery, asked(VisitQuery)]
) -> Response:
    """The visits that the caller may see."""
    return await reader.page(query)


@router.get(
    "/export",
    dependencies=[needs(Permission.visits_read)],
    response_class=File,
    responses=DOCUMENTED,
)
async def export_visits(
    reader: ReaderDep, query: Annotated[VisitExport, asked(VisitExport)]
) -> Response:
    """All rows of the list as a table, its headers in the caller's language."""
    return Export(reader, query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.visits_write)],
    response_model=VisitRead,
)
async def log_visit(write: WriteDep, payload: VisitCreate) -> Response:
    """Log a visit with its people and the next action; the KPI ledger is posted with it."""
    visit = await visits.log_visit(write.session, write.caller, payload)
    return await write.created(VisitRead, visit.id)


@router.post(
    "/batch",
    status_code=207,
    dependencies=[needs(Permission.visits_write)],
    response_model=BatchRead[VisitRead],
)
async def log_visits(
    write: WriteDep, payload: BatchCreate[VisitCreate], *, atomic: bool = False
) -> Response:
    """Log up to 200 visits; `atomic=true` is all or nothing."""

    async def create(item: VisitCreate) -> UUID:
        return (await visits.log_visit(write.session, write.caller, item)).id

    return await create_all(write, payload.items, create, VisitRead, atomic=atomic)


@router.get("/{id:uuid}", dependencies=[needs(Permission.visits_read)], response_model=VisitRead)
async def get_visit(reader: ReaderDep, visit_id: IdPath, view: ViewDep) -> Response:
    """One visit."""
    return await reader.one(VisitRead, visit_id, view)


@router.patch("/{id:uuid}", dependencies=[needs(Permission.visits_write)], response_model=VisitRead)
async def update_visit(change: ChangeDep, payload: VisitUpdate) -> Response:
    """Correct a visit; the ledger follows with the difference."""
    await visits.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(VisitRead)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=[needs(Permission.visits_write)],
    response_model=VisitRead,
)
async def reverse_visit(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take a visit back: it stays and counts no more."""
    await visits.reverse(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(VisitRead, 201)
