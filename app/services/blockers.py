"""Blockers: raised on a lead in reach, escalated to a headquarters, resolved."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.errors import invalid
from app.models.blockers import (
    Blocker,
    BlockerCreate,
    BlockerUpdate,
    EscalationCreate,
    ResolutionCreate,
)
from app.models.leads import Lead
from app.models.teams import Team, TeamKind
from app.services.access import Caller, check_reach, claimed, lead_in_reach


async def create(session: AsyncSession, caller: Caller, payload: BlockerCreate) -> Blocker:
    """What keeps a lead in reach from moving on."""
    await lead_in_reach(session, caller, payload.lead_id)
    blocker = Blocker.model_validate(payload)
    blocker.check_raised()
    session.add(blocker)
    await session.flush()
    return blocker


async def update(
    session: AsyncSession, caller: Caller, blocker_id: UUID, payload: BlockerUpdate, if_match: int
) -> None:
    """Change a blocker that is not resolved."""
    fields = frozenset(payload.changes())
    blocker = await _unresolved(session, caller, blocker_id, if_match, fields)
    await records.change(session, blocker, payload)
    blocker.check_raised()


async def escalate(
    session: AsyncSession,
    caller: Caller,
    blocker_id: UUID,
    payload: EscalationCreate,
    if_match: int,
) -> None:
    """To a team of kind `headquarters`."""
    blocker = await _unresolved(session, caller, blocker_id, if_match)
    query = select(Team.id).where(
        col(Team.id) == payload.headquarters_id,
        col(Team.kind) == TeamKind.headquarters,
        col(Team.is_active).is_(True),
    )
    if (await session.exec(query)).first() is None:
        raise invalid("/headquarters_id", "no_headquarters")
    blocker.escalate(payload.headquarters_id, payload.reason)
    await session.flush()


async def resolve(
    session: AsyncSession,
    caller: Caller,
    blocker_id: UUID,
    payload: ResolutionCreate,
    if_match: int,
) -> None:
    """Out of the way."""
    blocker = await _unresolved(session, caller, blocker_id, if_match)
    blocker.resolve(payload.resolved_on, payload.resolution)
    await session.flush()


async def _unresolved(
    session: AsyncSession,
    caller: Caller,
    blocker_id: UUID,
    if_match: int,
    fields: frozenset[str] = frozenset(),
) -> Blocker:
    """In the caller's reach, or escalated to the caller's headquarters."""
    blocker = await claimed(session, Blocker, caller, blocker_id, if_match, fields=fields)
    blocker.check_unresolved()
    if blocker.headquarters_id not in caller.team_ids:
        lead = (await session.exec(select(Lead).where(col(Lead.id) == blocker.lead_id))).one()
        await check_reach(session, lead, caller)
    return blocker
