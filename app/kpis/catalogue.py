"""All metrics: the one list that posting, folding, reading and the definitions' page go by."""

from app.kpis import (
    activities,
    cohorts,
    commitments,
    company_lists,
    fundings,
    lights,
    milestones,
    money_facts,
    returns,
    rhythm,
    service_tasks,
    signings,
    stage_transitions,
    stationings,
    visits,
)
from app.kpis.metrics import Aggregation, Metric

MODULES = (
    visits,
    stage_transitions,
    signings,
    milestones,
    cohorts,
    fundings,
    company_lists,
    activities,
    service_tasks,
    stationings,
    commitments,
    money_facts,
    rhythm,
    returns,
    lights,
)
_ALL: tuple[Metric, ...] = tuple(metric for module in MODULES for metric in module.METRICS)
METRICS: dict[str, Metric] = {metric.code: metric for metric in sorted(_ALL, key=lambda m: m.code)}
DISTINCT = tuple(
    metric.code
    for metric in METRICS.values()
    if metric.aggregation is Aggregation.distinct_companies
)
RATIOS = tuple(metric.code for metric in METRICS.values() if metric.is_ratio)
