"""Leads traced to events."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.event_leads import EventLeadCreate, EventLeadQuery, EventLeadRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import event_leads

router = APIRouter(prefix=f"{API}/event-leads", tags=["events"], route_class=Endpoint)
READ, WRITE = [needs(Permission.events_read)], [needs(Permission.events_write)]


@router.get("", dependencies=READ, response_model=Page[EventLeadRead])
async def list_event_leads(
    reader: ReaderDep, query: Annotated[EventLeadQuery, asked(EventLeadQuery)]
) -> Response:
    """Leads that the caller may see, by event."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=EventLeadRead)
async def create_event_lead(write: WriteDep, payload: EventLeadCreate) -> Response:
    """Trace a lead to an event; a lead is `sourced` by one event at most."""
    row = await event_leads.create(write.session, write.caller, payload)
    return await write.created(EventLeadRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=EventLeadRead)
async def get_event_lead(reader: ReaderDep, event_lead_id: IdPath, view: ViewDep) -> Response:
    """One of them."""
    return await reader.one(EventLeadRead, event_lead_id, view)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_event_lead(change: ChangeDep) -> None:
    """It was not so."""
    await event_leads.delete(change.session, change.caller, change.id, change.version)
