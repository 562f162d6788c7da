"""Trips and events: logged with our people, corrected, taken back; the ledger follows each time."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Patch
from app.core.bulk import remove_all
from app.core.errors import Problem, invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.events import Event, EventCreate, EventParticipant
from app.models.transition_decisions import ReversalCreate
from app.models.trips import Trip, TripCreate, TripParticipant
from app.models.visits import people
from app.services import periods
from app.services.access import Caller, claimed
from app.services.visit_subjects import TeamPaths, team_paths

Activity = TypeVar("Activity", Trip, Event)
_PEOPLE: dict[Any, tuple[Any, str]] = {
    Trip: (TripParticipant, "trip_id"),
    Event: (EventParticipant, "event_id"),
}


def check_mine(caller: Caller, team_path: Sequence[UUID], *officers: UUID | None) -> None:
    """403 unless one's own, or of a team that the caller leads."""
    is_of_team = caller.leads_team and not set(team_path).isdisjoint(caller.team_ids)
    if caller.id not in officers and not is_of_team:
        raise Problem("forbidden")


async def log(
    session: AsyncSession, caller: Caller, model: type[Activity], payload: TripCreate | EventCreate
) -> Activity:
    """An activity whole to its organiser, with those who took part."""
    organiser_id = payload.organiser_id or caller.id
    ids = people(payload.participant_ids) or [organiser_id]
    paths = await team_paths(session, [organiser_id, *ids])
    placed = {"organiser_id": organiser_id, "team_path": _path(paths, organiser_id)}
    fields = payload.model_dump(exclude={"participant_ids"}) | placed
    activity = model.model_validate(fields)
    activity.check()
    await periods.check_day(session, activity.counted_on, activity.late_reason)
    session.add(activity)
    await session.flush()
    _add_participants(session, activity, ids, paths)
    await _posted(session, activity)
    return activity


def _path(paths: TeamPaths, officer_id: UUID) -> list[UUID]:
    if officer_id not in paths:
        raise invalid("/organiser_id", "reference_not_found")
    return paths[officer_id]


def _add_participants(
    session: AsyncSession, activity: Any, ids: list[UUID], paths: TeamPaths
) -> None:
    model, on = _PEOPLE[type(activity)]
    for place, officer_id in enumerate(ids):
        if officer_id not in paths:
            raise invalid(f"/participant_ids/{place}", "reference_not_found")
        stamped = {"officer_id": officer_id, "place": place, "team_path": paths[officer_id]}
        session.add(model(**{on: activity.id}, **stamped))


async def update(
    session: AsyncSession,
    caller: Caller,
    model: type[Activity],
    activity_id: UUID,
    payload: Patch,
    *,
    if_match: int,
) -> Activity:
    """Correct an activity; the ledger follows with the difference."""
    changes = payload.changes()
    activity = await _own(session, caller, model, activity_id, if_match, fields=frozenset(changes))
    ids: list[UUID] | None = changes.pop("participant_ids", None)
    if "organiser_id" in changes and changes["organiser_id"] != activity.organiser_id:
        organiser_id = changes["organiser_id"]
        changes["team_path"] = _path(await team_paths(session, [organiser_id]), organiser_id)
    changed = activity.apply(changes)
    activity.check()
    await periods.check_change(session, activity, changed, "from_on", "held_on")
    if ids is not None:
        await _replace_participants(session, activity, people(ids))
    await _posted(session, activity)
    return activity


async def _own(
    session: AsyncSession,
    caller: Caller,
    model: type[Activity],
    activity_id: UUID,
    if_match: int,
    *,
    fields: frozenset[str] = frozenset(),
) -> Activity:
    activity = await claimed(session, model, caller, activity_id, if_match, fields=fields)
    activity.check_open()
    check_mine(caller, activity.team_path, activity.created_by_id, activity.organiser_id)
    return activity


async def _replace_participants(session: AsyncSession, activity: Any, ids: list[UUID]) -> None:
    if not ids:
        raise invalid("/participant_ids", "too_short", min_length=1)
    model, on = _PEOPLE[type(activity)]
    query = select(model).where(getattr(model, on) == activity.id).order_by(model.place)
    rows = (await session.exec(query)).all()
    if [row.officer_id for row in rows] == ids:
        return
    activity.touch()
    await remove_all(session, rows)
    _add_participants(session, activity, ids, await team_paths(session, ids))


async def reverse(
    session: AsyncSession,
    caller: Caller,
    model: type[Activity],
    activity_id: UUID,
    payload: ReversalCreate,
    *,
    if_match: int,
) -> None:
    """Take an activity back: it stays and counts no more."""
    activity = await _own(session, caller, model, activity_id, if_match)
    activity.check_reversible()
    activity.take_back(caller.id, payload.reason)
    await _posted(session, activity)


async def _posted(session: AsyncSession, activity: Trip | Event) -> None:
    await session.flush()
    await ledger.post(session, Family.activity, activity.id)
