"""The rules of row access: which rows of a noun a role may see, as SQL over the row."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from app.models.combinations import Combination
from app.models.duplicates import DuplicateKind
from app.models.evidence_links import EvidenceLink, SubjectKind
from app.models.lead_actions import is_in_team, is_own
from app.models.leads import Lead
from app.models.ledger_entries import Scope
from app.models.officers import Officer
from app.models.roles import BUSINESS_READERS, RECOGNISERS, ZONE_READERS, Role
from app.models.transfers import TransferLead
from app.models.trips import TripParticipant
from app.models.visits import Visit, VisitParticipant

Condition = sa.ColumnElement[bool]
Rule = Callable[[Any, Role], Condition]

_ME = sa.bindparam("me_id", type_=sa.Uuid)
_MY_TEAMS = sa.bindparam("me_team_ids", type_=ARRAY(sa.Uuid))


def roles(*roles: Role) -> Rule:
    """All rows for some roles, none for the others."""
    allowed = frozenset(roles)
    return lambda _entity, role: sa.true() if role in allowed else sa.false()


def lead_rule(lead: Any, role: Role) -> Condition:  # a table or its alias
    """The own and the team's leads; all for zone readers; none in the trash."""
    if role in ZONE_READERS:
        return lead.deleted_at.is_(None)
    if role is Role.team_lead:
        return sa.and_(lead.deleted_at.is_(None), sa.or_(is_own(lead), is_in_team(lead)))
    return sa.and_(lead.deleted_at.is_(None), is_own(lead)) if role is Role.officer else sa.false()


def of_lead_rule(row: Any, role: Role) -> Condition:
    """Rows that point to a lead that may be seen."""
    return select(Lead.id).where(col(Lead.id) == row.lead_id, lead_rule(Lead, role)).exists()


def visit_rule(visit: Any, role: Role) -> Condition:
    """Visits taken part in or logged, and those of leads that may be seen."""
    if role in ZONE_READERS:
        return sa.true()
    if role not in {Role.officer, Role.team_lead}:
        return sa.false()
    ours = select(VisitParticipant.id).where(col(VisitParticipant.visit_id) == visit.id)
    mine = ours.where(col(VisitParticipant.officer_id) == _ME).exists()
    reach = [visit.created_by_id == _ME, mine, of_lead_rule(visit, role)]
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


def trip_rule(trip: Any, role: Role) -> Condition:
    """Trips taken part in, organised or logged; the team's for its lead."""
    ours = select(TripParticipant.id).where(col(TripParticipant.trip_id) == trip.id)
    mine = ours.where(col(TripParticipant.officer_id) == _ME).exists()
    led = ours.where(col(TripParticipant.team_path).op("&&")(_MY_TEAMS)).exists()
    by_me = sa.or_(trip.organiser_id == _ME, trip.created_by_id == _ME)
    return _field(role, by_me, mine, led=sa.or_(led, trip.team_path.op("&&")(_MY_TEAMS)))


def stationing_rule(row: Any, role: Role) -> Condition:
    """The own stationings; the team's for its lead."""
    mine = sa.or_(row.officer_id == _ME, row.created_by_id == _ME)
    return _field(role, mine, led=row.team_path.op("&&")(_MY_TEAMS))


def service_task_rule(task: Any, role: Role) -> Condition:
    """The own tasks and those of leads that may be seen."""
    mine = sa.or_(task.assignee_id == _ME, task.created_by_id == _ME)
    unled = sa.and_(task.lead_id.is_(None), task.team_path.op("&&")(_MY_TEAMS))
    return _field(role, mine, of_lead_rule(task, role), led=unled)


def blocker_rule(blocker: Any, role: Role) -> Condition:
    """Blockers of leads that may be seen, and those escalated to the own headquarters."""
    ours = blocker.headquarters_id == sa.any_(_MY_TEAMS)
    return _field(role, of_lead_rule(blocker, role), led=ours)


def contact_rule(contact: Any, role: Role) -> Condition:
    """Contacts one entered, and those of companies of leads that may be seen."""
    present = contact.deleted_at.is_(None)
    if role in ZONE_READERS:
        return present
    if role not in {Role.officer, Role.team_lead}:
        return sa.false()
    lead = select(Lead.id).where(col(Lead.company_id) == contact.company_id, lead_rule(Lead, role))
    return sa.and_(present, sa.or_(contact.created_by_id == _ME, lead.exists()))


def unmasking_rule(row: Any, role: Role) -> Condition:
    """The own; all for the auditor."""
    return sa.true() if role is Role.auditor else row.created_by_id == _ME


def company_rule(company: Any, role: Role) -> Condition:
    """Companies outside the trash, for everybody in the business."""
    return company.deleted_at.is_(None) if role in BUSINESS_READERS else sa.false()


def pair_rule(row: Any, role: Role) -> Condition:
    """A pair of leads is seen by those who may see both."""
    if role in ZONE_READERS:
        return sa.true()
    both = (
        select(Lead.id).where(col(Lead.id) == one, lead_rule(Lead, role)).exists()
        for one in (row.first_id, row.second_id)
    )
    of_companies = row.kind == DuplicateKind.company.value
    return sa.or_(of_companies, sa.and_(*both)) if role is Role.team_lead else sa.false()


def merge_rule(row: Any, role: Role) -> Condition:
    """Merges of leads that may be seen."""
    if role in ZONE_READERS:
        return sa.true()
    kept = select(Lead.id).where(col(Lead.id) == row.kept_id, lead_rule(Lead, role))
    return kept.exists() if role is Role.team_lead else sa.false()


def introduction_rule(row: Any, role: Role) -> Condition:
    """An agent's own; all for those who take them up."""
    if role is Role.agent:
        return row.created_by_id == _ME
    return sa.true() if role in RECOGNISERS | {Role.auditor} else sa.false()


def _holds(query: Any) -> Condition:
    """Whether there is such a row, asked for each row by index: within OR, EXISTS is hashed."""
    first = query.with_only_columns(sa.literal_column("true", sa.Boolean)).limit(1)
    return sa.func.coalesce(first.scalar_subquery(), sa.false())


def evidence_link_rule(link: Any, role: Role) -> Condition:
    """Of a visit, who reads the visit; of everything else, who reads the lead."""
    is_visit = link.subject_kind == SubjectKind.visit
    visit = select(Visit.id).where(col(Visit.id) == link.subject_id, visit_rule(Visit, role))
    lead = select(Lead.id).where(col(Lead.id) == link.lead_id, lead_rule(Lead, role))
    return sa.case((is_visit, _holds(visit)), else_=_holds(lead))


def evidence_file_rule(file: Any, role: Role) -> Condition:
    """The uploader's until it is attached; then of whoever reads one of its subjects."""
    links = select(EvidenceLink.id).where(col(EvidenceLink.file_id) == file.id)
    unattached = sa.and_(file.created_by_id == _ME, sa.not_(_holds(links)))
    return sa.or_(unattached, _holds(links.where(evidence_link_rule(EvidenceLink, role))))


def ledger_rule(entry: Any, role: Role) -> Condition:
    """The own entries; for a team lead the subtree's and its combinations'."""
    if role in ZONE_READERS:
        return sa.true()
    own = sa.and_(entry.scope == Scope.officer.value, entry.scope_id == _ME)
    if role is Role.officer:
        return own
    if role is not Role.team_lead:
        return sa.false()
    units = select(Combination.id).where(col(Combination.team_id) == sa.any_(_MY_TEAMS))
    return sa.or_(
        own,
        sa.and_(entry.scope == Scope.team.value, entry.scope_id == sa.any_(_MY_TEAMS)),
        sa.and_(entry.scope == Scope.officer.value, entry.scope_id.in_(_mates())),
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


def of_officer_rule(row: Any, role: Role) -> Condition:
    """Rows kept of an officer."""
    return of_officer(row.officer_id, role)


def join_request_rule(row: Any, role: Role) -> Condition:
    """The own requests, and those of leads that may be seen."""
    if role in ZONE_READERS:
        return sa.true()
    return sa.or_(row.created_by_id == _ME, of_lead_rule(row, role))


def dispute_rule(row: Any, role: Role) -> Condition:
    """Everybody who is on either side of it."""
    if role in ZONE_READERS:
        return sa.true()
    own = select(Lead.id).where(col(Lead.id) == row.own_lead_id, lead_rule(Lead, role)).exists()
    return sa.or_(row.created_by_id == _ME, row.owner_id == _ME, of_lead_rule(row, role), own)


def transfer_rule(row: Any, role: Role) -> Condition:
    """Of any lead that is visible; an officer reads it in the lead's timeline."""
    if role is Role.officer:
        return sa.false()
    leads = select(TransferLead.id).join(Lead, col(Lead.id) == TransferLead.lead_id)
    return leads.where(col(TransferLead.transfer_id) == row.id, lead_rule(Lead, role)).exists()
