"""Answering whether somebody is known: logged, bounded per officer, and masked."""

from datetime import timedelta
from math import ceil

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import Problem, invalid
from app.models.companies import Company
from app.models.duplicate_checks import (
    CHECKS_A_MINUTE,
    DuplicateCheck,
    DuplicateCheckCreate,
    DuplicateCheckRead,
)
from app.models.duplicates import DuplicateReason
from app.services.access import Caller
from app.services.duplicates import like_companies, like_leads, look_of

_WINDOW = timedelta(minutes=1)


async def create(
    session: AsyncSession, caller: Caller, payload: DuplicateCheckCreate
) -> DuplicateCheckRead:
    """The records like the subject; 429 after too many questions within a minute."""
    await _check_rate(session, caller)
    reasons = await _reasons(session, caller, payload)
    session.add(
        DuplicateCheck(
            officer_id=caller.id,
            kind=payload.subject,
            subject=payload.model_dump(mode="json", exclude_none=True)[payload.subject],
            found_count=len(reasons),
        )
    )
    await session.flush()
    return DuplicateCheckRead(reasons=reasons)


async def _check_rate(session: AsyncSession, caller: Caller) -> None:
    """Counted in the database, one question of an officer after the other: workers share it."""
    connection = await session.connection()
    turn = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"checks {caller.id}", 0))
    await connection.execute(sa.select(turn))
    start = now() - _WINDOW
    recent = select(sa.func.count(), sa.func.min(DuplicateCheck.at)).where(
        col(DuplicateCheck.officer_id) == caller.id, col(DuplicateCheck.at) > start
    )
    count, oldest = (await session.exec(recent)).one()
    if count >= CHECKS_A_MINUTE:
        wait = max(1, ceil((oldest - start).total_seconds()))
        raise Problem(
            "too_many_requests", headers={"Retry-After": str(wait)}, extra={"retry_after": wait}
        )


async def _reasons(
    session: AsyncSession, caller: Caller, payload: DuplicateCheckCreate
) -> list[DuplicateReason]:
    if payload.company is not None:
        return (await like_companies(session, [look_of(payload.company)]))[0]
    assert payload.lead is not None
    known = select(Company.id).where(
        col(Company.id) == payload.lead.company_id, col(Company.deleted_at).is_(None)
    )
    if (await session.exec(known)).first() is None:
        raise invalid("/lead/company_id", "reference_not_found")
    return await like_leads(session, caller, payload.lead)
