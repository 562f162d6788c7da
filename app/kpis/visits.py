"""T02, T03, T05, T09: activity, counted for each participant and once per team, unit and zone."""

from typing import Any

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.versions import among, in_force

# Every counted visit beside every scope it counts for.
SCOPED_VISITS = """
scoped_visits AS (
  SELECT v.*, s.scope, s.scope_id
  FROM visits v
  CROSS JOIN LATERAL (
    SELECT 'officer' AS scope, p.officer_id AS scope_id
      FROM visit_participants p WHERE p.visit_id = v.id
    UNION
    SELECT 'team', t.id
      FROM visit_participants p, unnest(p.team_path) AS t(id) WHERE p.visit_id = v.id
    UNION ALL
    SELECT 'combination', v.combination_id WHERE v.combination_id IS NOT NULL
    UNION ALL
    SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid)
  ) AS s
  WHERE v.status = 'counted' AND {subject}
)
"""


_OF_KIND = among("kind", "kinds")


def _counting(code: str, dimension: str, quantity: str = "1", where: str = _OF_KIND) -> str:
    return f"""
SELECT '{code}' AS metric, d.definition_version, 'value' AS part, {dimension} AS dimension,
       id AS subject_id, scope, scope_id, lead_id, company_id, mechanism,
       visited_on AS counted_on, CAST({quantity} AS numeric(24,4)) AS quantity
FROM scoped_visits {in_force(code, "visited_on")} WHERE {where}
"""


def _metric(code: str, unit: str, select: str, **more: Any) -> Metric:
    return Metric(
        code=code,
        family=Family.visit,
        unit=unit,
        kpi_dimension="performance",
        credit_mode=CreditMode.participants,
        select=select,
        **more,
    )


T02 = _metric(
    "T02",
    "companies",
    _counting("T02", "''"),
    aggregation=Aggregation.distinct_companies,
)
T03 = _metric(
    "T03",
    "batches",
    _counting("T03", "'batches'")
    + "UNION ALL"
    + _counting("T03", "'persons'", "guest_count", f"{_OF_KIND} AND guest_count > 0"),
    main="batches",
)
T05 = _metric("T05", "visits", _counting("T05", "''", where=among("mechanism", "mechanisms")))
T09 = _metric("T09", "visits", _counting("T09", "kind"))

METRICS = (T02, T03, T05, T09)
