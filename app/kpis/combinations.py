"""One combination's funnel and numbers, as a whole and per mechanism, in two statements."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.errors import Problem
from app.core.period import Days
from app.kpis.catalogue import DISTINCT, METRICS
from app.kpis.metrics import Aggregation, Metric
from app.kpis.pieces import written
from app.kpis.versions import VERSIONS
from app.kpis.window import Window
from app.models.combination_results import (
    CombinationResults,
    FunnelStep,
    MechanismResults,
    ResultValue,
)
from app.models.kpis import KpiPeriod
from app.models.ledger_entries import Scope
from app.models.mechanisms import Mechanism
from app.models.pipeline import Stage

# A row without a stage says that the unit is there and has no lead. What was agreed in another
# currency was put into yuan at signing; what is planned in one is only counted.
_FUNNEL = """
SELECT l.mechanism, l.stage,
       count(*) FILTER (WHERE l.status = 'active') AS active_count,
       count(*) FILTER (WHERE l.status = 'suspended') AS suspended_count,
       coalesce(sum(l.planned_investment) FILTER (WHERE l.currency = 'CNY'), 0) AS planned_amount,
       coalesce(sum(t.agreed_amount_cny), 0) AS agreed_amount,
       count(l.planned_investment) FILTER (WHERE l.currency <> 'CNY') AS foreign_currency_count,
       ({versions}) AS versions
FROM combinations c
LEFT JOIN leads l ON l.combination_id = c.id AND l.deleted_at IS NULL
  AND l.status IN ('active', 'suspended')
LEFT JOIN stage_transitions t ON t.lead_id = l.id AND t.to_stage = 'signed'
  AND t.kind = 'advance' AND t.status = 'recognised'
WHERE c.id = $1 AND ($2 OR c.team_id = ANY($3))
GROUP BY l.mechanism, l.stage
""".format(versions=VERSIONS.format(known="").replace(":end_on", "$4"))
_SUMS = """
SELECT e.metric, e.mechanism, e.part,
       CASE WHEN e.metric = ANY($5) THEN e.company_id END AS company_id, sum(e.quantity) AS quantity
FROM ledger_entries e JOIN unnest($6::text[], $7::text[]) AS asked (metric, main)
  ON asked.metric = e.metric AND coalesce(asked.main = e.dimension, true)
WHERE e.scope = $1 AND e.scope_id = $2 AND e.counted_on BETWEEN $3 AND $4
  AND (e.subject_on >= $3) IS NOT FALSE
GROUP BY 1, 2, 3, 4
"""
_AMOUNTS = ("planned_amount", "agreed_amount")
_COUNTS = ("active_count", "suspended_count", *_AMOUNTS, "foreign_currency_count")


async def results(pool: Any, caller: Any, combination_id: UUID, days: Days) -> CombinationResults:
    """For those who see the zone or lead the unit's team; 404 for others."""
    teams = list(caller.team_ids) if caller.leads_team else []
    steps = await pool.fetch(_FUNNEL, combination_id, caller.sees_zone, teams, days.end)
    if not steps:
        raise Problem("not_found")
    mains = [metric.main for metric in METRICS.values()]
    held_by = json.loads(steps[0]["versions"] or "{}")
    metrics = [replace(m, version=held_by.get(m.code, m.version)) for m in METRICS.values()]
    sums = await pool.fetch(
        _SUMS, Scope.combination.value, combination_id, days.start, days.end,
        list(DISTINCT), list(METRICS), mains,
    )  # fmt: skip
    return CombinationResults(
        combination_id=combination_id,
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        funnel=_funnel(steps),
        values=_values(metrics, sums, Window(days, now(), None), combination_id),
        by_mechanism=[
            MechanismResults(
                mechanism=mechanism,
                funnel=_funnel(row for row in steps if row["mechanism"] == mechanism),
                values=_values(metrics, sums, Window(days, now(), mechanism), combination_id),
            )
            for mechanism in Mechanism
        ],
    )


def _funnel(rows: Iterable[Any]) -> list[FunnelStep]:
    """A step per stage that has leads, in the pipeline's order."""
    sums: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for row in rows:
        if row["stage"] is not None:
            for name in _COUNTS:
                sums[row["stage"]][name] += row[name]
    return [FunnelStep(stage=stage, **sums[stage]) for stage in Stage if stage in sums]


def _values(
    metrics: list[Metric], rows: Iterable[Any], window: Window, combination_id: UUID
) -> list[ResultValue]:
    held: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if window.mechanism in {None, row["mechanism"]}:
            held[row["metric"]].append(row)
    return [_value(metric, held[metric.code], combination_id, window) for metric in metrics]


def _value(metric: Metric, rows: list[Any], combination_id: UUID, window: Window) -> ResultValue:
    more = {"dimension": metric.main} if metric.main else {}
    drill = window.drill(metric.code, Scope.combination, combination_id, **more)
    if metric.aggregation is Aggregation.distinct_companies:
        drill = window.companies(metric.code, Scope.combination, combination_id)
    return ResultValue(
        metric=metric.code,
        unit=metric.unit,
        definition_id=metric.definition_id,
        drill=drill,
        **_number(metric, rows),
    )


def _number(metric: Metric, rows: list[Any]) -> dict[str, str | None]:
    parts: dict[str, Decimal] = defaultdict(Decimal)
    companies: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        parts[row["part"]] += row["quantity"]
        companies[row["company_id"]] += row["quantity"]
    if metric.aggregation is Aggregation.ratio:
        return _rate(metric, parts["numerator"], parts["denominator"])
    if metric.aggregation is Aggregation.distinct_companies:
        return {"value": str(sum(quantity > 0 for quantity in companies.values()))}
    return {"value": written(metric.unit, parts["value"])}


def _rate(metric: Metric, top: Decimal, bottom: Decimal) -> dict[str, str | None]:
    return {
        "value": written(metric.unit, top / bottom) if bottom else None,
        "numerator": written(metric.numerator_unit, top),
        "denominator": written(metric.denominator_unit, bottom),
    }
