"""Who sees and does what: the single source.

`readable()` is the one query that cannot return a forbidden row; lists, gets, search, KPI drills
and embedded records all start from its conditions. A model without a rule is readable by nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core.audit import AuditEntry
from app.core.base import Record
from app.core.errors import Problem
from app.core.etag import check_version
from app.core.shapes import install_row_rule, visible
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.companies import Company
from app.models.company_lists import CompanyList, CompanyListEntry
from app.models.contacts import Contact, Unmasking
from app.models.industry_chains import IndustryChain
from app.models.introductions import Introduction
from app.models.lead_actions import is_in_team, is_own, within_reach
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
from app.models.visits import Visit, VisitGuest, VisitParticipant

Condition = sa.ColumnElement[bool]
Rule = Callable[[Any, Role], Condition]
Table = TypeVar("Table", bound=SQLModel)
AnyRecord = TypeVar("AnyRecord", bound=Record)

_ME = sa.bindparam("me_id", type_=sa.Uuid)
_MY_TEAMS = sa.bindparam("me_team_ids", type_=ARRAY(sa.Uuid))


@dataclass(frozen=True)
class Caller:
    """The officer behind a request."""

    id: UUID
    role: Role
    name: str
    team_id: UUID | None
    team_ids: tuple[UUID, ...]
    session_id: UUID | None = None

    @property
    def binds(self) -> dict[str, Any]:
        """Values for the parameters of the row rules."""
        return {"me_id": self.id, "me_team_ids": list(self.team_ids)}

    @property
    def sees_zone(self) -> bool:
        """Reads the whole zone."""
        return self.role in ZONE_READERS

    @property
    def leads_team(self) -> bool:
        """Reads the team subtree."""
        return self.role is Role.team_lead


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
    StageTransition: _of_lead,
    StageCredit: _roles(*BUSINESS_READERS),
    Visit: _visit,
    VisitParticipant: _roles(*BUSINESS_READERS),
    VisitGuest: _roles(*BUSINESS_READERS),
    LedgerEntry: _ledger,
    AuditEntry: _roles(Role.audit_admin, Role.auditor),
}


def _row_rule(entity: Any, role: str) -> list[Condition]:
    return [RULES[sa.inspect(entity).mapper.class_](entity, Role(role))]


install_row_rule(_row_rule)


def readable(model: type[Table], caller: Caller) -> SelectOfScalar[Table]:
    """The rows of a model that the caller may see."""
    return select(model).where(*visible(model, caller.role)).params(**caller.binds)


async def found(
    session: AsyncSession, model: type[AnyRecord], caller: Caller, record_id: UUID
) -> AnyRecord:
    """One readable row, locked for this transaction; 404 where it is absent or hidden."""
    query = readable(model, caller).where(col(model.id) == record_id)
    row = (await session.exec(query.with_for_update(of=model))).one_or_none()
    if row is None:
        raise Problem("not_found")
    return row


async def claimed(
    session: AsyncSession,
    model: type[AnyRecord],
    caller: Caller,
    record_id: UUID,
    if_match: int,
    *,
    fields: frozenset[str] = frozenset(),
) -> AnyRecord:
    """One readable row in the version that the caller has seen; 412 where it has moved on."""
    row = await found(session, model, caller, record_id)
    await check_version(session, row, if_match, fields)
    return row


async def check_reach(session: AsyncSession, lead: Lead, caller: Caller) -> None:
    """403 where the caller may see a lead but not act on it."""
    query = select(Lead.id).where(col(Lead.id) == lead.id, within_reach(Lead, caller.role))
    if (await session.exec(query.params(**caller.binds))).first() is None:
        raise Problem("forbidden")
