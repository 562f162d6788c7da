"""Signals: entering and correcting them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.company_signals import CompanySignal, CompanySignalCreate, CompanySignalUpdate
from app.services.access import Caller, claimed
from app.services.companies import check_present


async def create(session: AsyncSession, payload: CompanySignalCreate) -> CompanySignal:
    """A new signal; it has happened."""
    await check_present(session, payload.company_id)
    row = CompanySignal.model_validate(payload)
    row.check_day()
    session.add(row)
    await session.flush()
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    signal_id: UUID,
    payload: CompanySignalUpdate,
    if_match: int,
) -> None:
    """Correct a signal."""
    changes = payload.changes()
    fields = frozenset(changes)
    row = await claimed(session, CompanySignal, caller, signal_id, if_match, fields=fields)
    row.apply(changes)
    row.check_day()
    await session.flush()
