"""The monthly sums: writers append to `kpi_pending`, one folder at a time adds that to the sums.

A number of whole months is folded plus pending, read in one snapshot: exact whether or not anything
has been folded. A fold is one transaction, so a killed one leaves everything as it was; rows go in
in the order of their key, so that a month's sums lie together. Each entry
counts twice, under its mechanism and under the empty one: a company visited under two mechanisms
is one company, and a summary without a filter reads one row instead of one per mechanism.

Companies are counted as they come in: a month's row says how many its quarter, half and year count
to its end beyond what they counted to its beginning, so that these steps add up (decision 29).
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
# Each column of `kpi_months` counts the companies of a span: the month's own, and from when on.
SPANS = {
    "company_count": "month",
    "quarter_company_count": "CAST(date_trunc('quarter', month) AS date)",
    "half_company_count": "make_date(CAST(date_part('year', month) AS int),"
    " CASE WHEN date_part('month', month) < 7 THEN 1 ELSE 7 END, 1)",
    "year_company_count": "CAST(date_trunc('year', month) AS date)",
}
COUNTS = ", ".join(SPANS)
_COMPANY = f"{KEY.replace('month, ', '')}, company_id"
# What has no mechanism (Q13) is there once all the same.
BOTH_MECHANISMS = """CROSS JOIN LATERAL (
  SELECT entry.mechanism WHERE entry.mechanism <> '' UNION ALL SELECT ''
) AS counted(mechanism)"""
SPREAD_KEY = KEY.replace("mechanism", "counted.mechanism")


def _steps(rows: str) -> str:
    """What `rows` (key, company, quantity, `side` ±1) add to each count of their month.

    A company counts while its quantities since the span's first day are above nothing.
    """
    total = f"sum(quantity) OVER (PARTITION BY side, {_COMPANY}, {{}} ORDER BY month)"
    totals = ", ".join(f"{total.format(start)} AS {name}" for name, start in SPANS.items())
    step = "side * (CAST({0} > 0 AS int) - CAST({0} - quantity > 0 AS int))"
    steps = ", ".join(f"sum({step.format(name)}) AS {name}" for name in SPANS)
    return f"""SELECT {KEY}, {steps} FROM (
      SELECT side, {KEY}, quantity, {totals} FROM ({rows}) AS quantities
    ) AS totals GROUP BY {KEY}"""


_SAME_COMPANY = " AND ".join(f"k.{name} = t.{name}" for name in _COMPANY.split(", "))
# Without OFFSET the planner may read all companies of all years instead of one range each.
_OF_TOUCHED_YEARS = f"""
  SELECT k.* FROM (
    SELECT DISTINCT {_COMPANY}, CAST(date_trunc('year', month) AS date) AS year FROM added
    WHERE company_id IS NOT NULL
  ) AS t CROSS JOIN LATERAL (
    SELECT {KEY}, company_id, quantity FROM kpi_company_months k
    WHERE {_SAME_COMPANY} AND k.month >= t.year AND k.month < t.year + interval '1 year'
    OFFSET 0
  ) AS k
"""
_SIDES = f"""
  SELECT -1 AS side, {KEY}, company_id, quantity FROM held
  UNION ALL
  SELECT 1, {KEY}, company_id, sum(quantity) FROM (
    TABLE held UNION ALL
    SELECT {KEY}, company_id, quantity FROM added WHERE company_id IS NOT NULL
  ) AS after GROUP BY {KEY}, company_id
"""
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
),
held AS MATERIALIZED ({_OF_TOUCHED_YEARS}),
moved AS (SELECT * FROM ({_steps(_SIDES)}) AS steps WHERE ({COUNTS}) <> (0, 0, 0, 0)),
months AS (
  INSERT INTO kpi_months AS held ({KEY}, quantity, {COUNTS})
  SELECT {KEY}, sum(quantity), {", ".join(f"sum({name})" for name in SPANS)} FROM (
    SELECT {KEY}, quantity, 0, 0, 0, 0 FROM added UNION ALL SELECT {KEY}, 0, {COUNTS} FROM moved
  ) AS news ({KEY}, quantity, {COUNTS}) GROUP BY {KEY} ORDER BY {KEY}
  ON CONFLICT ({KEY}) DO UPDATE SET
    {", ".join(f"{name} = held.{name} + excluded.{name}" for name in ("quantity", *SPANS))}
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


# The steps once more from all companies: what every column of counts should hold.
RECOUNTED = _steps(f"SELECT 1 AS side, {KEY}, company_id, quantity FROM kpi_company_months")
_MISCOUNTED = f"""
UNION ALL
SELECT count.name, {KEY}, coalesce(count.wanted, 0) - count.held
FROM kpi_months AS held LEFT JOIN ({RECOUNTED}) AS recounted USING ({KEY})
CROSS JOIN LATERAL (VALUES
  {", ".join(f"('{name}', recounted.{name}, held.{name})" for name in SPANS)}
) AS count (name, wanted, held) WHERE coalesce(count.wanted, 0) <> count.held
"""
_DIFFERENCES = f"""
WITH {_BOTH_SIDES}
{_missing("kpi_months", KEY)}
UNION ALL
{_missing("kpi_company_months", f"{KEY}, company_id", "company_id IS NOT NULL")}
{_MISCOUNTED}
"""


async def differences(session: AsyncSession) -> list[dict[str, Any]]:
    """Every key whose sum (or count of companies) is not what the ledger says; empty when exact.

    `table` names what is wrong, `quantity` is what is missing there.
    """
    connection = await session.connection()
    rows = await connection.execute(sa.text(_DIFFERENCES))
    return [dict(row) for row in rows.mappings()]
