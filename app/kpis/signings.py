"""Q11, Q12, R10, R11: what was signed, by what the transition kept of its lead.

Later edits of the lead and later words on its chain node move none of these.
"""

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.stage_transitions import defined
from app.kpis.versions import among, in_force

# 龙头型, 旗舰型, or both: a lead counts once.
_FLAGS = """CASE WHEN flag.is_leading AND flag.is_flagship THEN 'both'
            WHEN flag.is_leading THEN 'leading' ELSE 'flagship' END"""
_FLAGGED = f"""CROSS JOIN LATERAL (
  SELECT f.is_leading AND {among("'leading'", "flags")} AS is_leading,
         f.is_flagship AND {among("'flagship'", "flags")} AS is_flagship
) AS flag
WHERE flag.is_leading OR flag.is_flagship"""

Q11 = Metric(
    code="Q11",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quantity",
    credit_mode=CreditMode.shared,
    select=defined("Q11", "signings", _FLAGS, _FLAGGED),
)
Q12 = Metric(
    code="Q12",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quantity",
    credit_mode=CreditMode.shared,
    select=defined("Q12", "signings", more="WHERE f.direction = 'internal'"),
)


def _share(code: str, condition: str, version: str = "1", more: str = "") -> Metric:
    """The signings that fulfil a condition, of all; counted for the lead's owner."""
    return Metric(
        code=code,
        family=Family.lead,
        unit="rate",
        kpi_dimension="quality",
        credit_mode=CreditMode.owner,
        aggregation=Aggregation.ratio,
        select=f"""
SELECT '{code}' AS metric, {version} AS definition_version, part.name AS part, '' AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM signings m {more}
CROSS JOIN LATERAL (
  SELECT 'denominator' AS name UNION ALL SELECT 'numerator' WHERE {condition}
) AS part
JOIN owner_scopes s ON s.id = m.id
""",
    )


# A lead's node is of its combination's chain: the API takes no other.
R10 = _share("R10", "m.combination_id IS NOT NULL AND m.chain_node_id IS NOT NULL")
R11 = _share(
    "R11",
    among("m.chain_node_status", "node_statuses"),
    "d.definition_version",
    in_force("R11", "m.counted_on"),
)

METRICS = (Q11, Q12, R10, R11)
