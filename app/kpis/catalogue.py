"""All metrics: the one list that posting, folding, reading and the definitions' page go by."""

from app.kpis import fundings, money_facts, signings, stage_transitions, visits
from app.kpis.metrics import Aggregation, Metric

_MODULES = (visits, stage_transitions, signings, fundings, money_facts)
_ALL = [metric for module in _MODULES for metric in module.METRICS]
METRICS: dict[str, Metric] = {metric.code: metric for metric in sorted(_ALL, key=lambda m: m.code)}
DISTINCT = tuple(
    metric.code
    for metric in METRICS.values()
    if metric.aggregation is Aggregation.distinct_companies
)
