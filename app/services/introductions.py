"""Linking introductions to the leads they became."""

from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, invalid
from app.models.introductions import Introduction, IntroductionUpdate
from app.models.leads import Lead
from app.models.roles import RECOGNISERS
from app.services.access import Caller, claimed, readable


async def link(
    session: AsyncSession,
    caller: Caller,
    introduction_id: UUID,
    payload: IntroductionUpdate,
    if_match: int,
) -> Introduction:
    """Name the lead; the linker must be able to see it."""
    if caller.role not in RECOGNISERS:
        raise Problem("forbidden")
    row = await claimed(session, Introduction, caller, introduction_id, if_match)
    if payload.lead_id is not None:
        lead = readable(Lead, caller).where(col(Lead.id) == payload.lead_id)
        if (await session.exec(lead)).first() is None:
            raise invalid("/lead_id", "reference_not_found")
    row.apply({"lead_id": payload.lead_id})
    await session.flush()
    return row
