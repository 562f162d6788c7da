"""Around the load: indexes taken away and put back, and the ledger filled from the definitions."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.db import Database
from app.kpis import rollup
from app.kpis.ledger import METRICS
from app.kpis.metrics import Family
from app.kpis.stage_transitions import RECOGNISED
from app.kpis.visits import SCOPED_VISITS
from app.models.ledger_entries import LedgerEntry
from benchmarks.rows import DAYS, FIRST_DAY

Step = Callable[[str, int], Callable[[int], None]]
_FACTS = {Family.visit: SCOPED_VISITS, Family.lead: RECOGNISED}
_KEYS = ", ".join(
    name for name in LedgerEntry.model_fields if name not in {"id", "quantity", "recorded_at"}
)
# Conversion compares each step with every other step of the chunk: small chunks, linear cost.
_LEADS_AT_ONCE = 100
_FOLDED_AT_ONCE = 500_000


async def drop_indexes(connection: asyncpg.Connection) -> dict[str, str]:
    """Take away every index that is not a primary key; answers how to make them again."""
    found = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND indexname LIKE ANY ('{ix_%,uq_%}')"
    )
    for index in found:
        await connection.execute(f'DROP INDEX "{index["indexname"]}"')
    return {index["indexname"]: index["indexdef"] for index in found}


async def create_indexes(
    connection: asyncpg.Connection, indexes: dict[str, str], step: Step
) -> None:
    """Put the indexes back."""
    advance = step("indexes", len(indexes))
    for definition in indexes.values():
        await connection.execute(definition)
        advance(1)


async def post(connection: asyncpg.Connection, leads: list[UUID], step: Step) -> None:
    """Fill the ledger with what the definitions say: visits by the month, steps by some leads."""
    advance = step("ledger of visits", DAYS)
    for start in range(0, DAYS, 31):
        first, last = (FIRST_DAY + timedelta(days=start + n) for n in (0, 30))
        subject = f"v.visited_on BETWEEN '{first}' AND '{last}'"
        await connection.execute(_insert(Family.visit, subject))
        advance(31)
    advance, ordered = step("ledger of leads", len(leads)), sorted(leads)
    for start in range(0, len(ordered), _LEADS_AT_ONCE):
        some = ordered[start : start + _LEADS_AT_ONCE]
        subject = f"t.lead_id BETWEEN '{some[0]}' AND '{some[-1]}'"
        await connection.execute(_insert(Family.lead, subject))
        advance(len(some))


async def fill_sums(url: str, step: Step) -> None:
    """Make the monthly sums anew from the ledger, as after an import."""
    advance, database = step("monthly sums", 1), Database(url, pool_size=1)
    async with database.transaction() as session:
        await _patient(session)
        await rollup.rebuild(session)
    folded = _FOLDED_AT_ONCE
    while folded == _FOLDED_AT_ONCE:
        async with database.transaction() as session:
            await _patient(session)
            folded = await rollup.fold(session, _FOLDED_AT_ONCE)
    await database.close()
    advance(1)


async def _patient(session: AsyncSession) -> None:
    """No time limit, and memory to sort in, for this transaction."""
    connection = await session.connection()
    for setting in ("statement_timeout = 0", "work_mem = '256MB'"):
        await connection.execute(sa.text(f"SET LOCAL {setting}"))


def _insert(family: Family, subject: str) -> str:
    """What one family of metrics counts for some subjects: the definitions' own SELECTs."""
    wanted = " UNION ALL ".join(m.select for m in METRICS.values() if m.family is family)
    return f"""
WITH {_FACTS[family].format(subject=subject)}
INSERT INTO ledger_entries (id, {_KEYS}, quantity)
SELECT gen_random_uuid(), {_KEYS}, sum(quantity) FROM ({wanted}) AS wanted
GROUP BY {_KEYS} HAVING sum(quantity) <> 0
"""  # noqa: S608  definitions of the package
