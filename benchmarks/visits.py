"""Visits of leads, made inside PostgreSQL: ten million rows take minutes and not hours.

Each visit falls on a lead at random, day after day, by the lead's owner and two times in five by a
colleague too. The dice are PostgreSQL's, thrown by one process from a fixed seed.
"""

import random
from typing import Any

import asyncpg

from app.models.roles import Role
from app.models.visits import Visit, VisitKind, VisitParticipant
from benchmarks import rows
from benchmarks.loading import Step
from benchmarks.rows import DAYS, FIRST_DAY

_CHUNK = 250_000
_WEIGHTS = {
    VisitKind.outbound: 5,
    VisitKind.inbound: 3,
    VisitKind.local: 2,
    VisitKind.online: 2,
}
_KINDS = [kind.value for kind, weight in _WEIGHTS.items() for _ in range(weight)]
_NUMBERED = f"""
CREATE TEMP TABLE deals AS
SELECT CAST(row_number() OVER (ORDER BY id) AS int) - 1 AS n, id AS lead_id, company_id, mechanism,
  owner_id FROM leads;
CREATE TEMP TABLE crew AS
SELECT CAST(row_number() OVER (ORDER BY o.id) AS int) - 1 AS n, o.id AS officer_id,
  t.path AS team_path FROM officers o JOIN teams t ON t.id = o.team_id
  WHERE o.role <> '{Role.leader}';
ANALYZE deals; ANALYZE crew
"""  # noqa: S608  constants
_SUMMARY = "赴企业总部拜访，介绍园区产业基础和载体条件"


def _id_at(what: str) -> str:
    """A UUIDv7 of the time `at` (as `rows.id_at`), made of a text that only this row has."""
    hexes = "lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0')"
    return f"""(SELECT CAST({hexes} || '7' || left(h, 3) || '8' || substr(h, 4, 15) AS uuid)
      FROM md5({what}) AS h)"""  # noqa: S608  constants


# One statement for a chunk of visits and those who went; $1, $2: first and last number.
_MAKE = """
WITH thrown AS MATERIALIZED (
  SELECT i, (DATE '{first}' + CAST(i * {days} / {count} AS int)) AS day,
         CAST(floor(random() * {leads}) AS int) AS lead_n,
         CASE WHEN random() < 0.4 THEN CAST(floor(random() * {officers}) AS int) END AS other_n,
         (CAST('{{{kinds}}}' AS text[]))[1 + CAST(floor(random() * {kind_count}) AS int)] AS kind,
         CAST(1 + floor(random() * 8) AS int) AS guests
  FROM generate_series($1::bigint, $2::bigint) AS i
),
timed AS (SELECT *, (day + TIME '04:00') AT TIME ZONE 'UTC' AS at FROM thrown),
planned AS MATERIALIZED (
  SELECT timed.*, {visit_id} AS visit_id, deals.*, crew.officer_id AS other_id
  FROM timed JOIN deals ON deals.n = lead_n LEFT JOIN crew ON crew.n = other_n ORDER BY i
),
made AS ({visits} FROM planned CROSS JOIN visit_pattern AS pattern)
{participants} FROM planned
CROSS JOIN LATERAL (VALUES (0, owner_id), (1, other_id)) AS going (place, going_id)
JOIN crew ON crew.officer_id = going_id
CROSS JOIN participant_pattern AS pattern
WHERE going.place = 0 OR going_id <> owner_id
"""


async def make(connection: asyncpg.Connection, dice: random.Random, count: int, step: Step) -> None:
    """`count` visits, spread evenly over the days of the world."""
    advance = step("visits", count)
    await connection.execute("SELECT setseed($1)", dice.random())
    await connection.execute(_NUMBERED)
    await _pattern(connection, "visit_pattern", Visit, summary=_SUMMARY)
    await _pattern(connection, "participant_pattern", VisitParticipant)
    statement = await _statement(connection, count)
    for start in range(0, count, _CHUNK):
        end = min(count, start + _CHUNK)
        await connection.execute(statement, start, end - 1)
        advance(end - start)


async def _pattern(connection: asyncpg.Connection, name: str, model: Any, **values: Any) -> None:
    """One row of defaults: a column that is added to the model needs no change here."""
    await connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT * FROM {model.__tablename__} WITH NO DATA"  # noqa: S608  constants
    )
    await connection.copy_records_to_table(
        name, records=[rows.row(model, **values)], columns=list(rows.columns(model))
    )


async def _statement(connection: asyncpg.Connection, count: int) -> str:
    return _MAKE.format(
        first=FIRST_DAY,
        days=DAYS,
        count=count,
        leads=await connection.fetchval("SELECT count(*) FROM deals"),
        officers=await connection.fetchval("SELECT count(*) FROM crew"),
        kinds=",".join(_KINDS),
        kind_count=len(_KINDS),
        visit_id=_id_at("'visit' || i"),
        visits=_insert(
            Visit,
            id="visit_id",
            lead_id="planned.lead_id",
            company_id="planned.company_id",
            kind="planned.kind",
            visited_on="day",
            mechanism="planned.mechanism",
            guest_count="guests",
            created_at="at",
            created_by_id="owner_id",
            updated_at="at",
        ),
        participants=_insert(
            VisitParticipant,
            id=_id_at("'visit' || i || ' ' || going.place"),
            visit_id="planned.visit_id",
            officer_id="going_id",
            place="going.place",
            team_path="crew.team_path",
        ),
    )


def _insert(model: Any, **given: str) -> str:
    """INSERT with what is given; everything else as in the pattern."""
    names = list(rows.columns(model))
    values = ", ".join(given.get(name, f"pattern.{name}") for name in names)
    return f"INSERT INTO {model.__tablename__} ({', '.join(names)}) SELECT {values}"
