"""Metrics as answered: each with the version of its definition that is in force today."""

import json
from typing import Any

from app.core.clock import today
from app.core.i18n import label
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Metric
from app.models.kpis import MetricPage, MetricRead

_IN_FORCE = """
SELECT DISTINCT ON (metric) * FROM metric_definitions
WHERE status = 'adopted' AND effective_from_year <= $1
ORDER BY metric, effective_from_year DESC, definition_version DESC
"""


async def page(pool: Any) -> MetricPage:
    """All metrics, by code."""
    rows = await pool.fetch(_IN_FORCE, today().year)
    return MetricPage(
        items=[_read(METRICS[r["metric"]], r) for r in rows if r["metric"] in METRICS]
    )


def _read(metric: Metric, version: Any) -> MetricRead:
    number = version["definition_version"]
    return MetricRead(
        code=metric.code,
        definition_id=f"{metric.code}@{number}",
        version=number,
        effective_from_year=version["effective_from_year"],
        parameters=json.loads(version["parameters"]),
        wording={lang: version[f"wording_{lang}"] for lang in ("zh", "en")},
        label=label("metrics", metric.code),
        unit=metric.unit,
        unit_label=label("units", metric.unit),
        kpi_dimension=metric.kpi_dimension,
        credit_mode=metric.credit_mode.value,
        aggregation=metric.aggregation.value,
        main_dimension=metric.main,
    )
