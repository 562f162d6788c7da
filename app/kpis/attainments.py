"""Values against targets: one statement for the targets, one for the values."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.errors import invalid_parameter
from app.core.period import Days
from app.kpis.attainment import attainment, percent, rounded, schedule_gap
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Aggregation
from app.kpis.pieces import decimals_of
from app.kpis.summary import summary
from app.kpis.window import metrics_asked
from app.models.kpi_attainments import (
    KpiAttainment,
    KpiAttainmentPage,
    KpiAttainmentQuery,
    KpiAttainmentRow,
    Pace,
)
from app.models.kpis import KpiPeriod, KpiQuery

_TARGETS = """
SELECT scope_id, metric, value, version, weights FROM kpi_targets
WHERE year = $1 AND scope = $2 AND (cardinality($3::text[]) = 0 OR metric = ANY($3))
"""


async def page(pool: Any, caller: Any, query: KpiAttainmentQuery) -> KpiAttainmentPage:
    """Every subject in the caller's sight that has a target; 422 for any other period."""
    days, months = query.period, months_of(query.period)
    asked = [metric.code for metric in metrics_asked(query.metrics)] if query.metrics else []
    targets: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in await pool.fetch(_TARGETS, days.start.year, query.scope.value, asked):
        targets[str(row["scope_id"])][row["metric"]] = row
    period = KpiPeriod(text=days.text, start=days.start, end=days.end)
    codes = sorted({code for of_one in targets.values() for code in of_one} & set(METRICS))
    if not codes:
        return KpiAttainmentPage(period=period, items=[])
    body = await summary(pool, caller, query.scope, KpiQuery(period=days, metrics=codes))
    return KpiAttainmentPage(period=period, items=_rows(json.loads(body), targets, months))


def months_of(days: Days) -> int:
    """How many whole months of one year these are from January on."""
    is_end = (days.end + timedelta(days=1)).day == 1
    if (days.start.month, days.start.day) != (1, 1) or days.end.year != days.start.year:
        raise invalid_parameter("period", "period_not_year_to_date")
    if not is_end:
        raise invalid_parameter("period", "period_not_year_to_date")
    return days.end.month


def _rows(body: Any, targets: dict[str, dict[str, Any]], months: int) -> list[KpiAttainmentRow]:
    return [
        KpiAttainmentRow(
            subject=row["subject"],
            values=[
                _against(value, held[value["metric"]], months)
                for value in row["values"]
                if value["metric"] in held
            ],
        )
        for row in body["items"]
        if (held := targets.get(row["subject"]["id"]))
    ]


def _against(value: Any, target: Any, months: int) -> KpiAttainment:
    metric = METRICS[value["metric"]]
    number = None if value["value"] is None else Decimal(value["value"])
    attained = None if number is None else attainment(number, target["value"])
    is_rate = metric.aggregation is Aggregation.ratio
    gap = None if attained is None or is_rate else _gap(attained, months, target["weights"])
    return KpiAttainment(
        metric=metric.code,
        unit=metric.unit,
        value=value["value"],
        target=f"{rounded(target['value'], decimals_of(metric))}",
        target_version=target["version"],
        attainment=None if attained is None else f"{rounded(attained, 4)}",
        display=None if attained is None else percent(attained, Decimal(1), 2),
        schedule_gap=None if gap is None else f"{gap}",
        pace=None if gap is None else _pace(gap),
        drill=value["drill"],
    )


def _gap(attained: Decimal, months: int, weights: Sequence[str] | None) -> Decimal:
    return schedule_gap(attained, months, [Decimal(weight) for weight in weights or ()])


def _pace(gap: Decimal) -> Pace:
    if gap == 0:
        return Pace.on_schedule
    return Pace.ahead if gap > 0 else Pace.behind
