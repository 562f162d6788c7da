"""Q02, Q03, Q04, M01: signings, shared by the credit stamped at recognition. R07: conversion.

Conversion is by owner. M01 also has the increments of recognised supplements, from the signing on.
Counted on the business day of recognition; money is in yuan.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.versions import AS_DRAFTED, in_force
from app.models.metric_definitions import HEADLINE

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
moves AS (
  SELECT t.* FROM stage_transitions t
  WHERE t.kind = 'advance' AND t.recognised_at IS NOT NULL AND {{subject}}
    AND NOT EXISTS (SELECT FROM leads l WHERE l.id = t.lead_id AND l.status = 'merged')
),
owner_scopes AS (
  SELECT m.id, s.scope, s.scope_id FROM milestones m CROSS JOIN LATERAL (
    SELECT 'officer' AS scope, m.owner_id AS scope_id
    UNION SELECT 'team', t.id FROM unnest(m.team_path) AS t(id)
    UNION ALL SELECT 'combination', m.combination_id WHERE m.combination_id IS NOT NULL
    UNION ALL SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid)
  ) AS s
),
signings AS (
  SELECT *, agreed_amount_cny AS amount FROM milestones WHERE to_stage = 'signed'
),
{scoped_credits("signings", "stage_credits", "transition_id")},
supplements AS (
  SELECT a.id, s.lead_id, s.company_id, s.combination_id, s.mechanism, a.amount_cny AS amount,
         greatest(s.counted_on, CAST(timezone('Asia/Shanghai', a.recognised_at) AS date))
           AS counted_on, s.is_located_in_zone, s.credited_share
  FROM signings s JOIN agreements a ON a.lead_id = s.lead_id
  WHERE a.kind = 'supplement' AND a.status = 'active'
),
{scoped_credits("supplements", "agreement_credits", "agreement_id", "added_")}
"""


def credited(
    code: str,
    dimension: str,
    quantity: str,
    more: str = "",
    source: str = "scoped_credits",
    **columns: str,
) -> str:
    """A definition's SELECT from signings in their scopes; `part` and `counted_on` may be given."""
    part, counted_on = columns.get("part", "'value'"), columns.get("counted_on", "c.counted_on")
    return f"""
SELECT '{code}' AS metric, 1 AS definition_version, {part} AS part, {dimension} AS dimension,
       c.lead_id AS subject_id, c.scope, c.scope_id, c.lead_id, c.company_id, c.mechanism,
       {counted_on} AS counted_on, CAST({quantity} AS numeric(24,4)) AS quantity
FROM {source} c {more}
"""


def _above(version: str) -> str:
    """Q03 by a version of its thresholds, in yuan."""
    return f"""
SELECT 'Q03' AS metric, d.definition_version, 'value' AS part, CAST(step.yuan AS text) AS dimension,
       c.lead_id AS subject_id, c.scope, c.scope_id, c.lead_id, c.company_id, c.mechanism,
       c.counted_on, CAST(c.portion AS numeric(24,4)) AS quantity
FROM scoped_credits c CROSS JOIN {version}
JOIN unnest(d.thresholds) AS step(yuan) ON c.amount >= step.yuan
"""


# The kinds of lists stamped on a signing, and once more for all of them.
_LISTED = """JOIN (
  SELECT s.id, l.kind FROM signings s, unnest(s.list_kinds || CAST('any' AS text)) AS l(kind)
  WHERE s.list_kinds <> '{}'
) AS listed(fact_id, list_kind) ON listed.fact_id = c.fact_id"""

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
JOIN owner_scopes s ON s.id = m.id
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


Q02 = _metric("Q02", "leads", "quantity", credited("Q02", "''", "portion"))
Q03 = _metric(
    "Q03",
    "leads",
    "quantity",
    _above(in_force("Q03", "c.counted_on")),
    main=str(HEADLINE),
    drafted=_above(AS_DRAFTED),
)
Q04 = _metric(
    "Q04", "leads", "quantity", credited("Q04", "list_kind", "portion", _LISTED), main="any"
)
_AGREED, _ADDED = (
    credited("M01", "''", "money", source=source)
    for source in ("scoped_credits", "added_scoped_credits")
)
M01 = _metric("M01", "CNY", "performance", f"{_AGREED} UNION ALL {_ADDED}")
R07 = _metric(
    "R07",
    "rate",
    "quality",
    _CONVERSION,
    credit_mode=CreditMode.owner,
    aggregation=Aggregation.ratio,
    main="negotiating>signed",
)

METRICS = (Q02, Q03, Q04, M01, R07)
