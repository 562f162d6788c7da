"""Scoring the targets of a combination anew: set-based, in one transaction, repeatable."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now, today
from app.core.errors import invalid
from app.models.chain_gaps import DAY
from app.models.combinations import Combination, CombinationStatus
from app.models.gap_rows import gap_rows
from app.models.target_recomputations import TargetRecomputation, TargetRecomputationCreate
from app.services import target_scores as sql

Progress = Callable[[int, int | None], None]
# Each step and the table that it makes, whose size the planner has to know before the next.
_STEPS = (
    (sql.PAIRS, "target_pairs"),
    (sql.ABOVE, "target_above"),
    (sql.GROUPS, "target_groups"),
    (sql.LISTED, "target_listed"),
    (sql.FACTS, "target_facts"),
    (sql.SCORES, "target_scores"),
    (sql.EVIDENCE, "target_evidence"),
)
_GAPS = sa.table(
    "target_gaps", *map(sa.column, ("chain_node_id", "label", "value", "confidence", "text"))
)
_NUMBER = sa.Numeric(5, 4)


async def recompute(
    session: AsyncSession,
    payload: TargetRecomputationCreate,
    progress: Progress = lambda _done, _total: None,
) -> TargetRecomputation:
    """Propose and score as of today; what is decided stays, what changed nothing is not written."""
    chain_id = await _chain(session, payload.combination_id)
    binds = {
        "chain_id": chain_id,
        "combination_id": payload.combination_id,
        "per_node": payload.per_node,
        "as_of": today(),
        "at": now(),
        "actor_id": session.info.get("actor_id"),
    }
    counts = await _run(await session.connection(), binds, progress)
    run = TargetRecomputation.model_validate(payload, update={"as_of": binds["as_of"], **counts})
    session.add(run)
    await session.flush()
    return run


async def _chain(session: AsyncSession, combination_id: UUID) -> UUID:
    """The chain of a unit that works, after any other run of the unit has ended."""
    lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(str(combination_id), 20))
    await session.exec(select(lock))
    query = select(Combination).where(col(Combination.id) == combination_id)
    unit = (await session.exec(query)).one_or_none()
    if unit is None:
        raise invalid("/combination_id", "reference_not_found")
    if unit.status is CombinationStatus.closed:
        raise invalid("/combination_id", "combination_closed")
    if unit.industry_chain_id is None:
        raise invalid("/combination_id", "combination_without_chain")
    return unit.industry_chain_id


async def _run(connection: Any, binds: dict[str, Any], progress: Progress) -> dict[str, int]:
    steps = len(_STEPS) + 2
    await connection.exec_driver_sql(sql.GAPS)
    await connection.execute(_gaps(), binds)
    await connection.exec_driver_sql("ANALYZE target_gaps")
    progress(1, steps)
    for done, (statement, table) in enumerate(_STEPS, 2):
        await _execute(connection, statement, binds)
        if table == "target_listed":
            await connection.exec_driver_sql(sql.LISTED_BY_COMPANY)
        await connection.exec_driver_sql(f"ANALYZE {table}")
        progress(done, steps)
    written = (await _execute(connection, sql.WRITE, binds)).mappings().one()
    retired = await _execute(connection, sql.RETIRE, binds)
    await connection.exec_driver_sql(sql.DROP)
    progress(steps, steps)
    return {**written, "dropped_count": retired.rowcount}


async def _execute(connection: Any, statement: str, binds: dict[str, Any]) -> Any:
    return await connection.execute(sa.text(statement), binds)


def _gaps() -> sa.Insert:
    """Nodes with a gap, relative to the largest; unverified presences lower the confidence."""
    rows = gap_rows(sa.bindparam("chain_id", type_=sa.Uuid), DAY).c
    gap = sa.cast(rows.gap, _NUMBER)
    largest = sa.func.max(gap).over()
    sureness = sa.cast(rows.verified_count, sa.Numeric) / sa.func.nullif(rows.presence_count, 0)
    text = sa.func.concat(rows.name, " ", gap, " / ", largest)
    found = sa.select(
        rows.id,
        rows.label,
        sa.cast(gap / largest, _NUMBER),
        sa.cast(sa.func.coalesce(sureness, 1), _NUMBER),
        text,
    ).where(gap > 0)
    return sa.insert(_GAPS).from_select([column.name for column in _GAPS.c], found)
