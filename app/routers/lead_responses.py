"""What leads were told, their clocks and lights, and explanations that nothing has changed."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.lead_clocks import LeadClockRead
from app.models.lead_lights import LeadLightQuery, LeadLightRead
from app.models.lead_responses import LeadResponseCreate, LeadResponseQuery, LeadResponseRead
from app.models.no_change_notes import NoChangeNoteCreate, NoChangeNoteQuery, NoChangeNoteRead
from app.models.roles import Permission
from app.models.stalled_leads import StalledLeads, StalledQuery
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import lead_responses, stalled_leads

router = APIRouter(prefix=API, tags=["rhythm"], route_class=Endpoint)
READ, WRITE = [needs(Permission.leads_read)], [needs(Permission.responses_write)]


@router.get("/lead-responses", dependencies=READ, response_model=Page[LeadResponseRead])
async def list_lead_responses(
    reader: ReaderDep, query: Annotated[LeadResponseQuery, asked(LeadResponseQuery)]
) -> Response:
    """What the leads in view were told."""
    return await reader.page(query)


@router.post(
    "/lead-responses", status_code=201, dependencies=WRITE, response_model=LeadResponseRead
)
async def create_lead_response(write: WriteDep, payload: LeadResponseCreate) -> Response:
    """Answered, assessed, fed back or reported; the first of its kind stops the lead's clock."""
    made = await lead_responses.create(write.session, write.caller, payload)
    return await write.created(LeadResponseRead, made.id)


@router.get("/lead-responses/{id:uuid}", dependencies=READ, response_model=LeadResponseRead)
async def get_lead_response(reader: ReaderDep, response_id: IdPath, view: ViewDep) -> Response:
    """One response."""
    return await reader.one(LeadResponseRead, response_id, view)


@router.get("/leads/{id:uuid}/clock", dependencies=READ, response_model=LeadClockRead)
async def get_lead_clock(reader: ReaderDep, lead_id: IdPath) -> Response:
    """By when the lead is answered, assessed, fed back and reported on, and when it was."""
    return json_response(
        await lead_responses.clock(await reader.db.reads(), reader.caller, lead_id)
    )


@router.get("/no-change-notes", dependencies=READ, response_model=Page[NoChangeNoteRead])
async def list_no_change_notes(
    reader: ReaderDep, query: Annotated[NoChangeNoteQuery, asked(NoChangeNoteQuery)]
) -> Response:
    """Explanations on the leads in view."""
    return await reader.page(query)


@router.post(
    "/no-change-notes", status_code=201, dependencies=WRITE, response_model=NoChangeNoteRead
)
async def create_no_change_note(write: WriteDep, payload: NoChangeNoteCreate) -> Response:
    """Say honestly that nothing has changed: an update, no progress."""
    made = await lead_responses.note_no_change(write.session, write.caller, payload)
    return await write.created(NoChangeNoteRead, made.id)


@router.get("/no-change-notes/{id:uuid}", dependencies=READ, response_model=NoChangeNoteRead)
async def get_no_change_note(reader: ReaderDep, note_id: IdPath, view: ViewDep) -> Response:
    """One explanation."""
    return await reader.one(NoChangeNoteRead, note_id, view)


@router.get("/lead-lights", dependencies=READ, response_model=Page[LeadLightRead])
async def list_lead_lights(
    reader: ReaderDep, query: Annotated[LeadLightQuery, asked(LeadLightQuery)]
) -> Response:
    """How the leads in view stand: progress and days in the stage; longest in it first."""
    return await reader.page(query)


@router.get("/stalled-leads", dependencies=READ, response_model=StalledLeads)
async def list_stalled_leads(
    reader: ReaderDep, query: Annotated[StalledQuery, asked(StalledQuery)]
) -> Response:
    """Big leads in view that stand still, by yuan × days, with what holds them up."""
    pool = await reader.db.reads()
    return json_response(await stalled_leads.page(pool, reader.caller, query))
