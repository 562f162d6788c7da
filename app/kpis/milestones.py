"""Q01, Q05 to Q10, R09: milestones of a lead and how it was lost.

Milestones are shared by the credit stamped on each, losses belong to the owner; both count on the
business day of recognition. 开工 is `building`; on the opening track 开业 (`producing`) stands
in its place.
"""

from app.kpis.credits import scoped_credits
from app.kpis.metrics import CreditMode, Family, Metric
from app.kpis.scopes import of_one
from app.kpis.stage_transitions import RECOGNISED, defined
from app.kpis.versions import among, counted_on, in_force

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


def _metric(code: str, where: str, dimension: str = "''", more: str = "") -> Metric:
    return Metric(
        code=code,
        family=Family.lead,
        unit="leads",
        kpi_dimension="quantity",
        credit_mode=CreditMode.shared,
        select=defined(
            code,
            "reached",
            dimension,
            f"{more} WHERE {where}",
            source="reached_scoped_credits",
        ),
    )


def _year(fact: str) -> str:
    day = counted_on(f"{fact}.event_on", f"{fact}.counted_on")
    return f"date_trunc('year', {day})"


Q01 = _metric("Q01", "f.to_stage = d.parameters->>'stage'")
Q05 = _metric("Q05", "f.to_stage = 'registered'")
Q06 = _metric("Q06", "f.is_start", "f.track")
Q07 = _metric("Q07", "f.to_stage = 'completed'")
Q08 = _metric("Q08", "f.to_stage = 'producing'")
Q09 = _metric("Q09", "f.to_stage = 'at_capacity'")
Q10 = _metric(
    "Q10",
    "f.is_start",
    more=f"JOIN signings s ON s.lead_id = c.lead_id AND {_year('s')} = {_year('f')}",
)
R09 = Metric(
    code="R09",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quality",
    credit_mode=CreditMode.owner,
    select=f"""
SELECT 'R09' AS metric, d.definition_version, 'value' AS part, m.reason_code AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM losses m CROSS JOIN {of_one("m.owner_id", "m.team_path", "m.combination_id")} AS s
{in_force("R09", "m.counted_on")} WHERE NOT {among("m.reason_code", "excluded_reasons")}
""",
)

METRICS = (Q01, Q05, Q06, Q07, Q08, Q09, Q10, R09)
