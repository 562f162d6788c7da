"""Agreements: drafted by one, put into force by a leader who did not draft them.

The lead is locked before its agreements, here and wherever else both are.
"""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import remove_all
from app.core.errors import FieldError, Problem, field_error, invalid
from app.core.shapes import visible
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.agreement_credits import AgreementCredit
from app.models.agreements import (
    Agreement,
    AgreementCreate,
    AgreementDecision,
    AgreementKind,
    AgreementStatus,
    AgreementUpdate,
    AgreementVerdict,
)
from app.models.evidence_links import EvidenceLink
from app.models.leads import Lead
from app.services import agreed_amounts, agreement_parties
from app.services.access import Caller, check_reach, claimed, found, lead_in_reach
from app.services.lead_members import members_on, stamp_credit


async def create(session: AsyncSession, caller: Caller, payload: AgreementCreate) -> Agreement:
    """A draft; what it supersedes is of the same lead."""
    await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    agreement = Agreement.model_validate(payload.model_dump(exclude={"parties"}))
    agreement.check_entries()
    await _check_base(session, agreement, payload.supersedes_id)
    await agreement_parties.check(session, payload.parties)
    session.add(agreement)
    await session.flush()
    agreement_parties.add(session, agreement, payload.parties)
    await session.flush()
    return agreement


async def _check_base(session: AsyncSession, agreement: Agreement, base_id: UUID | None) -> None:
    base = await session.get(Agreement, base_id) if base_id else None
    if base_id and (base is None or base.lead_id != agreement.lead_id or base.id == agreement.id):
        raise invalid("/supersedes_id", "reference_not_found")


async def update(
    session: AsyncSession,
    caller: Caller,
    agreement_id: UUID,
    payload: AgreementUpdate,
    if_match: int,
) -> None:
    """Change a draft; 409 for anything that was ever in force."""
    changes = payload.changes()
    agreement, _ = await _claimed(
        session, caller, agreement_id, if_match, fields=frozenset(changes)
    )
    _check_draft(agreement)
    # Questions first: each would flush what is changed by half, as a version of its own.
    await _check_base(session, agreement, changes.get("supersedes_id"))
    parties = changes.pop("parties", None)
    replaced = await agreement_parties.replaced(session, agreement, parties)
    agreement.apply(changes)
    agreement.check_entries()
    if parties is not None and replaced is not None:
        agreement.touch()
        await remove_all(session, replaced)
        agreement_parties.add(session, agreement, parties)
    await session.flush()


def _check_draft(agreement: Agreement) -> None:
    if agreement.status is not AgreementStatus.draft:
        raise Problem("already_decided", status=agreement.status)


async def _claimed(
    session: AsyncSession,
    caller: Caller,
    agreement_id: UUID,
    if_match: int,
    *,
    fields: frozenset[str] = frozenset(),
) -> tuple[Agreement, Lead]:
    """An agreement in the caller's reach in the version seen, its lead locked first."""
    seen = select(Agreement.lead_id).where(
        col(Agreement.id) == agreement_id, *visible(Agreement, caller.role)
    )
    lead_id = (await session.exec(seen.params(**caller.binds))).one_or_none()
    if lead_id is None:
        raise Problem("not_found")
    lead = await found(session, Lead, caller, lead_id)
    agreement = await claimed(session, Agreement, caller, agreement_id, if_match, fields=fields)
    await check_reach(session, lead, caller)
    return agreement, lead


async def decide(
    session: AsyncSession,
    caller: Caller,
    agreement_id: UUID,
    payload: AgreementDecision,
    if_match: int,
) -> None:
    """Put a draft into force, or end one; nobody decides on the own draft."""
    agreement, lead = await _claimed(session, caller, agreement_id, if_match)
    if caller.id == agreement.created_by_id:
        raise Problem("self_recognition")
    agreement.decision_comment = payload.comment
    if payload.decision is AgreementVerdict.activate:
        _check_draft(agreement)
        await _activate(session, caller, agreement, lead)
    elif agreement.status in {AgreementStatus.draft, AgreementStatus.active}:
        agreement.terminate(caller.id)
    else:
        raise Problem("already_decided", status=agreement.status)
    await session.flush()
    if agreement.kind is AgreementKind.supplement:
        await ledger.post(session, Family.lead, lead.id)


async def _activate(
    session: AsyncSession, caller: Caller, agreement: Agreement, lead: Lead
) -> None:
    """Refused with everything that is missing; a new version takes the place of the old one."""
    current = await agreed_amounts.in_force(session, lead)
    faults = await _faults(session, agreement, lead, current)
    if faults:
        raise Problem("agreement_refused", errors=faults)
    if agreement.kind is AgreementKind.supplement:
        members = await members_on(session, lead, agreement.signed_on)
        await stamp_credit(session, AgreementCredit, members, agreement_id=agreement.id)
    elif agreement.kind is AgreementKind.investment and current is not None:
        current.status = AgreementStatus.superseded
        await session.flush()
    agreement.activate(caller.id)


async def _faults(
    session: AsyncSession, agreement: Agreement, lead: Lead, current: Agreement | None
) -> list[FieldError]:
    roles = [party.role for party in await agreement_parties.of(session, agreement)]
    faults = agreement.gaps(lead.track, roles)
    if not await _has_file(session, agreement):
        faults.append(field_error("", "evidence_needed"))
    if agreement.kind is not AgreementKind.framework and agreement.supersedes_id != (
        current and current.id
    ):
        is_free = current is None or agreement.supersedes_id is not None
        faults.append(
            field_error("/supersedes_id", "base_not_active" if is_free else "active_exists")
        )
    return faults


async def _has_file(session: AsyncSession, agreement: Agreement) -> bool:
    query = select(EvidenceLink.id).where(col(EvidenceLink.subject_id) == agreement.id)
    return (await session.exec(query.limit(1))).first() is not None
