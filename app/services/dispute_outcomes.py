"""What a decided dispute does to leads, members and claims; and how an appeal takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now, today
from app.models.claims import Claim, ClaimStatus, ranks_at
from app.models.dispute_decisions import DisputeDecision, DisputeDecisionCreate, Outcome
from app.models.disputes import Dispute
from app.models.duplicates import DuplicateKind
from app.models.lead_members import LeadMember, LeadMemberRole, MemberEntry
from app.models.leads import Lead
from app.models.merges import Merge, MergeCreate
from app.models.visits import Visit
from app.services import merge_reversals, merges
from app.services.access import Caller
from app.services.handovers import hand_over
from app.services.lead_members import close_members, open_members, replace_members
from app.services.teams import officers_of


@dataclass
class Case:
    """A dispute with what it is about."""

    dispute: Dispute
    claim: Claim
    lead: Lead
    own_lead: Lead | None

    @property
    def leads(self) -> list[Lead]:
        """Both leads, or the one."""
        return [lead for lead in (self.lead, self.own_lead) if lead]


async def carry_out(
    session: AsyncSession, caller: Caller, case: Case, payload: DisputeDecisionCreate
) -> None:
    """Write the decision down and do what it says, remembering what stood before."""
    decision = DisputeDecision(
        dispute_id=case.dispute.id,
        outcome=payload.outcome,
        reason=payload.reason,
        to_officer_id=payload.to_officer_id,
        decided_at=now(),
        decided_by_id=caller.id,
        before=await _before(session, case),
    )
    opened: Claim | None = None
    if payload.outcome is Outcome.share:
        await replace_members(session, case.lead, payload.members)
    elif payload.outcome is Outcome.split and case.own_lead:
        opened = await _awarded(session, caller, case, case.own_lead, case.dispute.created_by_id)
        opened.split_by_id = case.dispute.id
    elif payload.outcome is Outcome.transfer:
        opened = await _transferred(session, caller, case, payload.to_officer_id)
    elif payload.outcome is Outcome.merge and case.own_lead:
        decision.merge_id = await _merged(session, caller, case, case.own_lead, payload.reason)
    session.add_all([decision, *([opened] if opened else [])])
    decision.before["opened_claim_id"] = opened and str(opened.id)


async def _merged(
    session: AsyncSession, caller: Caller, case: Case, own_lead: Lead, reason: str
) -> UUID:
    """The author's lead goes into the claimed one; the dispute stays about both."""
    wanted = MergeCreate(
        kind=DuplicateKind.lead, kept_id=case.lead.id, merged_id=own_lead.id, reason=reason
    )
    return (await merges.create(session, caller, wanted, {case.dispute.id})).id


async def _transferred(
    session: AsyncSession, caller: Caller, case: Case, to_officer_id: UUID | None
) -> Claim:
    """The lead goes to the officer; the old claim makes room for one of the officer's."""
    assert to_officer_id is not None
    to = (await officers_of(session, {"/to_officer_id": to_officer_id}))[to_officer_id]
    opened = await _awarded(session, caller, case, case.lead, to.id)
    case.claim.end(ClaimStatus.superseded, today())
    await session.flush()
    if case.lead.owner_id != to.id:
        await hand_over(session, [case.lead], to)
    return opened


async def _awarded(
    session: AsyncSession, caller: Caller, case: Case, lead: Lead, officer_id: UUID | None
) -> Claim:
    """An approved claim on the author's earliest evidence."""
    query = select(Visit).where(
        col(Visit.id) == sa.any_(sa.literal(case.dispute.visit_ids, ARRAY(sa.Uuid)))
    )
    visit = (await session.exec(query.order_by(col(Visit.visited_on), col(Visit.id)))).first()
    assert visit is not None
    assert officer_id is not None
    claim = Claim(
        lead_id=lead.id,
        visit_id=visit.id,
        company_id=case.claim.company_id,
        officer_id=officer_id,
        contacted_on=visit.visited_on,
        ranks_at=ranks_at(visit.visited_on, None, visit.created_at),
    )
    claim.protect(caller.id, now())
    return claim


async def _before(session: AsyncSession, case: Case) -> dict[str, Any]:
    """As JSON: the lead's owner and members, and the claim."""
    members = await open_members(session, [case.lead.id])
    return {
        "owner_id": str(case.lead.owner_id),
        "team_id": case.lead.team_id and str(case.lead.team_id),
        "members": [[str(m.officer_id), m.role.value, str(m.share)] for m in members],
        "claim_status": case.claim.status.value,
    }


async def restore(
    session: AsyncSession, caller: Caller, case: Case, decision: DisputeDecision, reason: str
) -> None:
    """Put back what the first decision changed; members from today on."""
    before = decision.before
    if decision.merge_id is not None:
        merge = await session.get_one(Merge, decision.merge_id, with_for_update=True)
        if merge.reversed_at is None:
            await merge_reversals.take_back(session, caller, merge, reason)
    if before["opened_claim_id"]:
        opened = await session.get_one(Claim, UUID(before["opened_claim_id"]))
        opened.end(ClaimStatus.superseded, today())
        await session.flush()
        case.claim.status, case.claim.ended_on = ClaimStatus(before["claim_status"]), None
    case.lead.owner_id = UUID(before["owner_id"])
    case.lead.team_id = before["team_id"] and UUID(before["team_id"])
    wanted = [
        MemberEntry(officer_id=UUID(officer_id), role=LeadMemberRole(role), share=Decimal(share))
        for officer_id, role, share in before["members"]
    ]
    if not _are(wanted, await open_members(session, [case.lead.id])):
        await close_members(session, case.lead)
        session.add_all(
            LeadMember(lead_id=case.lead.id, from_on=today(), **entry.model_dump())
            for entry in wanted
        )
    await session.flush()


def _are(wanted: Sequence[MemberEntry], members: Sequence[LeadMember]) -> bool:
    held = {(m.officer_id, m.role, m.share) for m in members}
    return held == {(w.officer_id, w.role, w.share) for w in wanted}
