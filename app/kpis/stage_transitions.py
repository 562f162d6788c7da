"""Q02, Q03, M01: signings, shared by the credit stamped at recognition. R07: conversion, by owner.

Counted on the business day of recognition; money is in yuan.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric

_STAGE_ORDER = """ARRAY['identified','contacted','negotiating','pre_signing','signed','registered',
  'building','completed','producing','at_capacity']::text[]"""

RECOGNISED = f"""
milestones AS (
  SELECT t.*, CAST(timezone('Asia/Shanghai', t.recognised_at) AS date) AS counted_on,
         max(array_position({_STAGE_ORDER}, CAST(t.to_stage AS text)))
           OVER (PARTITION BY t.lead_id) AS furthest
  FROM stage_transitions t
  WHERE t.kind = 'advance' AND t.status = 'recognised' AND {{subject}}
    AND NOT EXISTS (SELECT FROM leads l WHERE l.id = t.lead_id AND l.status = 'merged')
),
signings AS (
  SELECT *, agreed_amount_cny AS amount FROM milestones WHERE to_stage = 'signed'
),
{scoped_credits("signings", "stage_credits", "transition_id")}
"""


def _credited(code: str, dimension: str, quantity: str, source: str = "scoped_credits") -> str:
    return f"""
SELECT '{code}' AS metric, 1 AS definition_version, 'value' AS part, {dimension} AS dimension,
       lead_id AS subject_id, scope, scope_id, lead_id, company_id, mechanism,
       counted_on, CAST({quantity} AS numeric(24,4)) AS quantity
FROM {source}
"""


# 亿元 thresholds of Q03, in yuan.
THRESHOLDS = (100_000_000, 300_000_000, 500_000_000, 1_000_000_000, 5_000_000_000)
_ABOVE = f"""scoped_credits JOIN unnest(ARRAY[{",".join(map(str, THRESHOLDS))}]) AS step(yuan)
  ON amount >= step.yuan"""

# Conversion is asked between these pairs; a lead that went further counts as having passed.
PAIRS = (
    ("negotiating", "signed"),
    ("contacted", "negotiating"),
    ("negotiating", "pre_signing"),
    ("pre_signing", "signed"),
    ("signed", "registered"),
    ("registered", "producing"),
)
_PAIR_ROWS = ", ".join(f"('{source}', '{target}')" for source, target in PAIRS)

_CONVERSION = f"""
SELECT 'R07' AS metric, 1 AS definition_version, part.name AS part,
       pair.source || '>' || pair.target AS dimension, m.lead_id AS subject_id,
       s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM milestones m
JOIN (VALUES {_PAIR_ROWS}) AS pair(source, target) ON pair.source = m.to_stage
CROSS JOIN LATERAL (
  SELECT 'denominator' AS name
  UNION ALL
  SELECT 'numerator' WHERE m.furthest >= array_position({_STAGE_ORDER}, pair.target)
) AS part
CROSS JOIN LATERAL (
  SELECT 'officer' AS scope, m.owner_id AS scope_id
  UNION SELECT 'team', t.id FROM unnest(m.team_path) AS t(id)
  UNION ALL SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid)
) AS s
"""


def _metric(code: str, unit: str, kpi_dimension: str, select: str, **more: Any) -> Metric:
    credit: dict[str, Any] = {"credit_mode": CreditMode.shared, **more}
    return Metric(
        code=code,
        family=Family.lead,
        unit=unit,
        kpi_dimension=kpi_dimension,
        select=select,
        **credit,
    )


Q02 = _metric("Q02", "leads", "quantity", _credited("Q02", "''", "portion"))
Q03 = _metric(
    "Q03",
    "leads",
    "quantity",
    _credited("Q03", "CAST(step.yuan AS text)", "portion", _ABOVE),
    main=str(THRESHOLDS[0]),
)
M01 = _metric("M01", "CNY", "performance", _credited("M01", "''", "money"))
R07 = _metric(
    "R07",
    "rate",
    "quality",
    _CONVERSION,
    credit_mode=CreditMode.owner,
    aggregation=Aggregation.ratio,
    main="negotiating>signed",
)

METRICS = (Q02, Q03, M01, R07)
