"""The nightly scan: every company and open lead against all others, by the rules of creation."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.companies import Company
from app.models.duplicates import BLOCKING, DuplicateKind, DuplicateLevel
from app.models.leads import Lead
from app.services.duplicate_pairs import keep_pairs, open_pairs
from app.services.duplicates import OPEN, lead_level

# Companies per statement: a second or less, and a step of the progress.
_SLICE = 500
Progress = Callable[[int, int], None]


async def scan(session: AsyncSession, progress: Progress = lambda _done, _total: None) -> int:
    """Open a pair for all that may be one; answers how many are new. What was decided stays."""
    return await _companies(session, progress) + await _leads(session)


async def _companies(session: AsyncSession, progress: Progress) -> int:
    present = col(Company.deleted_at).is_(None)
    total = (await session.exec(select(sa.func.count()).where(present))).one()
    found, done, last = 0, 0, UUID(int=0)
    while rows := await _slice(session, last):
        found += await open_pairs(session, rows)
        done, last = done + len(rows), rows[-1].id
        progress(done, total)
    return found


async def _slice(session: AsyncSession, last: UUID) -> Sequence[Any]:
    query = select(Company).where(col(Company.deleted_at).is_(None), col(Company.id) > last)
    rows = (await session.exec(query.order_by(col(Company.id)).limit(_SLICE))).all()
    session.expunge_all()
    return rows


async def _leads(session: AsyncSession) -> int:
    pairs: dict[tuple[str, ...], DuplicateLevel] = {}
    for one, other, similarity in await session.exec(_open_leads()):
        level = lead_level(one, other, similarity)
        if level is not None and level in BLOCKING:
            pairs[str(one.id), str(other.id)] = level
    return await keep_pairs(session, DuplicateKind.lead, pairs)


def _open_leads() -> Any:
    """Pairs of open leads of one investor, the smaller id first."""
    one: Any = aliased(Lead)
    other: Any = aliased(Lead)
    alike = sa.func.similarity(sa.func.lower(one.name), sa.func.lower(other.name))
    is_pair = sa.and_(one.company_id == other.company_id, one.id < other.id)
    are_open = [
        condition
        for lead in (one, other)
        for condition in (lead.deleted_at.is_(None), lead.status.in_(OPEN))
    ]
    return sa.select(one, other, alike).join(other, is_pair).where(*are_open)
