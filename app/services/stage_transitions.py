"""Moving leads: a request, a decision by somebody else, a reversal. Each is one transaction."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import FieldError, Problem, field_error
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.leads import Lead
from app.models.money import in_yuan
from app.models.pipeline import (
    STATUS_MOVES,
    TERMINABLE,
    LeadStatus,
    TransitionKind,
    TransitionStatus,
    may_recognise,
    recogniser,
)
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from app.models.transition_decisions import (
    DecisionKind,
    DryRunRead,
    ReversalCreate,
    TransitionDecision,
)
from app.models.transition_requests import StageTransitionCreate
from app.services import agreed_amounts, deferrals, gates, signing_marks
from app.services.access import Caller, check_reach, claimed, found
from app.services.lead_members import has_part, members_on, stamp_credit
from app.services.node_statuses import status_on
from app.services.teams import paths_of


async def request(
    session: AsyncSession,
    caller: Caller,
    lead_id: UUID,
    payload: StageTransitionCreate,
    if_match: int,
) -> StageTransition | DryRunRead:
    """Ask for a move; a recogniser with no part in the lead moves it at once.

    Refused with every reason at once. A dry run answers the same and changes nothing.
    """
    lead = await claimed(session, Lead, caller, lead_id, if_match)
    await check_reach(session, lead, caller)
    payload = await agreed_amounts.filled(session, lead, payload)
    gate, lacking = await gates.shown(session, lead, payload)
    faults = await _faults(session, lead, payload) + lacking
    needed = recogniser(payload.kind, lead.stage, payload.to_stage) if not faults else None
    is_high_enough = needed is not None and may_recognise(caller.role, needed)
    is_alone = is_high_enough and not payload.deferrals
    at_once = is_alone and not await has_part(session, caller, lead, payload.event_on)
    if payload.dry_run:
        return DryRunRead(
            is_allowed=not faults,
            needs_recognition=not at_once,
            recognised_by=needed,
            errors=faults,
            gate=gate,
        )
    if faults:
        raise Problem("transition_refused", errors=faults)
    transition = await _record(session, lead, payload)
    if at_once:
        await _recognise(session, caller, lead, transition)
    else:
        lead.is_pending = True
    await session.flush()
    return transition


async def _faults(
    session: AsyncSession, lead: Lead, payload: StageTransitionCreate
) -> list[FieldError]:
    found_faults = payload.faults(lead, await _last_milestone_on(session, lead))
    if lead.is_pending:
        found_faults.append(field_error("/kind", "transition_pending"))
    if not _fits_status(payload.kind, lead.status):
        found_faults.append(field_error("/kind", "wrong_status", status=lead.status))
    return found_faults + await agreed_amounts.faults(session, lead, payload)


def _fits_status(kind: TransitionKind, status: LeadStatus) -> bool:
    if kind is TransitionKind.advance:
        return status is LeadStatus.active
    if kind is TransitionKind.terminate:
        return status in TERMINABLE
    return STATUS_MOVES[kind][0] is status


async def _last_milestone_on(session: AsyncSession, lead: Lead) -> date:
    query = select(sa.func.max(StageTransition.event_on)).where(*_recognised(lead))
    return (await session.exec(query)).one() or lead.received_on


def _recognised(lead: Lead) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(StageTransition.lead_id) == lead.id,
        col(StageTransition.status) == TransitionStatus.recognised,
    )


async def _record(
    session: AsyncSession, lead: Lead, payload: StageTransitionCreate
) -> StageTransition:
    paths = await paths_of(session, [lead.owner_id])
    stamped = {
        "lead_id": lead.id,
        "from_stage": lead.stage,
        "from_status": lead.status,
        "owner_id": lead.owner_id,
        "team_path": paths[lead.owner_id],
        "mechanism": lead.mechanism,
        "company_id": lead.company_id,
        "combination_id": lead.combination_id,
        "chain_node_id": lead.chain_node_id,
        "chain_node_status": await status_on(session, lead.chain_node_id, payload.event_on),
        "direction": lead.direction,
        "is_leading": lead.is_leading,
        "is_flagship": lead.is_flagship,
        "agreed_amount_cny": in_yuan(
            payload.agreed_amount, payload.currency, payload.exchange_rate
        ),
    }
    transition = StageTransition.model_validate(payload, update=stamped)
    session.add(transition)
    await session.flush()
    await deferrals.promise(session, lead, transition, payload.deferrals)
    return transition


async def _recognise(
    session: AsyncSession, caller: Caller, lead: Lead, transition: StageTransition
) -> None:
    # First, since its queries would flush a lead that is changed by half.
    if transition.kind is TransitionKind.advance:
        members = await members_on(session, lead, transition.event_on)
        await signing_marks.mark(session, lead, transition, members)
        await stamp_credit(session, StageCredit, members, transition_id=transition.id)
    transition.status = TransitionStatus.recognised
    transition.recognised_at, transition.recognised_by_id = now(), caller.id
    lead.is_pending = False
    transition.carry_out(lead)
    await session.flush()
    await ledger.post(session, Family.lead, lead.id)


async def decide(
    session: AsyncSession,
    caller: Caller,
    transition_id: UUID,
    payload: TransitionDecision,
    if_match: int,
) -> StageTransition:
    """Recognise or reject a pending request; nobody recognises their own."""
    transition, lead = await _for_decision(session, caller, transition_id, if_match)
    if transition.status is not TransitionStatus.pending:
        raise Problem("transition_decided", status=transition.status)
    if caller.id == transition.created_by_id:
        raise Problem("self_recognition")
    transition.decision_comment = payload.comment
    if payload.decision is DecisionKind.recognise:
        await gates.check_again(session, lead, transition)
        await _recognise(session, caller, lead, transition)
    else:
        transition.status, lead.is_pending = TransitionStatus.rejected, False
    await session.flush()
    return transition


async def _for_decision(
    session: AsyncSession, caller: Caller, transition_id: UUID, if_match: int
) -> tuple[StageTransition, Lead]:
    transition = await claimed(session, StageTransition, caller, transition_id, if_match)
    lead = await found(session, Lead, caller, transition.lead_id)
    await check_reach(session, lead, caller)
    needed = recogniser(transition.kind, transition.from_stage, transition.to_stage)
    if not may_recognise(caller.role, needed):
        raise Problem("recogniser_needed", role=needed)
    return transition, lead


async def reverse(
    session: AsyncSession,
    caller: Caller,
    transition_id: UUID,
    payload: ReversalCreate,
    if_match: int,
) -> StageTransition:
    """Take back the lead's latest recognised move; the history keeps it, the ledger reverses it."""
    transition, lead = await _for_decision(session, caller, transition_id, if_match)
    if transition.status is not TransitionStatus.recognised:
        raise Problem("transition_decided", status=transition.status)
    if caller.id == transition.created_by_id:
        raise Problem("self_recognition")
    earlier = await _earlier(session, lead, transition)
    transition.status, transition.reversal_reason = TransitionStatus.reversed, payload.reason
    transition.reversed_at, transition.reversed_by_id = now(), caller.id
    transition.undo(lead, earlier)
    await session.flush()
    await ledger.post(session, Family.lead, lead.id)
    return transition


async def _earlier(
    session: AsyncSession, lead: Lead, transition: StageTransition
) -> Sequence[StageTransition]:
    """The recognised moves before this one, latest first; 409 where this was not the last."""
    query = select(StageTransition).where(*_recognised(lead))
    latest_first = col(StageTransition.recognised_at).desc(), col(StageTransition.id).desc()
    rows = (await session.exec(query.order_by(*latest_first))).all()
    if lead.is_pending or rows[0].id != transition.id:
        raise Problem("not_latest_transition")
    return rows[1:]
