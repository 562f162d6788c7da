"""KPI summaries: one statement for any number of metrics and subjects.

A number is the sum of its ledger entries, so its cost does not depend on how facts are stored, and
`as_of` is a condition on `recorded_at`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.core.clock import now
from app.core.db import LONGEST_TRANSACTION_SECONDS
from app.core.errors import invalid_parameter
from app.core.i18n import text
from app.core.period import Days
from app.kpis.ledger import METRICS
from app.kpis.metrics import Aggregation, Metric
from app.models.kpis import (
    KpiPage,
    KpiPart,
    KpiPeriod,
    KpiQuery,
    KpiRow,
    KpiStatus,
    KpiSubject,
    KpiValue,
)
from app.models.ledger_entries import Scope

PREFIX = "/api/v1"

_SUBJECTS = {
    Scope.officer: """SELECT o.id, o.name, o.team_id FROM officers o
WHERE ($1 OR o.id = $2 OR o.team_id = ANY($3)) AND (
  o.is_active AND o.role IN ('officer', 'team_lead', 'leader')
  OR EXISTS (SELECT 1 FROM ledger_entries e WHERE e.scope = 'officer' AND e.scope_id = o.id
    AND e.counted_on BETWEEN $5 AND $6))""",
    Scope.team: """SELECT t.id, t.name, t.parent_id AS team_id FROM teams t
WHERE ($1 OR t.id = ANY($3)) AND $2::uuid IS NOT NULL""",
    Scope.zone: """SELECT '00000000-0000-0000-0000-000000000000'::uuid AS id, $9::text AS name,
NULL::uuid AS team_id WHERE $1 AND $2::uuid IS NOT NULL AND $3::uuid[] IS NOT NULL""",
}
_SUMS = """
WITH subjects AS ({subjects})
SELECT s.id, s.name, s.team_id, e.metric, e.part, e.dimension, e.total, e.company_count
FROM subjects s
LEFT JOIN LATERAL (
  SELECT metric, part, dimension, sum(quantity) AS total,
         CASE WHEN metric = ANY($10) THEN count(DISTINCT company_id) FILTER (WHERE live) END
           AS company_count
  FROM (
    SELECT metric, part, dimension, quantity, company_id,
           sum(quantity) OVER (PARTITION BY metric, part, dimension, company_id) > 0 AS live
    FROM ledger_entries
    WHERE scope = '{scope}' AND scope_id = s.id AND metric = ANY($4)
      AND counted_on BETWEEN $5 AND $6 AND recorded_at <= $7
      AND ($8::text IS NULL OR mechanism = $8)
  ) AS entries
  GROUP BY metric, part, dimension
) AS e ON true
WHERE $9::text IS NOT NULL
ORDER BY s.name, s.id
"""
_DISTINCT = [m.code for m in METRICS.values() if m.aggregation is Aggregation.distinct_companies]


@dataclass(frozen=True)
class Cell:
    """The sums of one metric of one subject, by part and dimension."""

    totals: dict[tuple[str, str], Decimal]
    company_count: int


@dataclass(frozen=True)
class Window:
    """Which entries are summed."""

    days: Days
    as_of: datetime
    mechanism: str | None
    is_past: bool = False

    @property
    def narrowing(self) -> dict[str, str]:
        """Parameters beside the days, so that a drill shows what the number was summed from."""
        by_mechanism = {"mechanism": self.mechanism} if self.mechanism else {}
        return by_mechanism | ({"as_of": self.as_of.isoformat()} if self.is_past else {})

    def drill(self, metric: str, scope: Scope, scope_id: UUID, **more: str) -> str:
        """The URL whose rows add up to the number."""
        query = {
            "metric": metric,
            "scope": scope.value,
            "scope_id": str(scope_id),
            "counted_on__gte": self.days.start.isoformat(),
            "counted_on__lte": self.days.end.isoformat(),
            **self.narrowing,
            **more,
        }
        return f"{PREFIX}/ledger-entries?{urlencode(query)}"


def metrics_asked(names: Sequence[str]) -> list[Metric]:
    """The metrics by code, all of them where none is named; 422 for an unknown code."""
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        allowed = ", ".join(METRICS)
        raise invalid_parameter(
            "metrics", "unknown_name", name=unknown[0], allowed=allowed, suggestion="-"
        )
    return [METRICS[name] for name in names] if names else list(METRICS.values())


def window_of(query: KpiQuery) -> Window:
    """The window asked for; an instant in the future is refused."""
    if query.as_of is not None and query.as_of > now():
        raise invalid_parameter("as_of", "date_in_future")
    mechanism = query.mechanism.value if query.mechanism else None
    return Window(query.period, query.as_of or now(), mechanism, is_past=query.as_of is not None)


async def summary(pool: Any, caller: Any, scope: Scope, query: KpiQuery) -> KpiPage:
    """The numbers of every subject of a scope that the caller may see."""
    metrics, window = metrics_asked(query.metrics), window_of(query)
    rows = await pool.fetch(
        _SUMS.format(subjects=_SUBJECTS[scope], scope=scope.value),
        caller.sees_zone,
        caller.id,
        list(caller.team_ids) if caller.leads_team else [],
        [metric.code for metric in metrics],
        window.days.start,
        window.days.end,
        window.as_of,
        window.mechanism,
        text("words", "zone"),
        _DISTINCT,
    )
    settled = window.as_of < now() - timedelta(seconds=LONGEST_TRANSACTION_SECONDS)
    return KpiPage(
        period=KpiPeriod(**asdict(window.days)),
        as_of=window.as_of,
        is_settled=settled,
        items=_rows(rows, metrics, scope, window),
    )


def _rows(rows: list[Any], metrics: list[Metric], scope: Scope, window: Window) -> list[KpiRow]:
    subjects: dict[UUID, KpiSubject] = {}
    cells: dict[tuple[UUID, str], dict[tuple[str, str], Any]] = defaultdict(dict)
    for row in rows:
        subjects[row["id"]] = KpiSubject(id=row["id"], name=row["name"], team_id=row["team_id"])
        if row["metric"]:
            cells[row["id"], row["metric"]][row["part"], row["dimension"]] = row
    return [
        KpiRow(
            subject=subject,
            values=[
                _value(metric, _cell(cells[subject_id, metric.code]), scope, subject_id, window)
                for metric in metrics
            ],
        )
        for subject_id, subject in subjects.items()
    ]


def _cell(rows: dict[tuple[str, str], Any]) -> Cell:
    totals = {key: row["total"] for key, row in rows.items()}
    return Cell(totals, sum(row["company_count"] or 0 for row in rows.values()))


def _value(metric: Metric, cell: Cell, scope: Scope, scope_id: UUID, window: Window) -> KpiValue:
    part = partial(_part, metric, cell, scope=scope, scope_id=scope_id, window=window)
    main = part(metric.main or "")
    if metric.aggregation is Aggregation.sum and metric.main is None:
        main.value = written(metric.unit, sum(cell.totals.values(), Decimal(0)))
        main.drill = window.drill(metric.code, scope, scope_id)
    if metric.aggregation is Aggregation.distinct_companies:
        main.value = str(cell.company_count)
        main.drill = _companies(metric, scope, scope_id, window)
    dimensions = sorted({dimension for _, dimension in cell.totals if dimension})
    return KpiValue(
        metric=metric.code,
        value=main.value,
        unit=metric.unit,
        definition_id=metric.definition_id,
        status=KpiStatus.open,
        credit_mode=metric.credit_mode.value,
        numerator=main.numerator,
        denominator=main.denominator,
        reason="denominator_zero" if main.value is None else None,
        drill=main.drill,
        breakdown=[part(name) for name in dimensions],
    )


def _part(
    metric: Metric,
    cell: Cell,
    dimension: str,
    *,
    scope: Scope,
    scope_id: UUID,
    window: Window,
) -> KpiPart:
    more = {"dimension": dimension} if dimension else {}
    drill = window.drill(metric.code, scope, scope_id, **more)
    if metric.aggregation is not Aggregation.ratio:
        total = cell.totals.get(("value", dimension), Decimal(0))
        return KpiPart(dimension=dimension, value=written(metric.unit, total), drill=drill)
    top, bottom = (
        cell.totals.get((p, dimension), Decimal(0)) for p in ("numerator", "denominator")
    )
    return KpiPart(
        dimension=dimension,
        value=rate(top, bottom),
        numerator=f"{top:.0f}",
        denominator=f"{bottom:.0f}",
        drill=drill,
    )


def rate(top: Decimal, bottom: Decimal) -> str | None:
    """A ratio with four decimals, half up; none where there is nothing to divide by."""
    if bottom == 0:
        return None
    return str((top / bottom).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def written(unit: str, quantity: Decimal) -> str:
    """Money to the fen, credit to the ten-thousandth, whole counts plain."""
    if unit == "CNY":
        return f"{quantity:.2f}"
    return f"{quantity:.4f}" if quantity % 1 or unit == "leads" else f"{quantity:.0f}"


def _companies(metric: Metric, scope: Scope, scope_id: UUID, window: Window) -> str:
    query = {
        "metrics": metric.code,
        "scope": scope.value,
        "scope_id": str(scope_id),
        "period": f"{window.days.start}..{window.days.end}",
        **window.narrowing,
    }
    return f"{PREFIX}/kpi-companies?{urlencode(query)}"
