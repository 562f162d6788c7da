"""Logging visits: one call, the ledger posted in the same transaction."""

from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import remove_all
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.roles import Role
from app.models.transition_decisions import ReversalCreate
from app.models.visits import (
    Guest,
    Visit,
    VisitCreate,
    VisitGuest,
    VisitParticipant,
    VisitStatus,
    VisitUpdate,
    people,
)
from app.services import follow_ups, periods
from app.services.access import Caller, claimed
from app.services.trips import check_links
from app.services.visit_subjects import TeamPaths, subject_of, team_paths


async def log_visit(session: AsyncSession, caller: Caller, payload: VisitCreate) -> Visit:
    """A visit on a lead in reach, or on any company; our people, theirs and what comes next."""
    payload.check_subject()
    ids = people(payload.participant_ids) or [caller.id]
    subject = await subject_of(session, caller, payload, ids)
    placed = {
        "lead_id": subject.lead_id,
        "company_id": subject.company_id,
        "combination_id": subject.combination_id,
        "mechanism": payload.mechanism or subject.mechanism,
    }
    visit = Visit.model_validate(
        payload.model_dump(exclude={"company", "participant_ids", "guests"}) | placed
    )
    visit.check_dates()
    await periods.check_day(session, visit.visited_on, visit.late_reason)
    visit.count_guests(len(payload.guests))
    await check_links(session, caller, visit)
    session.add(visit)
    _add_participants(session, visit, ids, subject.team_paths)
    _add_guests(session, visit, payload.guests)
    await session.flush()
    await ledger.post(session, Family.visit, visit.id)
    if visit.next_action_on is not None:
        await follow_ups.begin(session, caller, visit)
    return visit


def _add_participants(
    session: AsyncSession, visit: Visit, ids: list[UUID], paths: TeamPaths
) -> None:
    for place, officer_id in enumerate(ids):
        if officer_id not in paths:
            raise invalid(f"/participant_ids/{place}", "reference_not_found")
        session.add(
            VisitParticipant(
                visit=visit,
                visit_id=visit.id,
                officer_id=officer_id,
                place=place,
                team_path=paths[officer_id],
            )
        )


def _add_guests(session: AsyncSession, visit: Visit, guests: list[Guest]) -> None:
    for place, guest in enumerate(guests):
        session.add(VisitGuest(visit=visit, visit_id=visit.id, place=place, **guest.model_dump()))


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
    changed = visit.apply(changes)
    visit.check_dates()
    await periods.check_change(session, visit, changed, "visited_on", "next_action_on")
    visit.count_guests(len(guests or []))
    await check_links(session, caller, visit)
    await _replace_people(session, visit, ids, guests)
    await session.flush()
    await ledger.post(session, Family.visit, visit.id)
    if changed & {"next_action", "next_action_on"}:
        await follow_ups.follow(session, caller, visit)
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
            paths = await team_paths(session, ids)
            _add_participants(session, visit, people(ids), paths)
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
    if visit.next_action_on is not None:
        await follow_ups.follow(session, caller, visit)
    return visit
