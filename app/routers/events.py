"""Events."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.events import Event, EventCreate, EventQuery, EventRead, EventUpdate
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import activities

router = APIRouter(prefix=f"{API}/events", tags=["events"], route_class=Endpoint)
READ, WRITE = [needs(Permission.events_read)], [needs(Permission.events_write)]


@router.get("", dependencies=READ, response_model=Page[EventRead])
async def list_events(
    reader: ReaderDep, query: Annotated[EventQuery, asked(EventQuery)]
) -> Response:
    """The zone's events."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=EventRead)
async def log_event(write: WriteDep, payload: EventCreate) -> Response:
    """Log an event that was held, with our people; `event-leads` say what came of it."""
    event = await activities.log(write.session, write.caller, Event, payload)
    return await write.created(EventRead, event.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=EventRead)
async def get_event(reader: ReaderDep, event_id: IdPath, view: ViewDep) -> Response:
    """One event."""
    return await reader.one(EventRead, event_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=EventRead)
async def update_event(change: ChangeDep, payload: EventUpdate) -> Response:
    """Correct an event; the ledger follows with the difference."""
    await activities.update(
        change.session, change.caller, Event, change.id, payload, if_match=change.version
    )
    return await change.changed(EventRead)


@router.post("/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=EventRead)
async def reverse_event(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take an event back: it stays and counts no more."""
    await activities.reverse(
        change.session, change.caller, Event, change.id, payload, if_match=change.version
    )
    return await change.changed(EventRead, 201)
