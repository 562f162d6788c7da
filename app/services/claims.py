"""Claims: made with evidence, approved by somebody else, renewed once, ended by their clocks."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import reading
from app.core.clock import now, today
from app.core.db import driver
from app.core.errors import Problem, invalid
from app.core.reading import read_one
from app.models.claim_stubs import CompanyClaims
from app.models.claims import (
    OPEN_CLAIMS,
    Claim,
    ClaimCreate,
    ClaimStatus,
    effective_status,
    ranks_at,
    stands,
    two_way,
)
from app.models.companies import Company
from app.models.evidence_files import EvidenceFile, EvidenceKind
from app.models.evidence_links import EvidenceLink
from app.models.lead_actions import is_own
from app.models.leads import Lead
from app.models.pipeline import LeadAction, TransitionStatus
from app.models.stage_transitions import StageTransition
from app.models.transition_decisions import DecisionKind, TransitionDecision
from app.models.visits import Visit
from app.services.access import Caller, check_reach, claimed, found, named, readable
from app.services.leads import check_standing


async def create(session: AsyncSession, caller: Caller, payload: ClaimCreate) -> Claim:
    """The caller's claim on a lead of the caller's; 409 with the stub where the company has one.

    The company's row is locked, so that of two claims in the same second one is told of the other.
    """
    lead = await own_lead(session, caller, payload.lead_id)
    check_standing(lead.standing, caller, LeadAction.log_visit)
    if lead.company_id is None:
        raise invalid("/lead_id", "lead_without_company")
    claim = await _with_evidence(session, caller, lead.company_id, payload)
    await lock_company(session, lead.company_id)
    await end_lapsed(session, col(Claim.company_id) == lead.company_id)
    await _check_free(session, caller, lead.company_id)
    session.add(claim)
    await session.flush()
    return claim


async def own_lead(
    session: AsyncSession, caller: Caller, lead_id: UUID, pointer: str = "/lead_id"
) -> Lead:
    """A lead that the caller owns or is a member of, locked: 422 where hidden, 403 where not."""
    lead = await named(session, Lead, caller, pointer, lead_id, is_locked=True)
    own = select(Lead.id).where(col(Lead.id) == lead.id, is_own(Lead)).params(**caller.binds)
    if (await session.exec(own)).first() is None:
        raise Problem("forbidden")
    return lead


async def _with_evidence(
    session: AsyncSession, caller: Caller, company_id: UUID, payload: ClaimCreate
) -> Claim:
    payload.check_evidence()
    contacted_on = await _contacted_on(session, caller, payload)
    placed = {
        "company_id": company_id,
        "officer_id": caller.id,
        "contacted_on": contacted_on,
        "ranks_at": ranks_at(contacted_on, payload.contacted_at, now()),
    }
    claim = Claim.model_validate(payload, update=placed)
    if claim.visit_id is not None:
        proof = select(Visit.id).where(col(Visit.id) == claim.visit_id, *two_way(claim))
        if (await session.exec(proof)).first() is None:
            raise invalid("/visit_id", "no_two_way_contact")
    claim.check_contact()
    return claim


async def _contacted_on(session: AsyncSession, caller: Caller, payload: ClaimCreate) -> date:
    """The day of the evidence: of the visit, or the one that the file itself is of."""
    if payload.visit_id is not None:
        seen = readable(Visit, caller).where(col(Visit.id) == payload.visit_id)
        visit = (await session.exec(seen)).first()
        if visit is None:
            raise invalid("/visit_id", "reference_not_found")
        return visit.visited_on
    assert payload.evidence_file_id is not None
    pointer = "/evidence_file_id"
    file = await named(session, EvidenceFile, caller, pointer, payload.evidence_file_id)
    link = select(EvidenceLink.id).where(
        col(EvidenceLink.file_id) == file.id, col(EvidenceLink.subject_id) == payload.lead_id
    )
    is_attached = (await session.exec(link)).first() is not None
    if file.dated_on is None or file.kind is not EvidenceKind.first_contact or not is_attached:
        raise invalid(pointer, "no_contact_file")
    return file.dated_on


async def lock_company(session: AsyncSession, company_id: UUID) -> None:
    """Claims of one company are made one after the other; visits on it need not wait."""
    query = select(Company.id).where(col(Company.id) == company_id)
    await session.exec(query.with_for_update(key_share=True))


async def _check_free(session: AsyncSession, caller: Caller, company_id: UUID) -> None:
    held = select(Claim.id).where(
        col(Claim.company_id) == company_id, col(Claim.status).in_(OPEN_CLAIMS)
    )
    if (await session.exec(held.limit(1))).first() is not None:
        stub, _ = await read_one(await driver(session), CompanyClaims, caller, company_id)
        raise Problem("already_claimed", extra={"claimed": json.loads(stub)})


async def stub(pool: Any, caller: reading.Caller, company_id: UUID) -> bytes:
    """Who is on a company, as JSON; 404 where there is no such company."""
    body, _ = await read_one(pool, CompanyClaims, caller, company_id)
    return body


async def decide(
    session: AsyncSession,
    caller: Caller,
    claim_id: UUID,
    payload: TransitionDecision,
    if_match: int,
) -> None:
    """Approve or reject a pending claim on a lead in reach; nobody decides the own one."""
    claim = await claimed(session, Claim, caller, claim_id, if_match)
    lead = await found(session, Lead, caller, claim.lead_id)
    await check_reach(session, lead, caller)
    await _check_status(session, claim, ClaimStatus.pending)
    if caller.id == claim.officer_id:
        raise Problem("self_recognition")
    claim.decision_comment = payload.comment
    if payload.decision is DecisionKind.recognise:
        claim.protect(caller.id, now())
    else:
        claim.decided_at, claim.decided_by_id = now(), caller.id
        claim.end(ClaimStatus.rejected, today())
    await session.flush()


async def renew(session: AsyncSession, caller: Caller, claim_id: UUID, if_match: int) -> None:
    """Protect for as long again, once, where something has happened since the approval."""
    claim = await claimed(session, Claim, caller, claim_id, if_match)
    await own_lead(session, caller, claim.lead_id)
    await _check_status(session, claim, ClaimStatus.active)
    if claim.renewed_at is not None:
        raise Problem("claim_renewed")
    if not await _has_progress(session, claim):
        raise Problem("no_progress")
    claim.renew(now())
    await session.flush()


async def _check_status(session: AsyncSession, claim: Claim, wanted: ClaimStatus) -> None:
    query = select(effective_status(Claim)).where(col(Claim.id) == claim.id)
    status = (await session.exec(query)).one()
    if status != wanted:
        raise Problem("claim_status", status=str(status))


async def _has_progress(session: AsyncSession, claim: Claim) -> bool:
    """A two-way contact or a recognised transition since the approval."""
    assert claim.decided_at is not None
    visit = select(Visit.id).where(*two_way(claim), col(Visit.created_at) > claim.decided_at)
    step = select(StageTransition.id).where(
        col(StageTransition.lead_id) == claim.lead_id,
        col(StageTransition.status) == TransitionStatus.recognised,
        col(StageTransition.recognised_at) > claim.decided_at,
    )
    return (await session.exec(select(sa.or_(visit.exists(), step.exists())))).one()


async def end_lapsed(
    session: AsyncSession,
    *where: sa.ColumnElement[bool],
    report: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005  nobody watches
) -> int:
    """Write down which open claims have ended by their clocks; answers how many."""
    rows = await _lapsed(session, where)
    for done, (claim, status) in enumerate(rows, 1):
        claim.end(ClaimStatus(status), today())
        report(done, len(rows))
    await session.flush()
    return len(rows)


async def _lapsed(
    session: AsyncSession, where: Sequence[sa.ColumnElement[bool]]
) -> Sequence[tuple[Claim, str]]:
    query = select(Claim, effective_status(Claim)).where(
        col(Claim.status).in_(OPEN_CLAIMS), sa.not_(stands(Claim)), *where
    )
    found_rows = await session.exec(query.order_by(col(Claim.id)).with_for_update(of=Claim))
    return [(claim, status) for claim, status in found_rows]
