"""Q02, Q03, Q04, M01: signings, shared by the credit stamped at recognition. R07: conversion.

Conversion is by owner. M01 also has the increments of recognised supplements, from the signing on.
Counted on the business day of recognition; money is in yuan.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.versions import among, counted_on, in_force, switch
from app.models.metric_parameters import HEADLINE, MAIN_PAIR

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
           AS counted_on,
         greatest(s.event_on, a.signed_on) AS event_on, s.is_located_in_zone, s.credited_share
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
    """A definition's SELECT from facts in their scopes; some columns may be given.

    They are `part`, `counted_on` and, where `more` joins the definition, `version`.
    """
    part, day = columns.get("part", "'value'"), columns.get("counted_on", "c.counted_on")
    return f"""
SELECT '{code}' AS metric, {columns.get("version", "1")} AS definition_version, {part} AS part,
       {dimension} AS dimension, c.lead_id AS subject_id, c.scope, c.scope_id, c.lead_id,
       c.company_id, c.mechanism, {day} AS counted_on, CAST({quantity} AS numeric(24,4)) AS quantity
FROM {source} c {more}
"""


def defined(
    code: str,
    facts: str,
    dimension: str = "''",
    more: str = "",
    *,
    quantity: str = "portion",
    source: str = "scoped_credits",
) -> str:
    """The same by the version in force on the day of recognition; the facts are `f`, it is `d`."""
    joins = f"JOIN {facts} f ON f.id = c.fact_id {in_force(code, 'c.counted_on')} {more}"
    day = counted_on("f.event_on", "c.counted_on")
    version = "d.definition_version"
    return credited(code, dimension, quantity, joins, source, counted_on=day, version=version)


# The kinds of lists stamped on a signing, and once more for all of them.
_LISTED = f"""CROSS JOIN LATERAL (
  SELECT DISTINCT told.kind FROM unnest(f.list_kinds) AS l(kind)
  CROSS JOIN LATERAL (VALUES (l.kind), ('any')) AS told(kind) WHERE {among("l.kind", "list_kinds")}
) AS listed"""
_STEPS = """JOIN LATERAL jsonb_array_elements_text(d.parameters->'thresholds') AS step(yuan)
  ON c.amount >= CAST(step.yuan AS numeric)"""

# Conversion is asked between pairs; a lead that went further counts as having passed.
_CONVERSION = f"""
SELECT 'R07' AS metric, d.definition_version, part.name AS part, pair AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM milestones m {in_force("R07", "m.counted_on")}
JOIN LATERAL jsonb_array_elements_text(d.parameters->'pairs') AS pair
  ON split_part(pair, '>', 1) = m.to_stage
CROSS JOIN LATERAL (
  SELECT 'denominator' AS name
  UNION ALL
  SELECT 'numerator' WHERE m.furthest >= array_position({_STAGE_ORDER}, split_part(pair, '>', 2))
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


Q02 = _metric("Q02", "leads", "quantity", defined("Q02", "signings"))
Q03 = _metric(
    "Q03",
    "leads",
    "quantity",
    defined("Q03", "signings", "step.yuan", _STEPS),
    main=str(HEADLINE),
)
Q04 = _metric(
    "Q04", "leads", "quantity", defined("Q04", "signings", "listed.kind", _LISTED), main="any"
)
_AGREED = defined("M01", "signings", quantity="money")
_ADDED = defined(
    "M01",
    "supplements",
    more=f"WHERE {switch('has_supplements')}",
    quantity="money",
    source="added_scoped_credits",
)
M01 = _metric("M01", "CNY", "performance", f"{_AGREED} UNION ALL {_ADDED}")
R07 = _metric(
    "R07",
    "rate",
    "quality",
    _CONVERSION,
    credit_mode=CreditMode.owner,
    aggregation=Aggregation.ratio,
    main=MAIN_PAIR,
)

METRICS = (Q02, Q03, Q04, M01, R07)
