"""What a visit is on: a lead in reach or any company; and the teams above those who take part."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.search import fold
from app.core.shapes import visible
from app.core.statements import Statement, compiled, first
from app.models.companies import Company
from app.models.lead_actions import within_reach
from app.models.leads import Lead
from app.models.mechanisms import Mechanism
from app.models.officers import Officer
from app.models.pipeline import LeadAction, LeadStatus, Stage, Standing, Track
from app.models.roles import FIELD_ROLES, Role
from app.models.teams import Team
from app.models.visits import CompanyByName, VisitCreate
from app.services.access import Caller
from app.services.companies import check_present
from app.services.duplicate_pairs import open_pairs
from app.services.leads import check_standing

TeamPaths = dict[UUID, list[UUID]]
# JSON from each officer of `officer_ids` who can take part in a visit to the teams above.
_PATHS = (
    select(sa.func.jsonb_object_agg(sa.cast(Officer.id, sa.Text), sa.func.to_jsonb(Team.path)))
    .select_from(Officer)
    .outerjoin(Team, col(Team.id) == Officer.team_id)
    .where(
        col(Officer.id) == sa.any_(sa.bindparam("officer_ids", type_=ARRAY(sa.Uuid))),
        col(Officer.role).in_([sa.literal_column(f"'{role}'") for role in sorted(FIELD_ROLES)]),
    )
    .scalar_subquery()
)
_ANSWERED: tuple[Any, ...] = (
    Lead.id, Lead.company_id, Lead.mechanism, Lead.combination_id,
    Lead.status, Lead.stage, Lead.track, Lead.is_pending, Lead.is_completion_open,
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """What the visit takes from its lead or company, and from those who take part."""

    lead_id: UUID | None
    company_id: UUID
    mechanism: Mechanism
    team_paths: TeamPaths
    combination_id: UUID | None = None


async def subject_of(
    session: AsyncSession, caller: Caller, payload: VisitCreate, ids: list[UUID]
) -> Subject:
    """The lead or company of a new visit, and the teams above `ids`."""
    if payload.lead_id is not None:
        return await _on_lead(session, caller, payload, ids)
    if payload.company is not None:
        company_id = await _company_by_name(session, payload.company)
    else:
        assert payload.company_id is not None
        company_id = payload.company_id
        await check_present(session, company_id)
    return Subject(None, company_id, Mechanism.department, await team_paths(session, ids))


async def _on_lead(
    session: AsyncSession, caller: Caller, payload: VisitCreate, ids: list[UUID]
) -> Subject:
    binds = {
        **caller.binds,
        "lead_id": payload.lead_id,
        "visited_on": payload.visited_on,
        "now": now(),
        "officer_ids": ids,
    }
    lead = await first(session, _noted_lead(caller.role), binds)
    if lead is None:
        raise invalid("/lead_id", "reference_not_found")
    if not lead.is_reached:
        raise Problem("forbidden")
    check_standing(_standing(lead), caller, LeadAction.log_visit)
    if lead.company_id is None:
        raise invalid("/lead_id", "lead_without_company")
    paths = _by_officer(lead.team_paths)
    mechanism = Mechanism(lead.mechanism)
    return Subject(lead.id, lead.company_id, mechanism, paths, lead.combination_id)


@lru_cache
def _noted_lead(role: Role) -> Statement:
    """Locks the lead, remembers its latest contact and answers what a visit needs of it.

    The date follows from the visit, whose own audit entry says who logged it and when.
    """
    visited_on = sa.bindparam("visited_on", type_=sa.Date)
    is_later = or_(col(Lead.last_visited_on).is_(None), col(Lead.last_visited_on) < visited_on)
    moment = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    noted = sa.update(Lead).where(
        col(Lead.id) == sa.bindparam("lead_id", type_=sa.Uuid), *visible(Lead, role)
    )
    noted = noted.values(
        last_visited_on=sa.func.greatest(col(Lead.last_visited_on), visited_on),
        version=col(Lead.version) + sa.cast(is_later, sa.Integer),
        updated_at=sa.case((is_later, moment), else_=col(Lead.updated_at)),
    )
    reached = within_reach(Lead, role).label("is_reached")
    answered = (*_ANSWERED, reached, _PATHS.label("team_paths"))
    return compiled(noted.returning(*answered))


def _standing(lead: Any) -> Standing:
    return Standing(
        LeadStatus(lead.status),
        Stage(lead.stage),
        lead.track and Track(lead.track),
        lead.is_pending,
        lead.is_completion_open,
    )


async def _company_by_name(session: AsyncSession, named: CompanyByName) -> UUID:
    """By 统一社会信用代码, else by equal name; created where nobody knew it."""
    by_name = col(Company.name_keys).contains([fold(named.name)])
    known = by_name
    if named.credit_code is not None:
        has_code = col(Company.credit_code) == named.credit_code
        known = or_(has_code, and_(by_name, col(Company.credit_code).is_(None)))
    query = (
        select(Company.id)
        .where(known, col(Company.deleted_at).is_(None))
        .order_by(col(Company.credit_code).nulls_last(), col(Company.id))
    )
    company_id = (await session.exec(query)).first()
    if company_id is not None:
        return company_id
    company = Company(name=named.name, credit_code=named.credit_code)
    session.add(company)
    await session.flush()
    await open_pairs(session, [company], with_similar=False)
    return company.id


async def team_paths(session: AsyncSession, ids: list[UUID]) -> TeamPaths:
    """The teams above each officer who can take part in a visit."""
    found = await session.exec(select(_PATHS), params={"officer_ids": ids})
    return _by_officer(found.one())


def _by_officer(paths: dict[str, list[str]] | None) -> TeamPaths:
    return {UUID(one): [UUID(team) for team in path or ()] for one, path in (paths or {}).items()}
