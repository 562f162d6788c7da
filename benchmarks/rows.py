"""Rows for COPY: how one is made, and those of teams, officers and companies.

Columns that are not named take the default of the model, so a column that is added to a model with
a default needs no change here.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import PydanticUndefined

from app.models.codes import SYNTHETIC_COUNT, synthetic_credit_code
from app.models.companies import Company
from app.models.officers import Officer
from app.models.roles import Role
from app.models.teams import Team
from benchmarks.names import Derived

FIRST_DAY, DAYS = date(2024, 1, 1), 731
MONTH, YEAR = "2025-06", "2025"
TEAM_COUNT = 10
_NO_LOGIN = "!"
Row = tuple[Any, ...]
Rows = dict[Any, list[Row]]


@lru_cache
def columns(model: Any) -> dict[str, Any]:
    """The columns of a table with the values that they take where none is given."""
    found = {}
    for name, info in model.model_fields.items():
        value = info.get_default(call_default_factory=True, validated_data={})
        found[name] = None if value is PydanticUndefined else value
    return found


def row(model: Any, **values: Any) -> Row:
    """One row, its values in the order of `columns`."""
    return tuple((columns(model) | values).values())


def id_at(dice: random.Random, at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562) of that time: ids grow with time, as in production."""
    head = int(at.timestamp() * 1000) << 80
    return UUID(int=head | 7 << 76 | dice.getrandbits(12) << 64 | 2 << 62 | dice.getrandbits(62))


def noon(day: date) -> datetime:
    """Some hour of a day, in UTC."""
    return datetime.combine(day, time(4), UTC)


@dataclass(frozen=True)
class Member:
    """One of the officers, with the teams above."""

    id: UUID
    role: Role
    team_id: UUID
    team_path: list[UUID]


def people(dice: random.Random, count: int) -> tuple[list[Member], Rows]:
    """One bureau of ten teams; `count` officers: a leader, ten team leads, the others."""
    at = noon(FIRST_DAY)
    bureau, *teams = (id_at(dice, at) for _ in range(TEAM_COUNT + 1))
    paths = {bureau: [bureau]} | {team: [team, bureau] for team in teams}
    members = [Member(id_at(dice, at), Role.leader, bureau, paths[bureau])]
    for index in range(count - 1):
        team = teams[index % TEAM_COUNT]
        role = Role.team_lead if index < TEAM_COUNT else Role.officer
        members.append(Member(id_at(dice, at), role, team, paths[team]))
    return members, {
        Team: [_team(team, index, paths[team]) for index, team in enumerate(paths)],
        Officer: [_officer(member, index) for index, member in enumerate(members)],
    }


def _team(team: UUID, index: int, way: list[UUID]) -> Row:
    name = f"产业组{index:02d}" if index else "投资促进局"
    kind, parent = ("industry_team", way[-1]) if index else ("bureau", None)
    names = {"name": name, "search_text": name, "name_sort": name}
    return row(Team, id=team, kind=kind, parent_id=parent, path=way, **names)


def _officer(member: Member, index: int) -> Row:
    name = f"招商员{index:03d}"
    return row(
        Officer,
        id=member.id,
        name=name,
        search_text=name,
        name_sort=name,
        username=f"bench{index:03d}",
        role=member.role,
        team_id=member.team_id,
        password_hash=_NO_LOGIN,
    )


def spread(index: int, count: int) -> date:
    """The day of item `index` of `count`, spread evenly over the 24 months."""
    return FIRST_DAY + timedelta(days=index * DAYS // count)


def credit_code(index: int) -> str | None:
    """Four of five companies have a code, as long as there are valid fictional ones."""
    return synthetic_credit_code(index) if index % 5 and index < SYNTHETIC_COUNT else None


def company(dice: random.Random, index: int, count: int, name: str, more: Derived) -> Row:
    """One company."""
    at = noon(spread(index, count)) + timedelta(seconds=index % 3600)
    search_text, name_sort, name_keys = more
    return row(
        Company,
        id=id_at(dice, at),
        name=name,
        credit_code=credit_code(index),
        search_text=search_text,
        name_sort=name_sort,
        name_keys=name_keys,
        created_at=at,
        updated_at=at,
    )
