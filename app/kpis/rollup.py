"""The monthly sums: writers append to `kpi_pending`, one folder at a time adds that to the sums.

A number of whole months is folded plus pending, read in one snapshot: exact whether or not anything
has been folded. A fold is one transaction, so a killed one leaves everything as it was; rows go in
in the order of their key, so that a month's sums lie together. Each entry
counts twice, under its mechanism and under the empty one: a company visited under two mechanisms
is one company, and a summary without a filter reads one row instead of one per mechanism.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.db import Database
from app.kpis.catalogue import DISTINCT

# Any number that no other advisory lock of the database uses.
_FOLDER_LOCK = 7_302_601
# About a second of work, even on a busy machine: so much a killed fold has to do again.
AT_ONCE = 10_000

KEY = "scope, mechanism, month, scope_id, metric, part, dimension, definition_version"
# Companies are told apart where they are counted, and nowhere else.
COMPANY = "CASE WHEN metric IN ({}) THEN company_id END AS company_id".format(
    ", ".join(f"'{code}'" for code in DISTINCT)
)
PENDING = f"kpi_pending ({KEY}, company_id, quantity)"
# Columns of `PENDING` as entries have them, without the quantity.
OF_ENTRY = f"""scope, mechanism, CAST(date_trunc('month', counted_on) AS date) AS month, scope_id,
metric, part, dimension, definition_version, {COMPANY}"""
# What has no mechanism (Q13) is there once all the same.
BOTH_MECHANISMS = """CROSS JOIN LATERAL (
  SELECT entry.mechanism WHERE entry.mechanism <> '' UNION ALL SELECT ''
) AS counted(mechanism)"""
SPREAD_KEY = KEY.replace("mechanism", "counted.mechanism")

_FOLD = f"""
WITH taken AS (
  DELETE FROM kpi_pending WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM kpi_pending ORDER BY id LIMIT :limit) AS oldest)
  RETURNING *
),
added AS (
  SELECT {SPREAD_KEY}, company_id, sum(quantity) AS quantity
  FROM taken AS entry {BOTH_MECHANISMS} GROUP BY {SPREAD_KEY}, company_id
),
companies AS (
  INSERT INTO kpi_company_months AS held ({KEY}, company_id, quantity)
  SELECT {KEY}, company_id, quantity FROM added
  WHERE company_id IS NOT NULL ORDER BY {KEY}, company_id
  ON CONFLICT ({KEY}, company_id) DO UPDATE SET quantity = held.quantity + excluded.quantity
  RETURNING {KEY}, company_id, quantity
),
moved AS (
  SELECT {KEY}, sum(CAST(now.quantity > 0 AS int)
                    - CAST(now.quantity - added.quantity > 0 AS int)) AS company_count
  FROM companies AS now JOIN added USING ({KEY}, company_id) GROUP BY {KEY}
),
months AS (
  INSERT INTO kpi_months AS held ({KEY}, quantity, company_count)
  SELECT {KEY}, sum(quantity), coalesce(max(company_count), 0)
  FROM added LEFT JOIN moved USING ({KEY}) GROUP BY {KEY} ORDER BY {KEY}
  ON CONFLICT ({KEY}) DO UPDATE SET quantity = held.quantity + excluded.quantity,
    company_count = held.company_count + excluded.company_count
)
SELECT count(*) FROM taken
"""

_LEDGER = f"""SELECT {OF_ENTRY}, sum(quantity) AS quantity
FROM ledger_entries GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"""
# One statement, one snapshot: an entry that is still being posted brings its own pending row. In
# the order of months the sums of a month come to lie together.
_START_AGAIN = f"""
WITH forgotten AS (DELETE FROM kpi_pending) INSERT INTO {PENDING} {_LEDGER} ORDER BY month
"""


async def fold(session: AsyncSession, limit: int = AT_ONCE) -> int:
    """Add up to `limit` pending rows to the sums; answers how many.

    0 where nothing is pending or another transaction is folding. Call it in a transaction of its
    own: the sums stay locked until it ends.
    """
    connection = await session.connection()
    ours = await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_FOLDER_LOCK)))
    if not ours:
        return 0
    return int(await connection.scalar(sa.text(_FOLD), {"limit": limit}) or 0)


async def fold_all(database: Database, limit: int = AT_ONCE) -> int:
    """Fold until little or nothing is left, a transaction per `limit` rows; answers how many."""
    count, folded = 0, limit
    while folded == limit:
        async with database.transaction() as session:
            folded = await fold(session, limit)
        count += folded
    return count


async def rebuild(session: AsyncSession) -> None:
    """Forget all sums and queue the ledger's own, to be folded anew; waits for a running fold."""
    connection = await session.connection()
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOLDER_LOCK)))
    for statement in ("DELETE FROM kpi_months", "DELETE FROM kpi_company_months", _START_AGAIN):
        await connection.execute(sa.text(statement))


_BOTH_SIDES = f"""
ledger AS (
  SELECT {SPREAD_KEY}, company_id, quantity FROM ({_LEDGER}) AS entry {BOTH_MECHANISMS}
),
waiting AS (SELECT {SPREAD_KEY}, company_id, quantity FROM kpi_pending AS entry {BOTH_MECHANISMS})
"""


def _missing(table: str, key: str, where: str = "true") -> str:
    return f"""
SELECT '{table}' AS "table", {KEY}, sum(quantity) AS quantity
FROM (
  SELECT {key}, quantity FROM ledger WHERE {where}
  UNION ALL SELECT {key}, -quantity FROM waiting WHERE {where}
  UNION ALL SELECT {key}, -quantity FROM {table}
) AS both_sides GROUP BY {key} HAVING sum(quantity) <> 0
"""


_DIFFERENCES = f"""
WITH {_BOTH_SIDES}
{_missing("kpi_months", KEY)}
UNION ALL
{_missing("kpi_company_months", f"{KEY}, company_id", "company_id IS NOT NULL")}
UNION ALL
SELECT 'company_count', {KEY}, coalesce(recounted.company_count, 0) - held.company_count
FROM kpi_months AS held LEFT JOIN (
  SELECT {KEY}, count(*) AS company_count FROM kpi_company_months WHERE quantity > 0 GROUP BY {KEY}
) AS recounted USING ({KEY})
WHERE coalesce(recounted.company_count, 0) <> held.company_count
"""


async def differences(session: AsyncSession) -> list[dict[str, Any]]:
    """Every key whose sum (or count of companies) is not what the ledger says; empty when exact.

    `table` names what is wrong, `quantity` is what is missing there.
    """
    connection = await session.connection()
    rows = await connection.execute(sa.text(_DIFFERENCES))
    return [dict(row) for row in rows.mappings()]
