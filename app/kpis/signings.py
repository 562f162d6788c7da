"""Q11, Q12, R10, R11: what was signed, by what the transition kept of its lead.

Later edits of the lead and later words on its chain node move none of these.
"""

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.stage_transitions import credited

# 龙头型, 旗舰型, or both: a lead counts once.
_FLAGS = """CASE WHEN f.is_leading AND f.is_flagship THEN 'both'
            WHEN f.is_leading THEN 'leading' ELSE 'flagship' END"""
_LEADING = "JOIN signings f ON f.id = c.fact_id AND (f.is_leading OR f.is_flagship)"
_INTERNAL = "JOIN signings f ON f.id = c.fact_id AND f.direction = 'internal'"

Q11 = Metric(
    code="Q11",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quantity",
    credit_mode=CreditMode.shared,
    select=credited("Q11", _FLAGS, "portion", _LEADING),
)
Q12 = Metric(
    code="Q12",
    family=Family.lead,
    unit="leads",
    kpi_dimension="quantity",
    credit_mode=CreditMode.shared,
    select=credited("Q12", "''", "portion", _INTERNAL),
)


def _share(code: str, condition: str) -> Metric:
    """The signings that fulfil a condition, of all; counted for the lead's owner."""
    return Metric(
        code=code,
        family=Family.lead,
        unit="rate",
        kpi_dimension="quality",
        credit_mode=CreditMode.owner,
        aggregation=Aggregation.ratio,
        select=f"""
SELECT '{code}' AS metric, 1 AS definition_version, part.name AS part, '' AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM signings m
CROSS JOIN LATERAL (
  SELECT 'denominator' AS name UNION ALL SELECT 'numerator' WHERE {condition}
) AS part
JOIN owner_scopes s ON s.id = m.id
""",
    )


# A lead's node is of its combination's chain: the API takes no other.
R10 = _share("R10", "m.combination_id IS NOT NULL AND m.chain_node_id IS NOT NULL")
R11 = _share("R11", "m.chain_node_status IN ('missing', 'weak')")

METRICS = (Q11, Q12, R10, R11)
