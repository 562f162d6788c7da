"""Logging visits: one call, the ledger posted in the same transaction."""

from typing import Any
from uuid import UUID

from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import remove_all
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.search import fold
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.companies import Company
from app.models.leads import Lead, Mechanism
from app.models.officers import Officer
from app.models.pipeline import LeadAction
from app.models.roles import Role
from app.models.teams import Team
from app.models.transition_decisions import ReversalCreate
from app.models.visits import (
    CompanyByName,
    Guest,
    Visit,
    VisitCreate,
    VisitGuest,
    VisitParticipant,
    VisitStatus,
    VisitUpdate,
    people,
)
from app.services.access import Caller, claimed, readable
from app.services.companies import check_present
from app.services.leads import check_action


async def log_visit(session: AsyncSession, caller: Caller, payload: VisitCreate) -> Visit:
    """A visit on a lead in reach, or on any company; our people, theirs and what comes next."""
    payload.check_subject()
    lead = await _lead(session, caller, payload.lead_id) if payload.lead_id else None
    subject = {
        "lead_id": lead.id if lead else None,
        "company_id": await _company_id(session, payload, lead),
        "mechanism": payload.mechanism or (lead.mechanism if lead else Mechanism.department),
    }
    visit = Visit.model_validate(
        payload.model_dump(exclude={"company", "participant_ids", "guests"}) | subject
    )
    visit.check_dates()
    session.add(visit)
    await session.flush()
    await _add_participants(session, visit, people(payload.participant_ids) or [caller.id])
    _add_guests(session, visit, payload.guests)
    if lead is not None:
        lead.note_visit(visit.visited_on)
    await session.flush()
    await ledger.post(session, Family.visit, visit.id)
    return visit


async def _lead(session: AsyncSession, caller: Caller, lead_id: UUID) -> Lead:
    query = readable(Lead, caller).where(col(Lead.id) == lead_id).with_for_update(of=Lead)
    lead = (await session.exec(query)).one_or_none()
    if lead is None:
        raise invalid("/lead_id", "reference_not_found")
    await check_action(session, lead, caller, LeadAction.log_visit)
    return lead


async def _company_id(session: AsyncSession, payload: VisitCreate, lead: Lead | None) -> UUID:
    if lead is not None:
        if lead.company_id is None:
            raise invalid("/lead_id", "lead_without_company")
        return lead.company_id
    if payload.company is not None:
        return await _company_by_name(session, payload.company)
    assert payload.company_id is not None
    await check_present(session, payload.company_id)
    return payload.company_id


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
    return company.id


async def _add_participants(session: AsyncSession, visit: Visit, ids: list[UUID]) -> None:
    paths = await _team_paths(session, ids)
    for place, officer_id in enumerate(ids):
        if officer_id not in paths:
            raise invalid(f"/participant_ids/{place}", "reference_not_found")
        session.add(
            VisitParticipant(
                visit_id=visit.id,
                officer_id=officer_id,
                place=place,
                team_path=paths[officer_id],
            )
        )


async def _team_paths(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[UUID]]:
    """The teams above each officer who can take part in a visit."""
    query = (
        select(Officer.id, col(Team.path))
        .outerjoin(Team, col(Team.id) == Officer.team_id)
        .where(
            col(Officer.id).in_(ids),
            col(Officer.role).in_([Role.officer, Role.team_lead, Role.leader]),
        )
    )
    return {officer_id: path or [] for officer_id, path in await session.exec(query)}


def _add_guests(session: AsyncSession, visit: Visit, guests: list[Guest]) -> None:
    for place, guest in enumerate(guests):
        session.add(VisitGuest(visit_id=visit.id, place=place, **guest.model_dump()))


async def update(
    session: AsyncSession,
    caller: Caller,
    visit_id: UUID,
    payload: VisitUpdate,
    if_match: int,
) -> Visit:
    """Correct a visit; the ledger follows with the difference."""
    changes = payload.changes()
    visit = await _own_visit(session, caller, visit_id, if_match, frozenset(changes))
    ids, guests = changes.pop("participant_ids", None), changes.pop("guests", None)
    if changes.get("mechanism", visit.mechanism) is None:
        raise invalid("/mechanism", "missing")
    visit.apply(changes)
    visit.check_dates()
    await _replace_people(session, visit, ids, guests)
    await session.flush()
    await ledger.post(session, Family.visit, visit.id)
    return visit


async def _own_visit(
    session: AsyncSession,
    caller: Caller,
    visit_id: UUID,
    if_match: int,
    fields: frozenset[str] = frozenset(),
) -> Visit:
    """A visit that the caller logged or that belongs to the caller's team."""
    visit = await claimed(session, Visit, caller, visit_id, if_match, fields=fields)
    visit.check_open()
    if caller.id != visit.created_by_id and caller.role is not Role.team_lead:
        raise Problem("forbidden")
    return visit


async def _replace_people(
    session: AsyncSession,
    visit: Visit,
    ids: list[UUID] | None,
    guests: list[Any] | None,
) -> None:
    if ids is not None:
        if not ids:
            raise invalid("/participant_ids", "too_short")
        if await _clear(session, VisitParticipant, visit, "officer_id", people(ids)):
            await _add_participants(session, visit, people(ids))
    if guests is not None:
        wanted = [guest.model_dump() for guest in guests]
        if await _clear(session, VisitGuest, visit, None, wanted):
            _add_guests(session, visit, guests)


async def _clear(
    session: AsyncSession,
    model: Any,
    visit: Visit,
    key: str | None,
    wanted: list[Any],
) -> bool:
    """Remove the old rows where they differ from the wanted; else nothing is written."""
    query = select(model).where(model.visit_id == visit.id).order_by(model.place)
    rows = (await session.exec(query)).all()
    held = [getattr(r, key) if key else {"name": r.name, "title": r.title} for r in rows]
    if held == wanted:
        return False
    visit.touch()
    await remove_all(session, rows)
    return True


async def reverse(
    session: AsyncSession,
    caller: Caller,
    visit_id: UUID,
    payload: ReversalCreate,
    if_match: int,
) -> Visit:
    """Take a visit back: it stays, counts no more, and the ledger says so."""
    visit = await _own_visit(session, caller, visit_id, if_match)
    visit.status, visit.reversal_reason = VisitStatus.reversed, payload.reason
    visit.reversed_at, visit.reversed_by_id = now(), caller.id
    await session.flush()
    await ledger.post(session, Family.visit, visit.id)
    return visit
