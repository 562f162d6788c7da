"""M10: what platform companies paid, for the combination, the teams above it and the zone."""

from app.kpis.metrics import CreditMode, Family, Metric

SCOPED_FUNDINGS = """
scoped_fundings AS (
  SELECT f.*, p.company_id, s.scope, s.scope_id
  FROM platform_fundings f
  JOIN platform_companies p ON p.id = f.platform_company_id
  CROSS JOIN LATERAL (
    SELECT 'team' AS scope, t.id AS scope_id FROM unnest(f.team_path) AS t(id)
    UNION ALL
    SELECT 'combination', f.combination_id WHERE f.combination_id IS NOT NULL
    UNION ALL
    SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid)
  ) AS s
  WHERE f.status = 'counted' AND {subject}
)
"""

# No lead, so no mechanism: the empty one is the sum over all of them.
M10 = Metric(
    code="M10",
    family=Family.funding,
    unit="CNY",
    kpi_dimension="performance",
    credit_mode=CreditMode.unit,
    select="""
SELECT 'M10' AS metric, 1 AS definition_version, 'value' AS part, '' AS dimension,
       id AS subject_id, scope, scope_id, CAST(NULL AS uuid) AS lead_id, company_id,
       'none' AS mechanism, paid_on AS counted_on, CAST(amount AS numeric(24,4)) AS quantity
FROM scoped_fundings
""",
)

METRICS = (M10,)
