"""R01 to R06: what became of those who signed.

The cohort of a window are the leads whose signing was recognised in it: both parts of a ratio count
on the day of the signing, shared by the credit stamped on it. Whether a start was due is no
question of today but a fact: the deadline that had passed, written down by the nightly run.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.milestones import MILESTONES
from app.kpis.stage_transitions import credited
from app.kpis.versions import among, in_force, number

# Money in yuan, of any origin; agreed is what was signed and what supplements in force add.
COHORTS = f"""{MILESTONES},
progress AS (
  SELECT lead_id, bool_or(to_stage = 'registered') AS is_registered,
         bool_or(is_start) AS is_started, bool_or(to_stage = 'producing') AS is_producing
  FROM reached GROUP BY lead_id
),
arrived AS (
  SELECT s.id, s.lead_id, s.company_id, s.combination_id, s.mechanism, s.counted_on,
         s.is_located_in_zone, s.credited_share,
         sum(a.amount_cny) AS amount
  FROM signings s JOIN capital_arrivals a ON a.lead_id = s.lead_id AND a.status = 'recognised'
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
),
{scoped_credits("arrived", "stage_credits", "transition_id", "arrived_")},
agreed AS (
  SELECT s.id, s.lead_id, s.company_id, s.combination_id, s.mechanism, s.counted_on,
         s.is_located_in_zone, s.credited_share,
         s.amount + coalesce(sum(u.amount), 0) AS amount
  FROM signings s LEFT JOIN supplements u ON u.lead_id = s.lead_id
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, s.amount
),
{scoped_credits("agreed", "stage_credits", "transition_id", "agreed_")},
cohort AS (
  SELECT s.id, p.is_registered, p.is_started, p.is_producing, a.id IS NOT NULL AS has_arrived,
         d.start_by, l.status = 'terminated' AS is_lost
  FROM signings s JOIN progress p ON p.lead_id = s.lead_id JOIN leads l ON l.id = s.lead_id
  LEFT JOIN arrived a ON a.id = s.id
  LEFT JOIN passed_deadlines d ON d.transition_id = s.id
)"""

_PARTS = "CROSS JOIN (VALUES ('denominator'), ('numerator')) AS p(part)"


def _rate(code: str, condition: str, dimensions: str = "('', true)", **more: Any) -> Metric:
    """The cohort's leads that fulfil a condition, of all; `dimensions` are pairs: who is in it."""
    members = f"""JOIN cohort h ON h.id = c.fact_id {in_force(code, "c.counted_on")}
CROSS JOIN LATERAL (VALUES {dimensions}) AS g(dimension, is_in) {_PARTS}
WHERE g.is_in AND (p.part = 'denominator' OR {condition})"""
    return Metric(
        code=code,
        family=Family.lead,
        unit="rate",
        kpi_dimension="quality",
        credit_mode=CreditMode.shared,
        aggregation=Aggregation.ratio,
        numerator_unit="leads",
        denominator_unit="leads",
        select=credited(
            code,
            "g.dimension",
            "portion",
            members,
            part="p.part",
            version="d.definition_version",
        ),
        **more,
    )


_IS_REGISTERED = "h.is_registered AND " + among("'registered'", "evidence")
_HAS_ARRIVED = "h.has_arrived AND " + among("'arrived'", "evidence")
R01 = _rate("R01", f"{_IS_REGISTERED} OR {_HAS_ARRIVED}")
R02 = _rate("R02", "h.is_registered")
R03 = _rate("R03", "h.is_started", "('all', true), ('matured', h.start_by IS NOT NULL)", main="all")
R04 = _rate("R04", "h.is_producing")
_ARRIVED, _AGREED = (
    credited("R05", "''", "money", source=f"{name}_scoped_credits", part=f"'{part}'")
    for name, part in (("arrived", "numerator"), ("agreed", "denominator"))
)
R05 = Metric(
    code="R05",
    family=Family.lead,
    unit="rate",
    kpi_dimension="quality",
    credit_mode=CreditMode.shared,
    aggregation=Aggregation.ratio,
    numerator_unit="CNY",
    denominator_unit="CNY",
    select=f"{_ARRIVED} UNION ALL {_AGREED}",
)
# A deadline counts on its own day, or days of grace later; what starts late, or is given up, is
# overdue no more.
R06 = Metric(
    code="R06",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quality",
    credit_mode=CreditMode.shared,
    select=credited(
        "R06",
        "''",
        "portion",
        f"""JOIN cohort h ON h.id = c.fact_id {in_force("R06", "h.start_by")}
WHERE NOT h.is_started AND NOT h.is_lost""",
        counted_on=f"h.start_by + {number('grace_days')}",
        version="d.definition_version",
    ),
)

METRICS = (R01, R02, R03, R04, R05, R06)
