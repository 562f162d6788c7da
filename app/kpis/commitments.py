"""R14: commitments kept ÷ due, by the lead's owner of the day they were entered.

Counted on the day they fall due; waived ones and those without a day do not count. What falls due
later stands in the ledger already: a window that ends today has what is due by now.
"""

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric

DUE = """
due AS (
  SELECT c.*, s.scope, s.scope_id
  FROM commitments c
  CROSS JOIN LATERAL (
    SELECT 'officer' AS scope, c.owner_id AS scope_id
    UNION SELECT 'team', t.id FROM unnest(c.team_path) AS t(id)
    UNION ALL SELECT 'combination', c.combination_id WHERE c.combination_id IS NOT NULL
    UNION ALL SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid)
  ) AS s
  WHERE c.due_on IS NOT NULL AND c.status <> 'waived' AND {subject}
)
"""

_KEPT = """
SELECT 'R14' AS metric, 1 AS definition_version, part.name AS part, direction AS dimension,
       id AS subject_id, scope, scope_id, lead_id, company_id, mechanism, due_on AS counted_on,
       CAST(1 AS numeric(24,4)) AS quantity
FROM due
CROSS JOIN LATERAL (
  SELECT 'denominator' AS name
  UNION ALL
  SELECT 'numerator' WHERE due.status = 'kept'
) AS part
"""

R14 = Metric(
    code="R14",
    family=Family.commitment,
    unit="rate",
    kpi_dimension="quality",
    credit_mode=CreditMode.owner,
    aggregation=Aggregation.ratio,
    main="by_zone",
    select=_KEPT,
)

METRICS = (R14,)
