"""Attaching evidence to facts, and the alert where one content shows two leads."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.base import Record
from app.core.errors import Problem
from app.models.agreements import Agreement, AgreementStatus
from app.models.claims import Claim, ClaimStatus
from app.models.development_plans import DevelopmentPlan
from app.models.evidence_files import EvidenceFile
from app.models.evidence_links import EvidenceLink, EvidenceLinkCreate, SubjectKind
from app.models.integrity_alerts import AlertKind, IntegrityAlert
from app.models.leads import Lead
from app.models.pipeline import TransitionStatus
from app.models.roles import Permission, may
from app.models.stage_transitions import StageTransition
from app.models.visits import Visit
from app.services.access import Caller, check_reach, claimed, found, named
from app.services.evidence_files import lock_content

_SUBJECTS: dict[SubjectKind, type[Record]] = {
    SubjectKind.lead: Lead,
    SubjectKind.visit: Visit,
    SubjectKind.stage_transition: StageTransition,
    SubjectKind.agreement: Agreement,
    SubjectKind.development_plan: DevelopmentPlan,
}
# What may still lose its evidence, of subjects that are recognised or come into force.
_UNDECIDED = {
    SubjectKind.stage_transition: {TransitionStatus.pending, TransitionStatus.rejected},
    SubjectKind.agreement: {AgreementStatus.draft},
}


async def attach(
    session: AsyncSession, caller: Caller, payload: EvidenceLinkCreate
) -> EvidenceLink:
    """A file to a subject, both in the caller's sight; 422 at the one that is not."""
    file = await named(session, EvidenceFile, caller, "/file_id", payload.file_id)
    model = _SUBJECTS[payload.subject_kind]
    subject = await named(session, model, caller, "/subject_id", payload.subject_id)
    lead_id = _lead_id(subject)
    await _check_subject(session, caller, payload.subject_kind, lead_id)
    link = await records.add(session, EvidenceLink, payload, lead_id=lead_id)
    if lead_id is not None:
        await _alert(session, file.sha256, lead_id)
    return link


def _lead_id(subject: Any) -> UUID | None:
    return subject.id if isinstance(subject, Lead) else getattr(subject, "lead_id", None)


async def _check_subject(
    session: AsyncSession, caller: Caller, kind: SubjectKind, lead_id: UUID | None
) -> None:
    """403 where the subject may be seen but not acted on; a visit's people need no lead."""
    is_plan = kind is SubjectKind.development_plan
    if is_plan and not may(caller.role, Permission.combinations_write):
        raise Problem("forbidden")
    lead = await session.get(Lead, lead_id) if lead_id else None
    if lead is not None:
        await check_reach(session, lead, caller)


async def _alert(session: AsyncSession, digest: str, lead_id: UUID) -> None:
    """Once for each other lead that the same content shows."""
    await lock_content(session, digest)
    for other in await _unalerted(session, digest, lead_id):
        first, second = sorted((lead_id, other))
        session.add(
            IntegrityAlert(
                kind=AlertKind.same_evidence, lead_id=first, other_lead_id=second, sha256=digest
            )
        )
    await session.flush()


async def _unalerted(session: AsyncSession, digest: str, lead_id: UUID) -> list[UUID]:
    """The other leads that the content shows, without those of an earlier alert."""
    others = (
        select(col(EvidenceLink.lead_id))
        .join(EvidenceFile, col(EvidenceFile.id) == col(EvidenceLink.file_id))
        .where(
            col(EvidenceFile.sha256) == digest,
            col(EvidenceLink.lead_id) != lead_id,
            ~_alerted(digest, lead_id).exists(),
        )
    )
    return [other for other in set((await session.exec(others)).all()) if other is not None]


def _alerted(digest: str, lead_id: UUID) -> Any:
    one, other = col(IntegrityAlert.lead_id), col(IntegrityAlert.other_lead_id)
    there = col(EvidenceLink.lead_id)
    return select(IntegrityAlert.id).where(
        col(IntegrityAlert.kind) == AlertKind.same_evidence,
        col(IntegrityAlert.sha256) == digest,
        sa.or_(sa.and_(one == lead_id, other == there), sa.and_(one == there, other == lead_id)),
    )


async def detach(session: AsyncSession, caller: Caller, link_id: UUID, if_match: int) -> None:
    """Take a file from a subject; 409 once anything recognised relies on it."""
    link = await claimed(session, EvidenceLink, caller, link_id, if_match)
    await _check_subject(session, caller, link.subject_kind, link.lead_id)
    if await _is_relied_on(session, caller, link):
        raise Problem("evidence_relied_on")
    await records.remove(session, link)


async def _is_relied_on(session: AsyncSession, caller: Caller, link: EvidenceLink) -> bool:
    if link.subject_kind is SubjectKind.lead:
        claim = select(Claim.id).where(
            col(Claim.lead_id) == link.subject_id,
            col(Claim.evidence_file_id) == link.file_id,
            col(Claim.status) != ClaimStatus.rejected,
        )
        return (await session.exec(claim.limit(1))).first() is not None
    undecided = _UNDECIDED.get(link.subject_kind)
    if undecided is None:
        return False
    subject: Any = await found(session, _SUBJECTS[link.subject_kind], caller, link.subject_id)
    return subject.status not in undecided
