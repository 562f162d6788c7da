"""Around the load: indexes taken away and put back, ledger and sums filled from the definitions."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import asyncpg

from app.kpis.ledger import METRICS, facts_of
from app.kpis.metrics import Family
from app.kpis.rollup import BOTH_MECHANISMS, COUNTS, KEY, OF_ENTRY, RECOUNTED, SPREAD_KEY
from app.kpis.versions import definitions
from app.models.ledger_entries import LedgerEntry
from benchmarks.rows import DAYS, FIRST_DAY

Step = Callable[[str, int], Callable[[int], None]]
_OWN = {
    "id",
    "quantity",
    "recorded_at",
    "fact_on",
    "adjusts_period",
    "subject_on",
    "is_redefinition",
    "reverses_id",
}
_KEYS = ", ".join(name for name in LedgerEntry.model_fields if name not in _OWN)
_POST = f"""
WITH {{facts}}
INSERT INTO ledger_entries (id, {_KEYS}, quantity, fact_on, is_redefinition)
SELECT gen_random_uuid(), {_KEYS}, sum(quantity), counted_on, false FROM ({{wanted}}) AS wanted
GROUP BY {_KEYS} HAVING sum(quantity) <> 0
"""  # noqa: S608  definitions of the package
# Added up as a fold does. Nothing that is counted is negative: without the zeros, this is what the
# ledger holds.
_SUM = f"""
WITH {{facts}},
entry AS (
  SELECT {OF_ENTRY}, sum(quantity) AS quantity
  FROM ({{wanted}}) AS wanted WHERE quantity <> 0 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
),
added AS MATERIALIZED (
  SELECT {SPREAD_KEY}, company_id, sum(quantity) AS quantity
  FROM entry {BOTH_MECHANISMS} GROUP BY {SPREAD_KEY}, company_id
),
companies AS (
  INSERT INTO kpi_company_months ({KEY}, company_id, quantity)
  SELECT {KEY}, company_id, quantity FROM added
  WHERE company_id IS NOT NULL ORDER BY {KEY}, company_id
)
INSERT INTO month_sums ({KEY}, quantity) SELECT {KEY}, sum(quantity) FROM added GROUP BY {KEY}
"""  # noqa: S608  as above
_MONTH_SUMS = f"CREATE TEMP TABLE month_sums AS SELECT {KEY}, quantity FROM kpi_months"  # noqa: S608
_SUMS_BY_MONTH = f"""
INSERT INTO kpi_months ({KEY}, quantity, {COUNTS})
SELECT {KEY}, quantity, {", ".join(f"coalesce({name}, 0)" for name in COUNTS.split(", "))}
FROM month_sums LEFT JOIN ({RECOUNTED}) AS counted USING ({KEY}) ORDER BY month, {KEY}
"""  # noqa: S608  as above


async def drop_indexes(connection: asyncpg.Connection) -> dict[str, str]:
    """Take away every index that is no constraint's; answers how to make them again."""
    found = await connection.fetch(
        "SELECT indexname, indexdef, attstattarget AS counted FROM pg_indexes"
        " JOIN pg_attribute ON attrelid = indexname::regclass AND attnum = 1"
        " WHERE schemaname = 'public' AND indexname LIKE ANY ('{ix_%,uq_%}')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    for index in found:
        await connection.execute(f'DROP INDEX "{index["indexname"]}"')
    return {index["indexname"]: _definition(index) for index in found}


def _definition(index: asyncpg.Record) -> str:
    """The statements that make an index again, with how much is to be known of what it holds."""
    if index["counted"] in {None, -1}:
        return index["indexdef"]
    return (
        f"{index['indexdef']};"
        f"ALTER INDEX {index['indexname']} ALTER COLUMN 1 SET STATISTICS {index['counted']}"
    )


async def create_indexes(
    connection: asyncpg.Connection, indexes: dict[str, str], step: Step
) -> None:
    """Put the indexes back."""
    advance = step("indexes", len(indexes))
    for definition in indexes.values():
        await connection.execute(definition)
        advance(1)


def _portions() -> Iterator[tuple[Family, str]]:
    """Whose facts are counted at once: visits by the month, for the sake of memory; then leads."""
    month, end = FIRST_DAY, FIRST_DAY + timedelta(days=DAYS)
    while month < end:
        after = (month + timedelta(days=31)).replace(day=1)
        yield Family.visit, f"v.visited_on >= '{month}' AND v.visited_on < '{after}'"
        month = after
    yield Family.lead, "true"


async def post(connection: asyncpg.Connection, step: Step) -> None:
    """Fill the ledger with what the definitions say."""
    portions = list(_portions())
    advance = step("ledger", len(portions))
    for family, subject in portions:
        await connection.execute(
            _POST.format(facts=_facts(family, subject), wanted=_wanted(family))
        )
        advance(1)


async def sum_up(connection: asyncpg.Connection, step: Step) -> None:
    """Fill the monthly sums with the rows that folding would have made, in its order."""
    portions = list(_portions())
    advance = step("monthly sums", len(portions) + 1)
    await connection.execute(_MONTH_SUMS)
    key = await _drop_key(connection, "kpi_company_months")
    for family, subject in portions:
        await connection.execute(_SUM.format(facts=_facts(family, subject), wanted=_wanted(family)))
        advance(1)
    await connection.execute(_SUMS_BY_MONTH)
    await connection.execute(key)
    advance(1)


async def _drop_key(connection: asyncpg.Connection, table: str) -> str:
    """Take away a primary key that nothing refers to; answers how to make it again."""
    [(name, definition)] = await connection.fetch(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = $1::text::regclass AND contype = 'p'",
        table,
    )
    await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"


def _facts(family: Family, subject: str) -> str:
    return f"{definitions(METRICS)}, {facts_of(family, subject)}"


def _wanted(family: Family) -> str:
    """What one family of metrics counts: the definitions' own SELECTs."""
    selects = (select for metric in METRICS.values() for select, _ in metric.selects(family))
    return " UNION ALL ".join(selects)
