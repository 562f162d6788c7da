"""Whether the targets below a target add up to it: told with the difference, never rescaled.

Rates do not add up to anything and are left out.
"""

from typing import Any

from app.kpis.attainment import rounded
from app.kpis.catalogue import METRICS, RATIOS
from app.kpis.pieces import decimals_of
from app.models.kpi_attainments import TargetSum, TargetSumPage, TargetSumQuery
from app.models.ledger_entries import ZONE_ID

# A team's or officer's parent is the nearest team above that has a target of its own, else the
# zone; an officer also adds to the combination of any team above.
_SUMS = f"""
WITH asked AS (
  SELECT * FROM kpi_targets
  WHERE year = $1 AND ($2::text IS NULL OR metric = $2) AND metric <> ALL($5)
),
placed AS (
  SELECT a.metric, a.scope, a.value, t.path[2:] AS above
  FROM asked a JOIN teams t ON t.id = a.scope_id WHERE a.scope = 'team'
  UNION ALL
  SELECT a.metric, a.scope, a.value, coalesce(t.path, '{{}}')
  FROM asked a JOIN officers o ON o.id = a.scope_id LEFT JOIN teams t ON t.id = o.team_id
  WHERE a.scope = 'officer'
),
below AS (
  SELECT p.metric, p.scope, p.value, coalesce(n.scope_id, '{ZONE_ID}') AS parent_id
  FROM placed p LEFT JOIN LATERAL (
    SELECT a.scope_id FROM unnest(p.above) WITH ORDINALITY AS team(id, place)
    JOIN asked a ON a.scope = 'team' AND a.scope_id = team.id AND a.metric = p.metric
    ORDER BY team.place LIMIT 1
  ) AS n ON true
  UNION ALL
  SELECT metric, scope, value, '{ZONE_ID}' FROM asked WHERE scope = 'combination'
  UNION ALL
  SELECT p.metric, p.scope, p.value, c.id
  FROM placed p JOIN combinations c ON c.team_id = ANY(p.above) WHERE p.scope = 'officer'
)
SELECT a.metric, a.scope, a.scope_id, b.scope AS child_scope, a.value,
       coalesce(t.name, c.name, '') AS name, count(*) AS child_count, sum(b.value) AS child_sum
FROM asked a JOIN below b ON b.metric = a.metric AND b.parent_id = a.scope_id
LEFT JOIN teams t ON t.id = a.scope_id LEFT JOIN combinations c ON c.id = a.scope_id
WHERE a.scope <> 'officer'
  AND ($3 OR a.scope = 'team' AND a.scope_id = ANY($4)
    OR a.scope = 'combination' AND c.team_id = ANY($4))
GROUP BY a.metric, a.scope, a.scope_id, b.scope, a.value, t.name, c.name
HAVING sum(b.value) <> a.value
ORDER BY a.metric, a.scope, name, child_scope
"""


async def page(pool: Any, caller: Any, query: TargetSumQuery) -> TargetSumPage:
    """Every parent in the caller's sight whose children do not add up to it."""
    teams = list(caller.team_ids) if caller.leads_team else []
    rows = await pool.fetch(_SUMS, query.year, query.metric, caller.sees_zone, teams, RATIOS)
    return TargetSumPage(items=[_read(row) for row in rows if row["metric"] in METRICS])


def _read(row: Any) -> TargetSum:
    decimals = decimals_of(METRICS[row["metric"]])
    return TargetSum(
        metric=row["metric"],
        scope=row["scope"],
        scope_id=row["scope_id"],
        name=row["name"],
        child_scope=row["child_scope"],
        target=f"{rounded(row['value'], decimals)}",
        child_count=row["child_count"],
        child_sum=f"{rounded(row['child_sum'], decimals)}",
        difference=f"{rounded(row['child_sum'] - row['value'], decimals)}",
    )
