"""Numbers by several versions of a definition: beside the ledger's, and beside each other."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.errors import Problem
from app.core.period import Days
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Metric
from app.kpis.pieces import written
from app.kpis.shadows import sums, version_of
from app.models.kpis import KpiPeriod
from app.models.shadow_reports import (
    ComparedRow,
    ComparedVersion,
    ComparisonQuery,
    ShadowReport,
    ShadowRow,
    VersionComparison,
)

_ALL = "SELECT definition_version FROM metric_definitions WHERE metric = $1 ORDER BY 1 LIMIT 10"


async def report(pool: Any, definition_id: UUID, days: Days) -> ShadowReport:
    """By scope, part and dimension: the number as it is, as it would be, and the difference."""
    async with pool.acquire() as connection, _snapshot(connection):
        version = await version_of(connection, definition_id)
        rows = await sums(connection, version, days.start, days.end)
    metric = METRICS[version["metric"]]
    return ShadowReport(
        metric=metric.code,
        unit=metric.unit,
        definition_id=_id_of(version),
        as_of=version["as_of"] or now(),
        period=_period(days),
        items=[_changed(metric, row) for row in rows],
    )


async def comparison(pool: Any, query: ComparisonQuery) -> VersionComparison:
    """The columns that were asked for; 404 where the metric has no such version."""
    days, columns = query.period, list[Any]()
    async with pool.acquire() as connection, _snapshot(connection):
        every = [row["definition_version"] for row in await connection.fetch(_ALL, query.metric)]
        numbers = query.versions or every
        versions = [await version_of(connection, query.metric, number) for number in numbers]
        for version in versions:
            columns.append(await sums(connection, version, days.start, days.end))
    if not versions:
        raise Problem("not_found")
    metric = METRICS[query.metric]
    return VersionComparison(
        metric=metric.code,
        unit=metric.unit,
        scope=query.scope,
        period=_period(days),
        versions=[_column(version) for version in versions],
        items=_rows(metric, query.scope, columns),
    )


def _snapshot(connection: Any) -> Any:
    return connection.transaction(isolation="repeatable_read", readonly=True)


def _id_of(version: Any) -> str:
    return f"{version['metric']}@{version['definition_version']}"


def _period(days: Days) -> KpiPeriod:
    return KpiPeriod(text=days.text, start=days.start, end=days.end)


def _column(version: Any) -> ComparedVersion:
    return ComparedVersion(
        definition_id=_id_of(version),
        label={lang: version[f"label_{lang}"] for lang in ("zh", "en")},
        wording={lang: version[f"wording_{lang}"] for lang in ("zh", "en")},
        as_of=version["as_of"] or now(),
    )


def _rows(metric: Metric, scope: str, columns: list[list[Any]]) -> list[ComparedRow]:
    found = [
        {
            (row["scope_id"], row["part"], row["dimension"]): row["drafted"]
            for row in column
            if row["scope"] == scope
        }
        for column in columns
    ]
    return [
        ComparedRow(
            scope_id=key[0],
            part=key[1],
            dimension=key[2],
            values=[_written(metric, key[1], column.get(key, Decimal(0))) for column in found],
        )
        for key in sorted({key for column in found for key in column if column[key]})
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
