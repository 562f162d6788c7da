"""Closing and locking months, and what a closed month still lets in."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.statements import Statement, compiled, first
from app.kpis import periods
from app.models.periods import Period, PeriodCreate, PeriodStatus, month_of, next_month
from app.services.access import Caller, claimed


async def create(session: AsyncSession, payload: PeriodCreate) -> Period:
    """An open month with its cut-off day."""
    period = Period.model_validate(payload)
    period.settle()
    session.add(period)
    await session.flush()
    return period


async def close(session: AsyncSession, caller: Caller, period_id: UUID, if_match: int) -> None:
    """From open to closing."""
    period = await claimed(session, Period, caller, period_id, if_match)
    period.close(caller.id)
    await session.flush()


async def lock(session: AsyncSession, caller: Caller, period_id: UUID, if_match: int) -> None:
    """From closing to locked, month after month; every sum is kept.

    The first month to be locked locks all before it. Whoever is posting is waited for.
    """
    period = await claimed(session, Period, caller, period_id, if_match)
    period.check_cut_off()
    instant = await periods.stop_posting(session)
    last = await _last_locked(session)
    if last is not None and period.month != next_month(last):
        raise Problem("period_order", month=f"{next_month(last):%Y-%m}")
    period.lock(caller.id, instant)
    await session.flush()
    await periods.keep(session, period.id, period.month)


async def _last_locked(session: AsyncSession) -> date | None:
    locked = select(func.max(Period.month)).where(col(Period.status) == PeriodStatus.locked)
    return (await session.exec(locked)).one()


async def check_day(session: AsyncSession, day: date, late_reason: str | None) -> None:
    """423 for a new fact of a month that is closing or locked, unless it says why it is late.

    A day of this month costs no statement: a month is closed after its end.
    """
    if late_reason is not None or day >= month_of(today()):
        return
    if await first(session, _closed_later(), {"month": month_of(day)}) is not None:
        raise Problem("period_closed", month=f"{day:%Y-%m}")


async def check_change(
    session: AsyncSession, fact: Any, changed: Collection[str], *days: str
) -> None:
    """423 for a day that a change moves into such a month, unless it says why.

    `days` are the fields by whose days a fact counts. 422 where the reason of a late fact is taken
    away.
    """
    if "late_reason" in changed and fact.late_reason is None:
        raise invalid("/late_reason", "missing")
    for name in days:
        if name in changed and (day := getattr(fact, name)) is not None:
            await check_day(session, day, fact.late_reason)


@lru_cache
def _closed_later() -> Statement:
    closed = col(Period.status) != PeriodStatus.open
    later = closed, col(Period.month) >= sa.bindparam("month", type_=sa.Date)
    return compiled(select(Period.id).where(*later).limit(1))
