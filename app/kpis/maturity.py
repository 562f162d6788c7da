"""Writing down which agreed starts were due: what R03 (`matured`) and R06 count by."""

from collections.abc import Callable

from app.core.clock import today
from app.core.db import Database, driver
from app.kpis import ledger
from app.kpis.metrics import Family

AT_ONCE = 500

# Opening (开业) has no start of its own: its day is the one on which it is to open.
_NOTE = """
WITH due AS MATERIALIZED (
  SELECT t.id, t.lead_id, d.start_by
  FROM leads l
  JOIN stage_transitions t ON t.lead_id = l.id AND t.kind = 'advance' AND t.to_stage = 'signed'
    AND t.status = 'recognised'
  JOIN agreements a ON a.lead_id = l.id AND a.kind = 'investment' AND a.status = 'active'
  CROSS JOIN LATERAL (
    SELECT CASE WHEN l.track = 'opening' THEN coalesce(a.start_by, a.produce_by)
           ELSE a.start_by END AS start_by
  ) AS d
  WHERE d.start_by < $1
    AND NOT EXISTS (SELECT FROM passed_deadlines p WHERE p.transition_id = t.id)
  ORDER BY l.id LIMIT $2 FOR UPDATE OF l
),
noted AS (
  INSERT INTO passed_deadlines (id, transition_id, start_by)
  SELECT gen_random_uuid(), id, start_by FROM due ON CONFLICT DO NOTHING
)
SELECT lead_id FROM due
"""


async def mature(
    database: Database, report: Callable[[int, int | None], None], limit: int = AT_ONCE
) -> int:
    """Note every deadline before today and post its leads, `limit` in a transaction; how many."""
    count, found = 0, limit
    while found == limit:
        async with database.transaction() as session:
            rows = await (await driver(session)).fetch(_NOTE, today(), limit)
            await ledger.post_all(session, Family.lead, [row["lead_id"] for row in rows])
        found = len(rows)
        count += found
        report(count, None)
    return count
