"""T06: station days, one entry a day, so that any window counts its own days."""

from app.kpis.metrics import CreditMode, Family, Metric
from app.kpis.scopes import of_one

STATION_DAYS = f"""
station_days AS (
  SELECT f.id, CAST(day AS date) AS counted_on, s.scope, s.scope_id
  FROM stationings f
  CROSS JOIN generate_series(CAST(f.from_on AS timestamp), f.to_on, interval '1 day') AS day
  CROSS JOIN {of_one("f.officer_id", "f.team_path")} AS s
  WHERE f.status = 'counted' AND {{subject}}
)
"""

T06 = Metric(
    code="T06",
    family=Family.stationing,
    unit="days",
    kpi_dimension="performance",
    credit_mode=CreditMode.participants,
    select="""
SELECT 'T06' AS metric, 1 AS definition_version, 'value' AS part, '' AS dimension,
       id AS subject_id, scope, scope_id, CAST(NULL AS uuid) AS lead_id,
       CAST(NULL AS uuid) AS company_id, 'stationed' AS mechanism, counted_on,
       CAST(1 AS numeric(24,4)) AS quantity
FROM station_days
""",
)

METRICS = (T06,)
