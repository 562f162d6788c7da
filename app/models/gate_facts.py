"""How each item of a gate is known, as SQL over a lead: nobody ticks it off by hand."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.core.clock import today_sql
from app.models.agreement_parties import AgreementParty, PartyRole
from app.models.agreements import Agreement, AgreementKind, AgreementStatus
from app.models.assessments import Assessment, Verdict
from app.models.claims import Claim, ClaimStatus
from app.models.commitments import Commitment
from app.models.companies import Company
from app.models.duplicate_pairs import DuplicatePair, DuplicatePairStatus
from app.models.evidence_files import EvidenceFile, EvidenceKind
from app.models.evidence_links import EvidenceLink
from app.models.gates import DOCUMENTS, Documents, GateItem
from app.models.leads import Lead
from app.models.operation_reports import OperationReport
from app.models.pipeline import Track, TransitionStatus
from app.models.reviews import Review, ReviewStatus
from app.models.site_reservations import ReservationStatus, SiteReservation
from app.models.visits import Visit, VisitGuest, VisitStatus

Held = sa.ColumnElement[bool]
# The part of a year's promised output or tax from which capacity is reached [D].
REACHED = sa.literal_column("0.8", sa.Numeric())


def _is(column: Any, *codes: Any) -> Held:
    """Compared with constants, so that the statement has nothing to bind."""
    return col(column).in_([sa.literal_column(f"'{code}'") for code in codes])


def _given(name: str) -> Callable[[Any], Held]:
    return lambda lead: getattr(lead, name).is_not(None)


def _assessed(lead: Any) -> Held:
    newest = select(Assessment.verdict).where(col(Assessment.lead_id) == lead.id)
    order = col(Assessment.assessed_on).desc(), col(Assessment.id).desc()
    follow = sa.literal_column(f"'{Verdict.follow}'")
    return sa.func.coalesce(newest.order_by(*order).limit(1).scalar_subquery() == follow, False)


def _claimed(lead: Any) -> Held:
    return select(Claim.id).where(
        col(Claim.lead_id) == lead.id,
        _is(Claim.status, ClaimStatus.active),
        col(Claim.protected_until) >= today_sql(),
    ).exists()  # fmt: skip


def _met(lead: Any) -> Held:
    guest = select(VisitGuest.id).where(col(VisitGuest.visit_id) == Visit.id).exists()
    return select(Visit.id).where(
        col(Visit.lead_id) == lead.id, _is(Visit.status, VisitStatus.counted), guest
    ).exists()  # fmt: skip


def _placed(lead: Any) -> Held:
    return sa.or_(lead.source_country_code != "CN", lead.source_region_code.is_not(None))


def _decided(lead: Any) -> Held:
    ids = [lead.id, lead.company_id]
    open_pair = select(DuplicatePair.id).where(
        _is(DuplicatePair.status, DuplicatePairStatus.open),
        sa.or_(col(DuplicatePair.first_id).in_(ids), col(DuplicatePair.second_id).in_(ids)),
    )
    return sa.not_(open_pair.exists())


def _reviewed(lead: Any) -> Held:
    """What the newest review that is over has said."""
    newest = select(Review.status).where(
        col(Review.lead_id) == lead.id, sa.not_(_is(Review.status, ReviewStatus.open))
    )
    order = col(Review.created_at).desc(), col(Review.id).desc()
    passed = sa.literal_column(f"'{ReviewStatus.passed}'")
    return sa.func.coalesce(newest.order_by(*order).limit(1).scalar_subquery() == passed, False)


def _sited(lead: Any) -> Held:
    live = sa.or_(
        _is(SiteReservation.status, ReservationStatus.confirmed),
        sa.and_(
            _is(SiteReservation.status, ReservationStatus.held),
            sa.func.coalesce(col(SiteReservation.expires_on) >= today_sql(), True),
        ),
    )
    reserved = select(SiteReservation.id).where(col(SiteReservation.lead_id) == lead.id, live)
    contracts = Documents((EvidenceKind.land_contract, EvidenceKind.lease))
    return sa.or_(reserved.exists(), _documents(lead, contracts))


def _fair(lead: Any) -> Held:
    unreviewed = select(Commitment.id).where(
        col(Commitment.lead_id) == lead.id, col(Commitment.is_flagged)
    )
    return sa.not_(unreviewed.exists())


def _in_force(lead: Any, *more: Any) -> Held:
    """An investment agreement of the lead is active; `more` narrows it."""
    return select(Agreement.id).where(
        col(Agreement.lead_id) == lead.id,
        _is(Agreement.kind, AgreementKind.investment),
        _is(Agreement.status, AgreementStatus.active),
        *more,
    ).exists()  # fmt: skip


def _identified(lead: Any) -> Held:
    party = select(AgreementParty.id).join(Company, col(Company.id) == AgreementParty.company_id)
    party = party.where(
        col(AgreementParty.agreement_id) == Agreement.id,
        _is(AgreementParty.role, PartyRole.investor),
    )
    nameless = sa.and_(
        col(Company.credit_code).is_(None), col(Company.registration_number).is_(None)
    )
    return _in_force(lead, party.exists(), sa.not_(party.where(nameless).exists()))


def _dated(lead: Any) -> Held:
    start = sa.or_(_is(lead.track, Track.opening), col(Agreement.start_by).is_not(None))
    return _in_force(lead, start, col(Agreement.produce_by).is_not(None))


def _delivered(lead: Any) -> Held:
    """In one year; its own report goes before the sum of its quarters, no promise is no proof."""
    report = OperationReport
    enough = sa.or_(
        _in_a_year(report.output) >= _promised(Agreement.promised_output) * REACHED,
        _in_a_year(report.tax) >= _promised(Agreement.promised_tax) * REACHED,
    )
    reached = select(report.year).where(
        col(report.lead_id) == lead.id, _is(report.status, TransitionStatus.recognised)
    )
    return _in_force(lead, reached.group_by(col(report.year)).having(enough).exists())


def _in_a_year(column: Any) -> Any:
    own = sa.func.max(column).filter(col(OperationReport.quarter).is_(None))
    return sa.func.coalesce(own, sa.func.sum(column))


def _promised(column: Any) -> Any:
    return sa.func.nullif(column, sa.literal_column("0"))


def _documents(lead: Any, wanted: Documents) -> Held:
    files = (
        select(sa.func.count(sa.distinct(col(EvidenceFile.sha256))))
        .join(EvidenceLink, col(EvidenceLink.file_id) == col(EvidenceFile.id))
        .where(col(EvidenceLink.lead_id) == lead.id, _is(EvidenceFile.kind, *wanted.kinds))
        .where(col(EvidenceFile.dated_on).is_not(None))
    )
    return files.scalar_subquery() >= sa.literal_column(str(wanted.at_least))


def _by_documents(wanted: Documents) -> Callable[[Any], Held]:
    return lambda lead: _documents(lead, wanted)


FACTS: dict[GateItem, Callable[[Any], Held]] = {
    GateItem.assessed_follow: _assessed,
    GateItem.claim_active: _claimed,
    GateItem.investor_company: _given("company_id"),
    GateItem.two_way_contact: _met,
    GateItem.planned_investment: _given("planned_investment"),
    GateItem.industry: _given("industry_code"),
    GateItem.source_place: _placed,
    GateItem.combination: _given("combination_id"),
    GateItem.responsible_team: _given("team_id"),
    GateItem.duplicates_decided: _decided,
    GateItem.review_passed: _reviewed,
    GateItem.landing_track: _given("track"),
    GateItem.expected_output: _given("expected_output"),
    GateItem.expected_tax: _given("expected_tax"),
    GateItem.expected_jobs: _given("expected_jobs"),
    GateItem.site_proposal: _sited,
    GateItem.commitments_reviewed: _fair,
    GateItem.investment_agreement: _in_force,
    GateItem.party_codes: _identified,
    GateItem.deadlines: _dated,
    GateItem.output_reached: _delivered,
    **{item: _by_documents(wanted) for item, wanted in DOCUMENTS.items()},
}


def is_held(row: Any) -> Held:
    """Whether the item of a row with `lead_id` and `item` is there by now."""
    lead: Any = aliased(Lead)
    facts = [
        (row.item == sa.literal_column(f"'{item}'"), fact(lead)) for item, fact in FACTS.items()
    ]
    found = select(sa.case(*facts, else_=sa.false())).where(lead.id == row.lead_id)
    return found.scalar_subquery()
