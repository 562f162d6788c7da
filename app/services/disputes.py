"""Disputes: opened with evidence, decided by a leader who is no party, appealed once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.models.claims import Claim
from app.models.dispute_decisions import DisputeDecision, DisputeDecisionCreate
from app.models.disputes import (
    UNDECIDED,
    AppealCreate,
    Dispute,
    DisputeCreate,
    DisputeStatus,
    dispute_due_on,
)
from app.models.leads import Lead
from app.models.visits import Visit, VisitParticipant, VisitStatus
from app.services.access import Caller, claimed
from app.services.claims import own_lead
from app.services.dispute_outcomes import Case, carry_out, restore
from app.services.join_requests import standing_claim
from app.services.lead_members import open_members


async def create(session: AsyncSession, caller: Caller, payload: DisputeCreate) -> Dispute:
    """Contest the claim on a company where the caller has been; the clock of five days starts."""
    claim = await standing_claim(session, caller, payload.company_id)
    if payload.own_lead_id is not None:
        await _check_own_lead(session, caller, payload)
    await _check_visits(session, caller, payload)
    lead = await session.get_one(Lead, claim.lead_id)
    placed = {
        "claim_id": claim.id,
        "lead_id": lead.id,
        "owner_id": lead.owner_id,
        "due_on": dispute_due_on(today()),
    }
    dispute = Dispute.model_validate(payload.model_dump() | placed)
    session.add(dispute)
    await session.flush()
    return dispute


async def _check_own_lead(session: AsyncSession, caller: Caller, payload: DisputeCreate) -> None:
    assert payload.own_lead_id is not None
    lead = await own_lead(session, caller, payload.own_lead_id, "/own_lead_id")
    if lead.company_id != payload.company_id:
        raise invalid("/own_lead_id", "other_company")


async def _check_visits(session: AsyncSession, caller: Caller, payload: DisputeCreate) -> None:
    """Evidence are counted visits on the company at which the caller was."""
    query = (
        select(Visit.id)
        .join(VisitParticipant, col(VisitParticipant.visit_id) == Visit.id)
        .where(
            col(Visit.id) == sa.any_(sa.literal(payload.visit_ids, ARRAY(sa.Uuid))),
            col(Visit.company_id) == payload.company_id,
            col(Visit.status) == VisitStatus.counted,
            col(VisitParticipant.officer_id) == caller.id,
        )
    )
    known = set(await session.exec(query))
    for place, visit_id in enumerate(payload.visit_ids):
        if visit_id not in known:
            raise invalid(f"/visit_ids/{place}", "reference_not_found")


async def decide(
    session: AsyncSession,
    caller: Caller,
    dispute_id: UUID,
    payload: DisputeDecisionCreate,
    if_match: int,
) -> None:
    """Decide and carry it out at once; after an appeal another leader decides anew."""
    dispute = await claimed(session, Dispute, caller, dispute_id, if_match)
    if dispute.status not in UNDECIDED:
        raise Problem("dispute_status", status=dispute.status)
    case = await _case(session, dispute)
    earlier = await _decisions(session, dispute)
    awarded = {payload.to_officer_id, *(member.officer_id for member in payload.members)}
    members = await _members(session, case) | awarded
    _check_no_party(caller, dispute, case, earlier, members)
    payload.check_parts(has_own_lead=case.own_lead is not None)
    for decision in earlier:
        await restore(session, caller, case, decision, payload.reason)
    await carry_out(session, caller, case, payload)
    dispute.settle(now())
    await session.flush()


async def _case(session: AsyncSession, dispute: Dispute) -> Case:
    """The claim and both leads, locked in the order of their ids."""
    ids = [lead_id for lead_id in (dispute.lead_id, dispute.own_lead_id) if lead_id]
    query = select(Lead).where(col(Lead.id).in_(ids)).order_by(col(Lead.id))
    leads = {lead.id: lead for lead in await session.exec(query.with_for_update())}
    claim = await session.get_one(Claim, dispute.claim_id, with_for_update=True)
    own = leads[dispute.own_lead_id] if dispute.own_lead_id else None
    return Case(dispute, claim, leads[dispute.lead_id], own)


async def _decisions(session: AsyncSession, dispute: Dispute) -> Sequence[DisputeDecision]:
    query = select(DisputeDecision).where(col(DisputeDecision.dispute_id) == dispute.id)
    return (await session.exec(query)).all()


async def _members(session: AsyncSession, case: Case) -> set[UUID | None]:
    members = await open_members(session, [lead.id for lead in case.leads])
    return {member.officer_id for member in members}


def _check_no_party(
    caller: Caller,
    dispute: Dispute,
    case: Case,
    earlier: Sequence[DisputeDecision],
    members: set[UUID | None],
) -> None:
    """403 for who is on either side or would be, and for who has decided it before."""
    parties: set[Any] = {dispute.created_by_id, dispute.owner_id, case.claim.officer_id}
    parties |= {lead.owner_id for lead in case.leads} | members
    parties |= {decision.decided_by_id for decision in earlier}
    if caller.id in parties:
        raise Problem("dispute_party")


async def appeal(
    session: AsyncSession, caller: Caller, dispute_id: UUID, payload: AppealCreate, if_match: int
) -> None:
    """Ask for another leader, once, within ten working days; for the author and the owner."""
    dispute = await claimed(session, Dispute, caller, dispute_id, if_match)
    claim = await session.get_one(Claim, dispute.claim_id)
    if caller.id not in {dispute.created_by_id, dispute.owner_id, claim.officer_id}:
        raise Problem("forbidden")
    if dispute.status is not DisputeStatus.decided:
        raise Problem("dispute_status", status=dispute.status)
    assert dispute.appeal_until is not None
    if today() > dispute.appeal_until:
        raise Problem("appeal_closed", until=dispute.appeal_until)
    dispute.appeal(caller.id, payload.statement, now())
    await session.flush()
