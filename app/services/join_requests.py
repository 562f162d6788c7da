"""Joining a colleague's lead on a claimed company: asked by one, decided by the team lead."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import Problem, invalid
from app.models.claims import Claim, stands
from app.models.companies import Company
from app.models.join_requests import JoinRequest, JoinRequestCreate, JoinStatus
from app.models.lead_actions import is_own
from app.models.lead_members import LeadMemberRole, MemberEntry
from app.models.leads import Lead
from app.models.pipeline import LeadAction
from app.models.transition_decisions import DecisionKind, TransitionDecision
from app.services.access import Caller, claimed, found
from app.services.lead_members import open_members, replace_members
from app.services.leads import check_action


async def create(session: AsyncSession, caller: Caller, payload: JoinRequestCreate) -> JoinRequest:
    """Ask to join the lead behind a company's claim; 409 where there is none or it is the own."""
    claim = await standing_claim(session, caller, payload.company_id)
    row = JoinRequest.model_validate(payload, update={"lead_id": claim.lead_id})
    session.add(row)
    await session.flush()
    return row


async def standing_claim(session: AsyncSession, caller: Caller, company_id: UUID) -> Claim:
    """The first claim of a company that holds today, of a lead that is not the caller's."""
    query = select(Claim).where(col(Claim.company_id) == company_id, stands(Claim))
    claim = (await session.exec(query.order_by(col(Claim.ranks_at), col(Claim.id)))).first()
    if claim is None:
        await _check_known(session, company_id)
        raise Problem("not_claimed")
    own = select(Lead.id).where(col(Lead.id) == claim.lead_id, is_own(Lead))
    if (await session.exec(own.params(**caller.binds))).first() is not None:
        raise Problem("already_member")
    return claim


async def _check_known(session: AsyncSession, company_id: UUID) -> None:
    query = select(Company.id).where(
        col(Company.id) == company_id, col(Company.deleted_at).is_(None)
    )
    if (await session.exec(query)).first() is None:
        raise invalid("/company_id", "reference_not_found")


async def decide(
    session: AsyncSession,
    caller: Caller,
    request_id: UUID,
    payload: TransitionDecision,
    if_match: int,
) -> None:
    """Accept as a supporter with the policy's share, or reject; nobody decides the own request."""
    row = await claimed(session, JoinRequest, caller, request_id, if_match)
    lead = await found(session, Lead, caller, row.lead_id)
    await check_action(session, lead, caller, LeadAction.change_members)
    if row.status is not JoinStatus.pending:
        raise Problem("request_decided", status=row.status)
    if caller.id == row.created_by_id:
        raise Problem("self_recognition")
    row.decided_at, row.decided_by_id, row.decision_comment = now(), caller.id, payload.comment
    row.status = JoinStatus.rejected
    if payload.decision is DecisionKind.recognise:
        row.status = JoinStatus.accepted
        await _join(session, lead, row)
    await session.flush()


async def _join(session: AsyncSession, lead: Lead, row: JoinRequest) -> None:
    members = await open_members(session, [lead.id])
    assert row.created_by_id is not None
    if row.created_by_id in {member.officer_id for member in members}:
        raise Problem("already_member")
    entries = [MemberEntry(officer_id=m.officer_id, role=m.role) for m in members]
    supporter = MemberEntry(officer_id=row.created_by_id, role=LeadMemberRole.supporter)
    await replace_members(session, lead, [*entries, supporter])
