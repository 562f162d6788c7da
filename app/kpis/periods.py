"""What a month says when it is locked: every sum, kept beside the ledger that it came from.

Who posts holds `POSTING_LOCK` shared until the transaction ends (`first_open_day` in the database);
locking a month takes it alone, so that no entry of that month can be committed after its snapshot.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kpis.rollup import COMPANY

# Named in the migration's `first_open_day` too: it waits for the first and refuses for the other.
POSTING_LOCK, REBUILD_LOCK = 7_302_602, 7_302_603
_SUM = "scope, scope_id, metric, definition_version, part, dimension"
_SUMS = f"""
SELECT {_SUM}, sum(quantity) AS quantity,
       CAST(count(*) FILTER (WHERE company_id IS NOT NULL AND quantity > 0) AS int) AS company_count
FROM (
  SELECT {_SUM}, {COMPANY}, sum(quantity) AS quantity FROM ledger_entries
  WHERE counted_on >= :month AND counted_on < CAST(:month AS date) + interval '1 month'
    AND (subject_on >= :month) IS NOT FALSE
  GROUP BY 1, 2, 3, 4, 5, 6, 7
) AS companies GROUP BY {_SUM}
"""
_SNAPSHOT = f"""
INSERT INTO period_snapshots (id, period_id, {_SUM}, quantity, company_count)
SELECT gen_random_uuid(), :period_id, * FROM ({_SUMS}) AS sums
WHERE quantity <> 0 OR company_count <> 0
"""
_KEEP = sa.text(_SNAPSHOT).bindparams(
    sa.bindparam("period_id", type_=sa.Uuid), sa.bindparam("month", type_=sa.Date)
)
_MOVED = f"""
SELECT 'period_snapshots' AS "table", p.month, '' AS mechanism, d.*
FROM periods p CROSS JOIN LATERAL (
  SELECT {_SUM}, sum(quantity) AS quantity FROM (
    SELECT {_SUM}, quantity FROM period_snapshots WHERE period_id = p.id
    UNION ALL
    SELECT {_SUM}, -quantity FROM ledger_entries
    WHERE counted_on >= p.month AND counted_on < p.month + interval '1 month'
      AND (subject_on >= p.month) IS NOT FALSE
  ) AS both_sides GROUP BY {_SUM} HAVING sum(quantity) <> 0
) AS d WHERE p.status = 'locked'
"""
_OPEN = "SELECT coalesce(CAST(max(month) + interval '1 month' AS date), '-infinity') AS on_day"
FIRST_OPEN_DAY = f"{_OPEN} FROM periods WHERE status = 'locked'"


async def stop_posting(session: AsyncSession, lock: int = POSTING_LOCK) -> datetime:
    """Wait for all who have posted, hold off (or send away) all who will; answers the instant.

    Every entry committed before it was recorded before it, every later one is recorded after it.
    """
    connection = await session.connection()
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    instant = await connection.scalar(sa.select(sa.func.clock_timestamp()))
    assert isinstance(instant, datetime)
    return instant


async def keep(session: AsyncSession, period_id: UUID, month: date) -> None:
    """Keep every sum of a month; call it after `stop_posting`."""
    connection = await session.connection()
    await connection.execute(_KEEP, {"period_id": period_id, "month": month})


async def moved(session: AsyncSession) -> list[dict[str, Any]]:
    """Every sum of a locked month that is not what it was; empty unless somebody tampered."""
    connection = await session.connection()
    return [dict(row) for row in (await connection.execute(sa.text(_MOVED))).mappings()]
