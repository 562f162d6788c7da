"""Which rows of each model a role may see: a model without a rule is readable by nobody."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel, col, select

from app.core.audit import AuditEntry
from app.models.agreement_parties import AgreementParty
from app.models.agreements import Agreement
from app.models.blockers import Blocker
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.combinations import Combination
from app.models.commitments import Commitment
from app.models.companies import Company
from app.models.company_controls import CompanyControl
from app.models.company_lists import CompanyList, CompanyListEntry
from app.models.contacts import Contact, Unmasking
from app.models.development_plans import DevelopmentGoal, DevelopmentPlan
from app.models.event_leads import EventLead
from app.models.events import Event, EventParticipant
from app.models.evidence_files import EvidenceFile
from app.models.evidence_links import EvidenceLink, SubjectKind
from app.models.incubation_stages import IncubationEntry
from app.models.industry_chains import IndustryChain
from app.models.integrity_alerts import IntegrityAlert
from app.models.introductions import Introduction
from app.models.lead_actions import is_in_team, is_own
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.ledger_entries import LedgerEntry, Scope
from app.models.node_presences import NodePresence
from app.models.node_statuses import NodeStatusEntry
from app.models.officer_certificates import OfficerCertificate
from app.models.officer_profiles import OfficerProfile
from app.models.officers import Officer
from app.models.operation_reports import OperationReport
from app.models.parks import Park
from app.models.platform_companies import PlatformCompany
from app.models.platform_fundings import PlatformFunding
from app.models.posts import Post
from app.models.roles import BUSINESS_READERS, EVERYONE, RECOGNISERS, ZONE_READERS, Role
from app.models.service_tasks import ServiceTask
from app.models.site_reservations import SiteReservation
from app.models.sites import Site
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from app.models.stationings import Stationing
from app.models.teams import Team
from app.models.trips import Trip, TripParticipant
from app.models.visits import Visit, VisitGuest, VisitParticipant
from app.models.zone_profiles import ZoneProfile

Condition = sa.ColumnElement[bool]
Rule = Callable[[Any, Role], Condition]

_ME = sa.bindparam("me_id", type_=sa.Uuid)
_MY_TEAMS = sa.bindparam("me_team_ids", type_=ARRAY(sa.Uuid))


def _roles(*roles: Role) -> Rule:
    allowed = frozenset(roles)
    return lambda _entity, role: sa.true() if role in allowed else sa.false()


def _lead(lead: Any, role: Role) -> Condition:  # a table or its alias
    if role in ZONE_READERS:
        return lead.deleted_at.is_(None)
    if role is Role.team_lead:
        return sa.and_(lead.deleted_at.is_(None), sa.or_(is_own(lead), is_in_team(lead)))
    return sa.and_(lead.deleted_at.is_(None), is_own(lead)) if role is Role.officer else sa.false()


def _of_lead(row: Any, role: Role) -> Condition:
    return select(Lead.id).where(col(Lead.id) == row.lead_id, _lead(Lead, role)).exists()


def _visit(visit: Any, role: Role) -> Condition:
    if role in ZONE_READERS:
        return sa.true()
    if role not in {Role.officer, Role.team_lead}:
        return sa.false()
    ours = select(VisitParticipant.id).where(col(VisitParticipant.visit_id) == visit.id)
    mine = ours.where(col(VisitParticipant.officer_id) == _ME).exists()
    reach = [visit.created_by_id == _ME, mine, _of_lead(visit, role)]
    if role is Role.team_lead:
        unled = visit.lead_id.is_(None)
        reach.append(
            sa.and_(unled, ours.where(col(VisitParticipant.team_path).op("&&")(_MY_TEAMS)).exists())
        )
    return sa.or_(*reach)


def _field(role: Role, *own: Condition, led: Condition) -> Condition:
    """All for zone readers, the own for the field, beside them what is led for a team lead."""
    if role in ZONE_READERS:
        return sa.true()
    reach = [*own, led] if role is Role.team_lead else own
    return sa.or_(*reach) if role in {Role.officer, Role.team_lead} else sa.false()


def _trip(trip: Any, role: Role) -> Condition:
    ours = select(TripParticipant.id).where(col(TripParticipant.trip_id) == trip.id)
    mine = ours.where(col(TripParticipant.officer_id) == _ME).exists()
    led = ours.where(col(TripParticipant.team_path).op("&&")(_MY_TEAMS)).exists()
    by_me = sa.or_(trip.organiser_id == _ME, trip.created_by_id == _ME)
    return _field(role, by_me, mine, led=sa.or_(led, trip.team_path.op("&&")(_MY_TEAMS)))


def _stationing(row: Any, role: Role) -> Condition:
    mine = sa.or_(row.officer_id == _ME, row.created_by_id == _ME)
    return _field(role, mine, led=row.team_path.op("&&")(_MY_TEAMS))


def _service_task(task: Any, role: Role) -> Condition:
    mine = sa.or_(task.assignee_id == _ME, task.created_by_id == _ME)
    unled = sa.and_(task.lead_id.is_(None), task.team_path.op("&&")(_MY_TEAMS))
    return _field(role, mine, _of_lead(task, role), led=unled)


def _blocker(blocker: Any, role: Role) -> Condition:
    ours = blocker.headquarters_id == sa.any_(_MY_TEAMS)
    return _field(role, _of_lead(blocker, role), led=ours)


def _contact(contact: Any, role: Role) -> Condition:
    present = contact.deleted_at.is_(None)
    if role in ZONE_READERS:
        return present
    if role not in {Role.officer, Role.team_lead}:
        return sa.false()
    lead = select(Lead.id).where(col(Lead.company_id) == contact.company_id, _lead(Lead, role))
    return sa.and_(present, sa.or_(contact.created_by_id == _ME, lead.exists()))


def _unmasking(row: Any, role: Role) -> Condition:
    return sa.true() if role is Role.auditor else row.created_by_id == _ME


def _company(company: Any, role: Role) -> Condition:
    return company.deleted_at.is_(None) if role in BUSINESS_READERS else sa.false()


def _introduction(row: Any, role: Role) -> Condition:
    if role is Role.agent:
        return row.created_by_id == _ME
    return sa.true() if role in RECOGNISERS | {Role.auditor} else sa.false()


def _holds(query: Any) -> Condition:
    """Whether there is such a row, asked for each row by index: within OR, EXISTS is hashed."""
    first = query.with_only_columns(sa.literal_column("true", sa.Boolean)).limit(1)
    return sa.func.coalesce(first.scalar_subquery(), sa.false())


def _evidence_link(link: Any, role: Role) -> Condition:
    """Of a visit, who reads the visit; of everything else, who reads the lead."""
    is_visit = link.subject_kind == SubjectKind.visit
    visit = select(Visit.id).where(col(Visit.id) == link.subject_id, _visit(Visit, role))
    lead = select(Lead.id).where(col(Lead.id) == link.lead_id, _lead(Lead, role))
    return sa.case((is_visit, _holds(visit)), else_=_holds(lead))


def _evidence_file(file: Any, role: Role) -> Condition:
    """The uploader's until it is attached; then of whoever reads one of its subjects."""
    links = select(EvidenceLink.id).where(col(EvidenceLink.file_id) == file.id)
    unattached = sa.and_(file.created_by_id == _ME, sa.not_(_holds(links)))
    return sa.or_(unattached, _holds(links.where(_evidence_link(EvidenceLink, role))))


def _ledger(entry: Any, role: Role) -> Condition:
    if role in ZONE_READERS:
        return sa.true()
    own = sa.and_(entry.scope == Scope.officer.value, entry.scope_id == _ME)
    if role is Role.officer:
        return own
    if role is not Role.team_lead:
        return sa.false()
    mates = select(Officer.id).where(col(Officer.team_id) == sa.any_(_MY_TEAMS))
    units = select(Combination.id).where(col(Combination.team_id) == sa.any_(_MY_TEAMS))
    mates = _mates()
    return sa.or_(
        own,
        sa.and_(entry.scope == Scope.team.value, entry.scope_id == sa.any_(_MY_TEAMS)),
        sa.and_(entry.scope == Scope.officer.value, entry.scope_id.in_(mates)),
        sa.and_(entry.scope == Scope.combination.value, entry.scope_id.in_(units)),
    )


def _mates() -> sa.SelectBase:
    return select(Officer.id).where(col(Officer.team_id) == sa.any_(_MY_TEAMS))


def of_officer(officer_id: Any, role: Role) -> Condition:
    """Who may look at what is kept of an officer: the officer, the own team lead, the zone."""
    if role in ZONE_READERS:
        return sa.true()
    if role is Role.team_lead:
        return sa.or_(officer_id == _ME, officer_id.in_(_mates()))
    return officer_id == _ME if role is Role.officer else sa.false()


def _of_officer(row: Any, role: Role) -> Condition:
    return of_officer(row.officer_id, role)


RULES: dict[type[SQLModel], Rule] = {
    Officer: _roles(*(EVERYONE - {Role.agent})),
    Team: _roles(*(EVERYONE - {Role.agent})),
    Company: _company,
    CompanyList: _roles(*BUSINESS_READERS),
    CompanyListEntry: _roles(*BUSINESS_READERS),
    CompanyControl: _roles(*BUSINESS_READERS),
    IncubationEntry: _roles(*BUSINESS_READERS),
    Post: _roles(*BUSINESS_READERS),
    OfficerProfile: _of_officer,
    OfficerCertificate: _of_officer,
    IndustryChain: _roles(*BUSINESS_READERS),
    ChainNode: _roles(*BUSINESS_READERS),
    ChainLink: _roles(*BUSINESS_READERS),
    NodePresence: _roles(*BUSINESS_READERS),
    NodeStatusEntry: _roles(*BUSINESS_READERS),
    Combination: _roles(*BUSINESS_READERS),
    DevelopmentPlan: _roles(*BUSINESS_READERS),
    DevelopmentGoal: _roles(*BUSINESS_READERS),
    PlatformCompany: _roles(*BUSINESS_READERS),
    PlatformFunding: _roles(*BUSINESS_READERS),
    Park: _roles(*BUSINESS_READERS),
    Site: _roles(*BUSINESS_READERS),
    # What is free is everybody's business; for whom it is taken depends on the lead (the shape).
    SiteReservation: _roles(*BUSINESS_READERS),
    Contact: _contact,
    Unmasking: _unmasking,
    Introduction: _introduction,
    Lead: _lead,
    LeadMember: _of_lead,
    StageTransition: _of_lead,
    StageCredit: _roles(*BUSINESS_READERS),
    Visit: _visit,
    VisitParticipant: _roles(*BUSINESS_READERS),
    VisitGuest: _roles(*BUSINESS_READERS),
    Trip: _trip,
    TripParticipant: _roles(*BUSINESS_READERS),
    Event: _roles(*BUSINESS_READERS),
    EventParticipant: _roles(*BUSINESS_READERS),
    EventLead: _of_lead,
    Stationing: _stationing,
    ServiceTask: _service_task,
    Blocker: _blocker,
    LedgerEntry: _ledger,
    EvidenceFile: _evidence_file,
    EvidenceLink: _evidence_link,
    IntegrityAlert: _roles(*ZONE_READERS),
    Agreement: _of_lead,
    AgreementParty: _roles(*BUSINESS_READERS),
    OperationReport: _of_lead,
    Commitment: _of_lead,
    ZoneProfile: _roles(*(EVERYONE - {Role.agent})),
    AuditEntry: _roles(Role.audit_admin, Role.auditor),
}


def row_rule(entity: Any, role: str) -> list[Condition]:
    """What a row of a model (a table or its alias) must fulfil for a role to see it."""
    return [RULES[sa.inspect(entity).mapper.class_](entity, Role(role))]
