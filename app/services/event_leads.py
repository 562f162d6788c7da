"""Tracing leads to events: who reaches the lead says so, and the ledger counts it."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.event_leads import EventLead, EventLeadCreate
from app.models.events import Event
from app.services.access import Caller, claimed, lead_in_reach, named


async def create(session: AsyncSession, caller: Caller, payload: EventLeadCreate) -> EventLead:
    """A lead at an event; 409 where the lead came from another event already."""
    event = await _event(session, caller, payload.event_id)
    await lead_in_reach(session, caller, payload.lead_id)
    row = await records.add(session, EventLead, payload)
    await ledger.post(session, Family.activity, event.id)
    return row


async def _event(session: AsyncSession, caller: Caller, event_id: UUID) -> Event:
    """Locked, since what is posted is posted for the event."""
    event = await named(session, Event, caller, "/event_id", event_id, is_locked=True)
    event.check_open()
    return event


async def delete(session: AsyncSession, caller: Caller, row_id: UUID, if_match: int) -> None:
    """It was not so; the ledger takes it back."""
    row = await claimed(session, EventLead, caller, row_id, if_match)
    event = await _event(session, caller, row.event_id)
    await lead_in_reach(session, caller, row.lead_id)
    await records.remove(session, row)
    await ledger.post(session, Family.activity, event.id)
