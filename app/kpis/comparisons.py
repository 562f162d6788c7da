"""Numbers by several versions of a definition: beside the ledger's, and beside each other."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.errors import Problem
from app.core.period import Days
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Metric
from app.kpis.pieces import written
from app.kpis.shadows import sums
from app.models.kpis import KpiPeriod
from app.models.shadow_reports import (
    ComparedRow,
    ComparedVersion,
    ComparisonQuery,
    ShadowReport,
    ShadowRow,
    VersionComparison,
)

# The last time that all of its facts were counted is null where they never were.
_VERSIONS = """
SELECT d.*, s.as_of FROM metric_definitions d LEFT JOIN metric_shadows s ON s.definition_id = d.id
WHERE {} ORDER BY d.definition_version LIMIT 10
"""
_BY_ID = _VERSIONS.format("d.id = $1")
_BY_NUMBER = _VERSIONS.format(
    "d.metric = $1 AND (cardinality($2::int[]) = 0 OR d.definition_version = ANY($2))"
)


async def report(pool: Any, definition_id: UUID, days: Days) -> ShadowReport:
    """By scope, part and dimension: the number as it is, as it would be, and the difference."""
    versions = await pool.fetch(_BY_ID, definition_id)
    if not versions:
        raise Problem("not_found")
    (version,) = versions
    metric = METRICS[version["metric"]]
    rows = await sums(pool, metric, versions, days)
    return ShadowReport(
        metric=metric.code,
        unit=metric.unit,
        definition_id=_id_of(version),
        as_of=version["as_of"] or now(),
        period=_period(days),
        items=[_changed(metric, row) for row in rows],
    )


async def comparison(pool: Any, query: ComparisonQuery) -> VersionComparison:
    """The columns that were asked for, by number; 404 where the metric has no such version."""
    versions = await pool.fetch(_BY_NUMBER, query.metric, query.versions)
    if not versions or len(versions) < len(set(query.versions)):
        raise Problem("not_found")
    metric = METRICS[query.metric]
    rows = await sums(pool, metric, versions, query.period)
    is_built = all(version["as_of"] for version in versions)
    return VersionComparison(
        metric=metric.code,
        unit=metric.unit,
        scope=query.scope,
        period=_period(query.period),
        versions=[_column(version, is_built=is_built) for version in versions],
        items=_rows(metric, [row["definition_version"] for row in versions], [
            row for row in rows if row["scope"] == query.scope
        ]),
    )  # fmt: skip


def _id_of(version: Any) -> str:
    return f"{version['metric']}@{version['definition_version']}"


def _period(days: Days) -> KpiPeriod:
    return KpiPeriod(text=days.text, start=days.start, end=days.end)


def _column(version: Any, *, is_built: bool) -> ComparedVersion:
    return ComparedVersion(
        definition_id=_id_of(version),
        label={lang: version[f"label_{lang}"] for lang in ("zh", "en")},
        wording={lang: version[f"wording_{lang}"] for lang in ("zh", "en")},
        as_of=version["as_of"] if is_built else now(),
    )


def _rows(metric: Metric, numbers: list[int], rows: list[Any]) -> list[ComparedRow]:
    found: dict[Any, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        if row["drafted"]:
            found[row["scope_id"], row["part"], row["dimension"]][row["version"]] = row["drafted"]
    return [
        ComparedRow(
            scope_id=scope_id,
            part=part,
            dimension=dimension,
            values=[_written(metric, part, held.get(number, 0)) for number in numbers],
        )
        for (scope_id, part, dimension), held in sorted(found.items())
    ]


def _written(metric: Metric, part: str, quantity: Any) -> str:
    units = {"numerator": metric.numerator_unit, "denominator": metric.denominator_unit}
    return written(units.get(part, metric.unit), Decimal(quantity))


def _changed(metric: Metric, row: Any) -> ShadowRow:
    part = row["part"]
    return ShadowRow(
        scope=row["scope"],
        scope_id=row["scope_id"],
        part=part,
        dimension=row["dimension"],
        value=_written(metric, part, row["live"]),
        shadow_value=_written(metric, part, row["drafted"]),
        difference=_written(metric, part, row["drafted"] - row["live"]),
    )
