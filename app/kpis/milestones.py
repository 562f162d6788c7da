"""Q01, Q05 to Q10, R09: milestones of a lead and how it was lost.

Milestones are shared by the credit stamped on each, losses belong to the owner; both count on the
business day of recognition. 开工 is `building`; on the opening track 开业 (`producing`) stands
in its place.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import CreditMode, Family, Metric
from app.kpis.scopes import of_one
from app.kpis.stage_transitions import RECOGNISED, credited

# A lead's track is fixed from its project review on, long before it starts.
MILESTONES = f"""{RECOGNISED},
reached AS (
  SELECT m.*, CAST(NULL AS numeric) AS amount, l.track,
         m.to_stage = CASE WHEN l.track = 'opening' THEN 'producing' ELSE 'building' END AS is_start
  FROM milestones m JOIN leads l ON l.id = m.lead_id
),
{scoped_credits("reached", "stage_credits", "transition_id", "reached_")},
losses AS (
  SELECT t.*, CAST(timezone('Asia/Shanghai', t.recognised_at) AS date) AS counted_on
  FROM stage_transitions t JOIN leads l ON l.id = t.lead_id AND l.status = 'terminated'
  WHERE t.kind = 'terminate' AND t.status = 'recognised' AND {{subject}}
    AND NOT EXISTS (
      SELECT FROM stage_transitions r WHERE r.lead_id = t.lead_id AND r.kind = 'reopen'
        AND r.status = 'recognised' AND r.recognised_at > t.recognised_at
    )
)"""


def _metric(code: str, where: str, dimension: str = "''", more: str = "", **given: Any) -> Metric:
    return Metric(
        code=code,
        family=Family.lead,
        unit="leads",
        kpi_dimension="quantity",
        credit_mode=CreditMode.shared,
        select=credited(
            code,
            dimension,
            "portion",
            f"JOIN reached r ON r.id = c.fact_id AND {where} {more}",
            "reached_scoped_credits",
        ),
        **given,
    )


Q01 = _metric("Q01", "r.to_stage = 'contacted'")
Q05 = _metric("Q05", "r.to_stage = 'registered'")
Q06 = _metric("Q06", "r.is_start", "r.track")
Q07 = _metric("Q07", "r.to_stage = 'completed'")
Q08 = _metric("Q08", "r.to_stage = 'producing'")
Q09 = _metric("Q09", "r.to_stage = 'at_capacity'")
Q10 = _metric(
    "Q10",
    "r.is_start",
    more="""JOIN signings s ON s.lead_id = c.lead_id
  AND date_trunc('year', s.counted_on) = date_trunc('year', c.counted_on)""",
)
R09 = Metric(
    code="R09",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quality",
    credit_mode=CreditMode.owner,
    select=f"""
SELECT 'R09' AS metric, 1 AS definition_version, 'value' AS part, m.reason_code AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM losses m CROSS JOIN {of_one("m.owner_id", "m.team_path", "m.combination_id")} AS s
""",
)

METRICS = (Q01, Q05, Q06, Q07, Q08, Q09, Q10, R09)
