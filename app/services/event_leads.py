"""Tracing leads to events: who reaches the lead says so, and the ledger counts it."""

from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.errors import invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.event_leads import EventLead, EventLeadCreate
from app.models.events import Event
from app.models.leads import Lead
from app.services.access import Caller, check_reach, claimed, readable


async def create(session: AsyncSession, caller: Caller, payload: EventLeadCreate) -> EventLead:
    """A lead at an event; 409 where the lead came from another event already."""
    event = await _event(session, caller, payload.event_id)
    lead = (
        await session.exec(readable(Lead, caller).where(col(Lead.id) == payload.lead_id))
    ).one_or_none()
    if lead is None:
        raise invalid("/lead_id", "reference_not_found")
    await check_reach(session, lead, caller)
    row = await records.add(session, EventLead, payload)
    await ledger.post(session, Family.activity, event.id)
    return row


async def _event(session: AsyncSession, caller: Caller, event_id: UUID) -> Event:
    """Locked, since what is posted is posted for the event."""
    query = readable(Event, caller).where(col(Event.id) == event_id).with_for_update(of=Event)
    event = (await session.exec(query)).one_or_none()
    if event is None:
        raise invalid("/event_id", "reference_not_found")
    event.check_open()
    return event


async def delete(session: AsyncSession, caller: Caller, row_id: UUID, if_match: int) -> None:
    """It was not so; the ledger takes it back."""
    row = await claimed(session, EventLead, caller, row_id, if_match)
    event = await _event(session, caller, row.event_id)
    lead = (await session.exec(readable(Lead, caller).where(col(Lead.id) == row.lead_id))).one()
    await check_reach(session, lead, caller)
    await records.remove(session, row)
    await ledger.post(session, Family.activity, event.id)
