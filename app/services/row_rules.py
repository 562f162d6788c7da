"""Which rows of each model a role may see: a model without a rule is readable by nobody."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel, col, select

from app.core.audit import AuditEntry
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.claims import Claim
from app.models.companies import Company
from app.models.company_lists import CompanyList, CompanyListEntry
from app.models.contacts import Contact, Unmasking
from app.models.disputes import Dispute
from app.models.industry_chains import IndustryChain
from app.models.introductions import Introduction
from app.models.join_requests import JoinRequest
from app.models.lead_actions import is_in_team, is_own
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.ledger_entries import LedgerEntry, Scope
from app.models.node_presences import NodePresence
from app.models.node_statuses import NodeStatusEntry
from app.models.officers import Officer
from app.models.roles import BUSINESS_READERS, EVERYONE, RECOGNISERS, ZONE_READERS, Role
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from app.models.teams import Team
from app.models.transfers import Transfer, TransferLead
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


def _ledger(entry: Any, role: Role) -> Condition:
    if role in ZONE_READERS:
        return sa.true()
    own = sa.and_(entry.scope == Scope.officer.value, entry.scope_id == _ME)
    if role is Role.officer:
        return own
    if role is not Role.team_lead:
        return sa.false()
    mates = select(Officer.id).where(col(Officer.team_id) == sa.any_(_MY_TEAMS))
    return sa.or_(
        own,
        sa.and_(entry.scope == Scope.team.value, entry.scope_id == sa.any_(_MY_TEAMS)),
        sa.and_(entry.scope == Scope.officer.value, entry.scope_id.in_(mates)),
    )


def _join_request(row: Any, role: Role) -> Condition:
    if role in ZONE_READERS:
        return sa.true()
    return sa.or_(row.created_by_id == _ME, _of_lead(row, role))


def _dispute(row: Any, role: Role) -> Condition:
    """Everybody who is on either side of it."""
    if role in ZONE_READERS:
        return sa.true()
    own = select(Lead.id).where(col(Lead.id) == row.own_lead_id, _lead(Lead, role)).exists()
    return sa.or_(row.created_by_id == _ME, row.owner_id == _ME, _of_lead(row, role), own)


def _transfer(row: Any, role: Role) -> Condition:
    """Of any lead that is visible; an officer reads it in the lead's timeline."""
    if role is Role.officer:
        return sa.false()
    leads = select(TransferLead.id).join(Lead, col(Lead.id) == TransferLead.lead_id)
    return leads.where(col(TransferLead.transfer_id) == row.id, _lead(Lead, role)).exists()


RULES: dict[type[SQLModel], Rule] = {
    Officer: _roles(*(EVERYONE - {Role.agent})),
    Team: _roles(*(EVERYONE - {Role.agent})),
    Company: _company,
    CompanyList: _roles(*BUSINESS_READERS),
    CompanyListEntry: _roles(*BUSINESS_READERS),
    IndustryChain: _roles(*BUSINESS_READERS),
    ChainNode: _roles(*BUSINESS_READERS),
    ChainLink: _roles(*BUSINESS_READERS),
    NodePresence: _roles(*BUSINESS_READERS),
    NodeStatusEntry: _roles(*BUSINESS_READERS),
    Contact: _contact,
    Unmasking: _unmasking,
    Introduction: _introduction,
    Lead: _lead,
    LeadMember: _of_lead,
    Claim: _of_lead,
    JoinRequest: _join_request,
    Dispute: _dispute,
    Transfer: _transfer,
    StageTransition: _of_lead,
    StageCredit: _roles(*BUSINESS_READERS),
    Visit: _visit,
    VisitParticipant: _roles(*BUSINESS_READERS),
    VisitGuest: _roles(*BUSINESS_READERS),
    LedgerEntry: _ledger,
    ZoneProfile: _roles(*(EVERYONE - {Role.agent})),
    AuditEntry: _roles(Role.audit_admin, Role.auditor),
}


def row_rule(entity: Any, role: str) -> list[Condition]:
    """What a row of a model (a table or its alias) must fulfil for a role to see it."""
    return [RULES[sa.inspect(entity).mapper.class_](entity, Role(role))]
