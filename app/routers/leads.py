"""Leads, their history and their members."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from app.core.batch import BatchCreate, BatchRead, create_all
from app.core.endpoint import Endpoint
from app.core.errors import Problem, invalid_parameter
from app.core.export import DOCUMENTED, Export, File
from app.core.listing import Page
from app.core.reader import Reader, checked_view
from app.models.lead_gates import LeadGates
from app.models.lead_members import MemberChangeCreate
from app.models.lead_states import LeadAsOf, LeadView
from app.models.leads import Lead, LeadCreate, LeadExport, LeadQuery, LeadRead, LeadUpdate
from app.models.roles import Permission
from app.models.stage_history import StageHistory
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, WriteDep, asked, needs
from app.services import gates, lead_members, lead_states, leads, merges, stage_history

router = APIRouter(prefix=f"{API}/leads", tags=["leads"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.leads_read)], response_model=Page[LeadRead])
async def list_leads(reader: ReaderDep, query: Annotated[LeadQuery, asked(LeadQuery)]) -> Response:
    """The leads that the caller may see."""
    return await reader.page(query)


@router.get(
    "/export",
    dependencies=[needs(Permission.leads_read)],
    response_class=File,
    responses=DOCUMENTED,
)
async def export_leads(
    reader: ReaderDep, query: Annotated[LeadExport, asked(LeadExport)]
) -> Response:
    """All rows of the list as a table, its headers in the caller's language."""
    return Export(reader, query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.leads_write)],
    response_model=LeadRead,
)
async def create_lead(write: WriteDep, payload: LeadCreate) -> Response:
    """Register a lead; it starts at `identified` and is the caller's unless an owner is named.

    409 with reasons where the investor has an open lead like it.
    """
    lead = await leads.create(write.session, write.caller, payload)
    return await write.created(LeadRead, lead.id)


@router.post(
    "/batch",
    status_code=207,
    dependencies=[needs(Permission.leads_write)],
    response_model=BatchRead[LeadRead],
)
async def create_leads(
    write: WriteDep, payload: BatchCreate[LeadCreate], *, atomic: bool = False
) -> Response:
    """Register up to 200 leads; `atomic=true` is all or nothing."""

    async def create(item: LeadCreate) -> UUID:
        return (await leads.create(write.session, write.caller, item)).id

    return await create_all(write, payload.items, create, LeadRead, atomic=atomic)


@router.get("/{id:uuid}", dependencies=[needs(Permission.leads_read)], response_model=LeadAsOf)
async def get_lead(
    reader: ReaderDep, lead_id: IdPath, view: Annotated[LeadView, asked(LeadView)]
) -> Response:
    """One lead with what the caller can do with it now; 410 says into which it was merged.

    With `as_of` its own fields as they were known then: not its members, visits or stages.
    """
    try:
        if view.as_of is not None:
            return await _past(reader, lead_id, view, view.as_of)
        return await reader.one(LeadRead, lead_id, view)
    except Problem as problem:
        pool = await reader.db.reads()
        raise await merges.moved(problem, pool, reader.caller, Lead, lead_id) from None


async def _past(reader: Reader, lead_id: UUID, view: LeadView, instant: datetime) -> Response:
    if view.expand:
        raise invalid_parameter("expand", "not_with_as_of")
    names, _ = checked_view(LeadRead, view)
    found = await lead_states.as_of(await reader.db.reads(), reader.caller, lead_id, instant)
    return JSONResponse({name: found[name] for name in names or found})


@router.patch("/{id:uuid}", dependencies=[needs(Permission.leads_write)], response_model=LeadRead)
async def update_lead(change: ChangeDep, payload: LeadUpdate) -> Response:
    """Change a lead; stage, owner, members and money have resources of their own."""
    await leads.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(LeadRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=[needs(Permission.leads_write)])
async def delete_lead(change: ChangeDep) -> None:
    """To the trash, while it is no more than a signal."""
    await leads.delete(change.session, change.caller, change.id, change.version)


@router.post(
    "/{id:uuid}/member-changes",
    status_code=201,
    dependencies=[needs(Permission.members_write)],
    response_model=LeadRead,
)
async def change_lead_members(change: ChangeDep, payload: MemberChangeCreate) -> Response:
    """Name all members from today on; the shares sum to 100.00. Answers the lead."""
    await lead_members.change_members(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(LeadRead, 201)


@router.get("/{id:uuid}/stage-history", dependencies=[needs(Permission.leads_read)])
async def get_stage_history(reader: ReaderDep, lead_id: IdPath) -> StageHistory:
    """Every stage the lead has been in, with the days spent there, suspensions taken out."""
    return await stage_history.history(await reader.db.reads(), reader.caller, lead_id)


@router.get("/{id:uuid}/gates", dependencies=[needs(Permission.leads_read)])
async def get_lead_gates(reader: ReaderDep, lead_id: IdPath) -> LeadGates:
    """The gates that the lead stands before: what each asks for, and what of it is there."""
    return await gates.gates(await reader.db.reads(), reader.caller, lead_id)
