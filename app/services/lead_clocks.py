"""The clocks of new leads: begun with the lead, moved with the day it was received."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.lead_responses import LeadClock
from app.models.leads import Lead


async def begin(session: AsyncSession, lead: Lead, team_path: list[UUID]) -> None:
    """From the day of receiving, for the owner and the teams above of that day."""
    session.add(LeadClock.of(lead, team_path))
    await posted(session, lead.id)


async def restart(session: AsyncSession, lead: Lead) -> None:
    """The day of receiving was corrected: so are the days that follow from it."""
    clock = await locked(session, lead.id)
    if clock is not None:
        clock.restart(lead.received_on)
        await posted(session, lead.id)


async def locked(session: AsyncSession, lead_id: UUID) -> LeadClock | None:
    """A lead's clock, so that two writers post one after the other."""
    query = select(LeadClock).where(col(LeadClock.lead_id) == lead_id)
    return (await session.exec(query.with_for_update())).one_or_none()


async def posted(session: AsyncSession, lead_id: UUID) -> None:
    """The ledger follows."""
    await session.flush()
    await ledger.post(session, Family.lead_clock, lead_id)
