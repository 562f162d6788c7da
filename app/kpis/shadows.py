"""A version of a definition over all facts, beside the ledger's own numbers; posted nowhere.

The version counts as if it held in all years, so that several can be laid side by side over the
same facts. One `SELECT` per metric serves here too: it is given another version to join. `build`
keeps what it finds for zones too large to be counted while somebody waits.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.db import Database, driver
from app.core.period import Days
from app.kpis.catalogue import METRICS
from app.kpis.ledger import facts_of, subject_of
from app.kpis.metrics import Family, Metric
from app.kpis.versions import AS_IF_ALWAYS

AT_ONCE = 2_000
# Whose ids are the subjects of a family.
_SUBJECTS: dict[Family, str] = {
    Family.visit: "SELECT id FROM visits",
    Family.company_list: "SELECT id FROM company_lists",
    Family.lead: "SELECT id FROM leads",
    Family.capital_arrival: "SELECT id FROM capital_arrivals",
    Family.foreign_capital_use: "SELECT id FROM foreign_capital_uses",
    Family.fixed_investment: "SELECT id FROM fixed_investments",
    Family.funding: "SELECT id FROM platform_fundings",
    Family.activity: "SELECT id FROM trips UNION ALL SELECT id FROM events",
    Family.stationing: "SELECT id FROM stationings",
    Family.service_task: "SELECT id FROM service_tasks",
    Family.commitment: "SELECT id FROM commitments",
    Family.lead_clock: "SELECT lead_id FROM lead_clocks",
    Family.follow_up: "SELECT id FROM follow_ups",
}
_KEYS = "part, dimension, subject_id, scope, scope_id, lead_id, company_id, mechanism"
# What versions count and what the ledger holds, side by side, fact by fact.
_BESIDE = """
WITH {definitions}, {facts}
SELECT {keys}, version, counted_on, sum(live) AS live_quantity, sum(quantity) AS quantity FROM (
  SELECT {keys}, definition_version AS version, counted_on, 0 AS live, quantity
  FROM ({select}) AS counted
  UNION ALL
  SELECT {keys}, version, fact_on, quantity, 0 FROM ledger_entries
  CROSS JOIN (SELECT definition_version FROM definitions) AS asked (version)
  WHERE {held} AND {subjects}
) AS both_sides
GROUP BY {keys}, version, counted_on HAVING sum(live) <> 0 OR sum(quantity) <> 0
"""
_BUILT = """
SELECT e.*, d.definition_version AS version
FROM shadow_entries e JOIN metric_definitions d ON d.id = e.definition_id
WHERE e.definition_id = ANY($1::uuid[])
"""
# A company counts once however many facts it has; all else is added.
_SUMS = """
SELECT version, scope, scope_id, part, dimension, {live} AS live, {drafted} AS drafted FROM (
  SELECT version, scope, scope_id, part, dimension, {company} AS company_id,
         sum(live_quantity) AS live, sum(quantity) AS drafted
  FROM ({source}) AS beside WHERE counted_on BETWEEN $2 AND $3 GROUP BY 1, 2, 3, 4, 5, 6
) AS companies GROUP BY 1, 2, 3, 4, 5
HAVING {live} <> 0 OR {drafted} <> 0 ORDER BY scope, scope_id, part, dimension
"""
_KEEP = """
INSERT INTO shadow_entries (id, definition_id, {keys}, counted_on, live_quantity, quantity)
SELECT gen_random_uuid(), $1, {keys}, counted_on, live_quantity, quantity FROM ({beside}) AS beside
"""


def _beside(metric: Metric, family: Family, *, is_whole: bool) -> str:
    """`$1` are the versions, or one and `$2` the subjects unless all are meant."""
    ((select, held),) = metric.selects(family)
    some = "true" if is_whole else subject_of(family).replace("= :subject_id", "= ANY($2::uuid[])")
    return _BESIDE.format(
        definitions=AS_IF_ALWAYS.format(asked="= ANY($1::uuid[])" if is_whole else "= $1::uuid"),
        facts=facts_of(family, some),
        select=select,
        held=held,
        keys=_KEYS,
        subjects="true" if is_whole else "subject_id = ANY($2::uuid[])",
    )


@lru_cache
def _statements(metric: Metric, *, is_built: bool) -> list[str]:
    """One where what is asked for was built; else one per kind of subject."""
    whole = [_beside(metric, family, is_whole=True) for family in metric.families]
    counted, company = ("sum({})", "CAST(NULL AS uuid)")
    if metric.is_distinct:
        counted, company = ("count(*) FILTER (WHERE {} > 0)", "company_id")
    return [
        _SUMS.format(
            live=counted.format("live"),
            drafted=counted.format("drafted"),
            company=company,
            source=source,
        )
        for source in ([_BUILT] if is_built else whole)
    ]


async def sums(pool: Any, metric: Metric, versions: Sequence[Any], days: Days) -> list[Any]:
    """By version, scope, part and dimension: what the ledger says, and what the version would.

    The second is `drafted`. What was built is read where all of the versions were.
    """
    ids = [version["id"] for version in versions]
    texts = _statements(metric, is_built=all(version["as_of"] for version in versions))
    return [row for text in texts for row in await pool.fetch(text, ids, days.start, days.end)]


async def build(
    database: Database,
    definition: Any,
    report: Callable[[int, int | None], None],
    limit: int = AT_ONCE,
) -> int:
    """Count a version over all facts and keep it, replacing what was kept; answers the entries.

    One transaction and one snapshot, `limit` subjects at a time: it may be killed and run again.
    """
    async with database.transaction() as session:
        connection, as_of, count = await driver(session), now(), 0
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in ("shadow_entries", "metric_shadows"):
            await connection.execute(f"DELETE FROM {table} WHERE definition_id = $1", definition.id)
        async for text, ids, done in _batches(connection, METRICS[definition.metric], limit):
            count += int((await connection.execute(text, definition.id, ids)).split()[-1])
            report(done, None)
        await connection.execute(
            "INSERT INTO metric_shadows (id, definition_id, as_of, entry_count)"
            " VALUES (gen_random_uuid(), $1, $2, $3)",
            definition.id, as_of, count,
        )  # fmt: skip
    return count


async def _batches(
    connection: Any, metric: Metric, limit: int
) -> AsyncIterator[tuple[str, Sequence[UUID], int]]:
    """The statement for each batch of subjects, with how many that makes."""
    done = 0
    for family in metric.families:
        keep = _KEEP.format(keys=_KEYS, beside=_beside(metric, family, is_whole=False))
        batch = f"SELECT id FROM ({_SUBJECTS[family]}) AS s(id) WHERE id > $1 ORDER BY id LIMIT $2"
        last = UUID(int=0)
        while ids := [row["id"] for row in await connection.fetch(batch, last, limit)]:
            last, done = ids[-1], done + len(ids)
            yield keep, ids, done
