"""Values against targets: one statement for the targets, one for the values."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.core.errors import invalid_parameter
from app.core.period import Days
from app.kpis.attainment import attainment, percent, rounded, schedule_gap
from app.kpis.catalogue import METRICS
from app.kpis.numbers import exact
from app.kpis.pieces import decimals_of
from app.kpis.summary import summary
from app.kpis.units import display
from app.kpis.window import metrics_asked, window_of
from app.models.kpi_attainments import (
    KpiAttainment,
    KpiAttainmentPage,
    KpiAttainmentQuery,
    KpiAttainmentRow,
    Pace,
)
from app.models.kpis import KpiPeriod, KpiQuery, KpiUnits, KpiValue
from app.models.ledger_entries import Scope

# In the version known at an instant, the newest without one.
_TARGETS = """
SELECT t.scope_id, t.metric, v.value, v.number AS version, v.weights
FROM kpi_targets t CROSS JOIN LATERAL (
  SELECT * FROM kpi_target_versions v
  WHERE v.target_id = t.id AND ($4::timestamptz IS NULL OR v.set_at <= $4)
  ORDER BY v.number DESC LIMIT 1
) AS v
WHERE t.year = $1 AND t.scope = $2 AND (cardinality($3::text[]) = 0 OR t.metric = ANY($3))
"""


async def targets_of(
    pool: Any, days: Days, scope: Scope, metrics: Sequence[str], as_of: datetime | None
) -> dict[str, dict[str, Any]]:
    """What a year asks of each subject of a scope, by id and metric, as known at an instant."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    rows = await pool.fetch(_TARGETS, days.start.year, scope.value, list(metrics), as_of)
    for row in rows:
        found[str(row["scope_id"])][row["metric"]] = row
    return found


async def page(pool: Any, caller: Any, query: KpiAttainmentQuery) -> KpiAttainmentPage:
    """Every subject in the caller's sight that has a target; 422 for any other period."""
    days, months = query.period, months_of(query.period)
    asked = [metric.code for metric in metrics_asked(query.metrics)] if query.metrics else []
    wanted = KpiQuery(period=days, as_of=query.as_of, units=query.units)
    instant = window_of(wanted).as_of
    targets = await targets_of(pool, days, query.scope, asked, query.as_of)
    codes = sorted({code for of_one in targets.values() for code in of_one} & set(METRICS))
    found: Any = {"items": []}
    if codes:
        wanted.metrics = codes
        found = json.loads(await summary(pool, caller, query.scope, wanted))
    return KpiAttainmentPage(
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        as_of=found.get("as_of", instant),
        items=_rows(found, targets, months, query.units),
    )


def months_of(days: Days) -> int:
    """How many whole months of one year these are from January on."""
    is_end = (days.end + timedelta(days=1)).day == 1
    if (days.start.month, days.start.day) != (1, 1) or days.end.year != days.start.year:
        raise invalid_parameter("period", "period_not_year_to_date")
    if not is_end:
        raise invalid_parameter("period", "period_not_year_to_date")
    return days.end.month


def _rows(
    body: Any, targets: dict[str, dict[str, Any]], months: int, units: KpiUnits | None
) -> list[KpiAttainmentRow]:
    return [
        KpiAttainmentRow(
            subject=row["subject"],
            values=[
                _against(KpiValue.model_validate(value), held[value["metric"]], months, units)
                for value in row["values"]
                if value["metric"] in held
            ],
        )
        for row in body["items"]
        if (held := targets.get(row["subject"]["id"]))
    ]


def _against(value: KpiValue, target: Any, months: int, units: KpiUnits | None) -> KpiAttainment:
    metric, number = METRICS[value.metric], exact(value)
    attained = None if number is None else attainment(number, target["value"])
    gap = None if attained is None or metric.is_ratio else _gap(attained, months, target["weights"])
    wanted = f"{rounded(target['value'], decimals_of(metric))}"
    return KpiAttainment(
        metric=metric.code,
        unit=metric.unit,
        value=value.value,
        value_display=value.display,
        numerator=value.numerator,
        denominator=value.denominator,
        target=wanted,
        target_display=display(wanted, metric.unit, units),
        target_version=target["version"],
        attainment=None if attained is None else f"{rounded(attained, 4)}",
        display=None if attained is None else percent(attained, Fraction(1), 2),
        schedule_gap=None if gap is None else f"{gap}",
        pace=None if gap is None else _pace(gap),
        drill=value.drill,
    )


def _gap(attained: Fraction, months: int, weights: Sequence[str] | None) -> Decimal:
    return schedule_gap(attained, months, [Decimal(weight) for weight in weights or ()])


def _pace(gap: Decimal) -> Pace:
    if gap == 0:
        return Pace.on_schedule
    return Pace.ahead if gap > 0 else Pace.behind
