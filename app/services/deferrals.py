"""Promises beside a move, and another day for one."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.errors import Problem, invalid
from app.models.deferrals import Deferral, DeferralCreate, DeferralExtension
from app.models.leads import Lead
from app.models.stage_transitions import StageTransition
from app.services.access import Caller, claimed, found, lock_lead_of
from app.services.lead_members import check_no_part


async def promises_of(session: AsyncSession, transition: StageTransition) -> list[Deferral]:
    """What was promised with a move."""
    query = select(Deferral).where(col(Deferral.transition_id) == transition.id)
    return list((await session.exec(query)).all())


async def promise(
    session: AsyncSession,
    lead: Lead,
    transition: StageTransition,
    promises: Sequence[DeferralCreate],
) -> None:
    """Keep what is promised with a move."""
    placed = {"lead_id": lead.id, "transition_id": transition.id, "stage": transition.to_stage}
    session.add_all(Deferral.model_validate(promise, update=placed) for promise in promises)
    await session.flush()


async def extend(
    session: AsyncSession,
    caller: Caller,
    deferral_id: UUID,
    payload: DeferralExtension,
    if_match: int,
) -> None:
    """A later day, granted by a leader who has no part in the lead."""
    await lock_lead_of(session, Deferral, caller, deferral_id)
    deferral = await claimed(session, Deferral, caller, deferral_id, if_match)
    lead = await found(session, Lead, caller, deferral.lead_id)
    await check_no_part(session, caller, lead)
    if caller.id == deferral.created_by_id:
        raise Problem("self_recognition")
    if payload.promised_on <= max(deferral.promised_on, today()):
        raise invalid("/promised_on", "promise_not_later")
    deferral.promised_on, deferral.extension_reason = payload.promised_on, payload.reason
    deferral.extended_by_id = caller.id
    await session.flush()
