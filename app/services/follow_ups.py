"""Follow-ups: made with the visit that names a day, changed with it, done once."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import change_all
from app.core.errors import Problem
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.follow_ups import CompletionCreate, FollowUp, FollowUpStatus
from app.models.leads import Lead
from app.models.roles import Role
from app.models.visits import Visit, VisitStatus
from app.services import periods
from app.services.access import Caller, claimed
from app.services.teams import paths_of


async def follow(session: AsyncSession, caller: Caller, visit: Visit) -> None:
    """Bring a visit's follow-up in line with what the visit says, in its transaction."""
    held = (await session.exec(select(FollowUp).where(col(FollowUp.visit_id) == visit.id))).first()
    if held is None and visit.next_action_on is None:
        return
    if visit.status is VisitStatus.reversed:
        if held is not None:
            held.cancel()
    elif held is not None:
        held.follow(visit)
    else:
        held = await _made(session, caller, visit)
    await session.flush()
    if held is not None:
        await ledger.post(session, Family.follow_up, held.id)


async def begin(session: AsyncSession, caller: Caller, visit: Visit) -> None:
    """The follow-up of a new visit that names a day."""
    made = await _made(session, caller, visit)
    await session.flush()
    await ledger.post(session, Family.follow_up, made.id)


async def _made(session: AsyncSession, caller: Caller, visit: Visit) -> FollowUp:
    officer_id = visit.created_by_id or caller.id
    paths = await paths_of(session, [officer_id])
    made = FollowUp.of(visit, officer_id, paths.get(officer_id, []))
    session.add(made)
    return made


async def complete(
    session: AsyncSession,
    caller: Caller,
    follow_up_id: UUID,
    payload: CompletionCreate,
    if_match: int,
) -> None:
    """Done: by the officer, or by a team lead or leader who sees it.

    423 for a day of a closed month without a reason.
    """
    held = await claimed(session, FollowUp, caller, follow_up_id, if_match)
    if caller.id != held.officer_id and caller.role not in {Role.team_lead, Role.leader}:
        raise Problem("forbidden")
    held.complete(payload.done_on, payload.outcome, payload.late_reason)
    await periods.check_day(session, payload.done_on, payload.late_reason)
    await session.flush()
    await ledger.post(session, Family.follow_up, held.id)


async def hand_over(session: AsyncSession, leads: Sequence[Lead], to_id: UUID) -> None:
    """What the owners of leads had open on them goes to the new owner; call before they change."""
    owned = {lead.id: lead.owner_id for lead in leads}
    ids = sa.literal(list(owned), ARRAY(sa.Uuid))
    query = select(FollowUp).where(
        col(FollowUp.lead_id) == sa.any_(ids), col(FollowUp.status) == FollowUpStatus.open
    )
    rows = (await session.exec(query.order_by(col(FollowUp.id)).with_for_update())).all()
    moving = [row for row in rows if row.lead_id and row.officer_id == owned[row.lead_id]]
    if not moving:
        return
    paths = await paths_of(session, [to_id])
    moved = [row.id for row in moving]
    await change_all(session, moving, officer_id=to_id, team_path=paths[to_id])
    await ledger.post_all(session, Family.follow_up, moved)
