"""The tree of teams."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, invalid
from app.models.ledger_entries import LedgerEntry, Scope
from app.models.officers import Officer
from app.models.roles import FIELD_ROLES
from app.models.teams import Team, TeamCreate, TeamUpdate
from app.services.access import Caller, claimed


async def create(session: AsyncSession, payload: TeamCreate) -> Team:
    """A new team under its parent."""
    team = Team.model_validate(payload)
    await _place(session, team, payload.parent_id)
    session.add(team)
    await session.flush()
    return team


async def update(
    session: AsyncSession,
    caller: Caller,
    team_id: UUID,
    payload: TeamUpdate,
    if_match: int,
) -> Team:
    """Change a team; moving it moves its subtree."""
    changes = payload.changes()
    team = await claimed(session, Team, caller, team_id, if_match, fields=frozenset(changes))
    parent_id = changes.pop("parent_id", team.parent_id)
    team.apply(changes)
    if parent_id != team.parent_id:
        await _move(session, team, parent_id)
    await session.flush()
    return team


async def delete(session: AsyncSession, caller: Caller, team_id: UUID, if_match: int) -> None:
    """Remove an empty team; 409 while anything points to it or was ever credited to it."""
    team = await claimed(session, Team, caller, team_id, if_match)
    entries = select(LedgerEntry.id).where(
        col(LedgerEntry.scope) == Scope.team, col(LedgerEntry.scope_id) == team_id
    )
    if (await session.exec(entries.limit(1))).first() is not None:
        raise Problem("in_use")
    await session.delete(team)
    await session.flush()


async def _place(session: AsyncSession, team: Team, parent_id: UUID | None) -> None:
    parent = await session.get(Team, parent_id) if parent_id else None
    if parent_id and parent is None:
        raise invalid("/parent_id", "reference_not_found")
    team.place_under(parent)


async def _move(session: AsyncSession, team: Team, parent_id: UUID | None) -> None:
    old = list(team.path)
    query = select(Team).where(col(Team.path).contains([team.id]), col(Team.id) != team.id)
    below = (await session.exec(query)).all()
    await _place(session, team, parent_id)
    for child in below:
        child.path = child.path[: len(child.path) - len(old)] + team.path


async def paths_of(session: AsyncSession, officer_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Each officer's team and its ancestors, as they stand now."""
    query = (
        select(Officer.id, col(Team.path))
        .outerjoin(Team, col(Team.id) == Officer.team_id)
        .where(_is_one_of(officer_ids))
    )
    return {officer_id: path or [] for officer_id, path in await session.exec(query)}


async def officers_of(session: AsyncSession, wanted: Mapping[str, UUID]) -> dict[UUID, Officer]:
    """The active accounts that can own leads and earn credit, by the pointer that names them.

    422 at the first pointer where there is none.
    """
    query = select(Officer).where(
        _is_one_of(wanted.values()),
        col(Officer.is_active).is_(True),
        col(Officer.role).in_(FIELD_ROLES),
    )
    known = {officer.id: officer for officer in await session.exec(query)}
    for pointer, officer_id in wanted.items():
        if officer_id not in known:
            raise invalid(pointer, "reference_not_found")
    return known


def _is_one_of(officer_ids: Iterable[UUID]) -> sa.ColumnElement[bool]:
    """One array, so that the statement is the same for any number of them."""
    return col(Officer.id) == sa.any_(sa.literal(list(officer_ids), ARRAY(sa.Uuid)))
