"""Incubation of companies 苗圃—孵化器—加速器."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.incubation_stages import (
    IncubationEntry,
    IncubationEntryCreate,
    IncubationEntryQuery,
    IncubationEntryRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed
from app.services.companies import check_present

router = APIRouter(prefix=f"{API}/incubation-stages", tags=["companies"], route_class=Endpoint)
READ, WRITE = [needs(Permission.companies_read)], [needs(Permission.groups_write)]


@router.get("", dependencies=READ, response_model=Page[IncubationEntryRead])
async def list_incubation_stages(
    reader: ReaderDep, query: Annotated[IncubationEntryQuery, asked(IncubationEntryQuery)]
) -> Response:
    """Which company entered which stage when."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=IncubationEntryRead)
async def create_incubation_stage(write: WriteDep, payload: IncubationEntryCreate) -> Response:
    """A company enters a stage; one entry a day."""
    await check_present(write.session, payload.company_id)
    row = await records.add(write.session, IncubationEntry, payload)
    return await write.created(IncubationEntryRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=IncubationEntryRead)
async def get_incubation_stage(reader: ReaderDep, entry_id: IdPath, view: ViewDep) -> Response:
    """One entry."""
    return await reader.one(IncubationEntryRead, entry_id, view)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_incubation_stage(change: ChangeDep) -> None:
    """Remove an entry made in error; the audit log keeps what it held."""
    row = await claimed(change.session, IncubationEntry, change.caller, change.id, change.version)
    await records.remove(change.session, row)
