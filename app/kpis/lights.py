"""P05 lights that turned, P06 promises of gates whose day passed; whole to the lead's owner.

Whether today is too late is no question of the definition: the nightly run writes down what turned
or passed (`maturity`), and both count on the day that it did.
"""

from typing import Any

from app.kpis.metrics import CreditMode, Family, Metric
from app.kpis.scopes import of_one

_KEPT = """{subject}
    AND NOT EXISTS (SELECT FROM leads l WHERE l.id = t.lead_id AND l.status = 'merged')"""
# A promise is as good as its move: one that was reversed takes its promises along.
TURNS = f"""
turns AS (
  SELECT t.*, t.turned_on AS counted_on, s.scope, s.scope_id FROM light_turns t
  CROSS JOIN {of_one("t.owner_id", "t.team_path", "t.combination_id")} AS s
  WHERE {_KEPT}
),
passed AS (
  SELECT t.lead_id, t.company_id, t.mechanism, p.promised_on AS counted_on, p.brought_on,
         s.scope, s.scope_id
  FROM stage_transitions t JOIN deferrals d ON d.transition_id = t.id
  JOIN passed_promises p ON p.deferral_id = d.id
  CROSS JOIN {of_one("t.owner_id", "t.team_path", "t.combination_id")} AS s
  WHERE t.status = 'recognised' AND {_KEPT}
)"""


def _metric(code: str, dimension: str, facts: str, **more: Any) -> Metric:
    """`facts` are a CTE with its day as `counted_on`."""
    return Metric(
        code=code,
        family=Family.lead,
        kpi_dimension="quality",
        credit_mode=CreditMode.owner,
        select=f"""
SELECT '{code}' AS metric, 1 AS definition_version, 'value' AS part, {dimension} AS dimension,
       lead_id AS subject_id, scope, scope_id, lead_id, company_id, mechanism, counted_on,
       CAST(1 AS numeric(24,4)) AS quantity
FROM {facts}
""",
        **more,
    )


# Who is red has been yellow: the headline counts each spell once.
P05 = _metric(
    "P05",
    "CASE WHEN reason = 'stage_age' THEN reason ELSE light END",
    "turns",
    unit="leads",
    main="yellow",
)
P06 = _metric(
    "P06", "CASE WHEN brought_on IS NULL THEN 'missing' ELSE 'late' END", "passed", unit="promises"
)

METRICS = (P05, P06)
