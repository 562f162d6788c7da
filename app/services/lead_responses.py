"""What leads were told, their clocks, and explanations that nothing has changed."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import reading, records
from app.core.reading import read_one
from app.models.lead_clocks import LeadClockRead
from app.models.lead_responses import LeadResponse, LeadResponseCreate
from app.models.no_change_notes import NoChangeNote, NoChangeNoteCreate
from app.models.pipeline import LeadAction
from app.services import lead_clocks
from app.services.access import Caller, lead_in_reach
from app.services.leads import check_standing


async def create(
    session: AsyncSession, caller: Caller, payload: LeadResponseCreate
) -> LeadResponse:
    """A response to a lead in reach; the first of its kind stops the clock."""
    lead = await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    check_standing(lead.standing, caller, LeadAction.log_visit)
    response = LeadResponse.model_validate(payload)
    response.check_entries(lead.received_on)
    await lead_clocks.locked(session, lead.id)
    session.add(response)
    await lead_clocks.posted(session, lead.id)
    return response


async def note_no_change(
    session: AsyncSession, caller: Caller, payload: NoChangeNoteCreate
) -> NoChangeNote:
    """Say why nothing has changed on a lead in reach."""
    lead = await lead_in_reach(session, caller, payload.lead_id)
    check_standing(lead.standing, caller, LeadAction.log_visit)
    return await records.add(session, NoChangeNote, payload)


async def clock(pool: Any, caller: reading.Caller, lead_id: UUID) -> bytes:
    """A lead's clock as JSON; 404 where the lead is hidden."""
    body, _ = await read_one(pool, LeadClockRead, caller, lead_id)
    return body
