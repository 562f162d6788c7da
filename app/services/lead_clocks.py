"""The clocks of new leads: begun with the lead, moved with the day it was received."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kpis import ledger
from app.kpis.metrics import Family
from app.kpis.rhythm import ENTRIES
from app.models.lead_responses import LeadClock
from app.models.leads import Lead

_COUNTED = frozenset({*ENTRIES, "source_country_code"})


async def begin(session: AsyncSession, lead: Lead, team_path: list[UUID]) -> None:
    """From the day of receiving, for the owner and the teams above of that day."""
    session.add(LeadClock.of(lead, team_path))
    await posted(session, lead.id)


async def follow(session: AsyncSession, lead: Lead, changed: AbstractSet[str]) -> None:
    """The day of receiving was corrected, and its days with it; or more is known of the lead."""
    if not changed & {"received_on", *_COUNTED}:
        return
    clock = await locked(session, lead.id)
    if clock is None:
        return
    if "received_on" in changed:
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
