"""What a draft of a definition would change: counted beside the live one, posted nowhere."""

from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.core.errors import Problem
from app.core.period import Days
from app.core.statements import Statement, compiled
from app.kpis.catalogue import METRICS
from app.kpis.ledger import facts_of
from app.kpis.metrics import Metric
from app.kpis.pieces import decimals_of
from app.models.kpis import KpiPeriod
from app.models.shadow_reports import ShadowReport, ShadowRow

_DEFINITION = "SELECT metric, definition_version FROM metric_definitions WHERE id = $1"
_REPORT = """
WITH {facts},
counted AS (
  SELECT scope, scope_id, dimension, quantity AS live, 0 AS drafted, counted_on FROM ({live}) AS l
  UNION ALL
  SELECT scope, scope_id, dimension, 0, quantity, counted_on FROM ({drafted}) AS s
)
SELECT scope, scope_id, dimension, sum(live) AS live, sum(drafted) AS drafted
FROM counted WHERE counted_on BETWEEN :start_on AND :end_on
GROUP BY scope, scope_id, dimension HAVING sum(live) <> 0 OR sum(drafted) <> 0
ORDER BY scope, scope_id, dimension
"""


@lru_cache
def _statement(metric: Metric) -> Statement:
    text = _REPORT.format(facts=facts_of(metric.family), live=metric.select, drafted=metric.drafted)
    return compiled(sa.text(text))


async def report(pool: Any, definition_id: UUID, days: Days) -> ShadowReport:
    """By scope and dimension: the number as it is, as it would be, and the difference."""
    row = await pool.fetchrow(_DEFINITION, definition_id)
    if row is None:
        raise Problem("not_found")
    metric = METRICS[row["metric"]]
    statement = _statement(metric)
    binds = {"definition_id": definition_id, "start_on": days.start, "end_on": days.end}
    rows = await pool.fetch(statement.sql, *statement.arguments(binds))
    return ShadowReport(
        metric=metric.code,
        unit=metric.unit,
        definition_id=f"{metric.code}@{row['definition_version']}",
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        items=[_row(row, decimals_of(metric)) for row in rows],
    )


def _row(row: Any, places: int) -> ShadowRow:
    def written(quantity: Decimal) -> str:
        return f"{quantity:.{places}f}"

    scope_id: UUID = row["scope_id"]
    return ShadowRow(
        scope=row["scope"],
        scope_id=scope_id,
        dimension=row["dimension"],
        value=written(row["live"]),
        shadow_value=written(row["drafted"]),
        difference=written(row["drafted"] - row["live"]),
    )
