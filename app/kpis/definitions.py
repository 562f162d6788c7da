"""Definitions as answered."""

from app.core.i18n import label
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Metric
from app.models.kpis import MetricPage, MetricRead


def page() -> MetricPage:
    """All definitions, by code."""
    return MetricPage(items=[_read(metric) for metric in METRICS.values()])


def _read(metric: Metric) -> MetricRead:
    return MetricRead(
        code=metric.code,
        definition_id=metric.definition_id,
        version=metric.version,
        label=label("metrics", metric.code),
        unit=metric.unit,
        unit_label=label("units", metric.unit),
        kpi_dimension=metric.kpi_dimension,
        credit_mode=metric.credit_mode.value,
        aggregation=metric.aggregation.value,
        main_dimension=metric.main,
    )
