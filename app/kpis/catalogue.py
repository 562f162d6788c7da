"""All metrics: the one list that posting, folding, reading and the definitions' page go by."""

from app.kpis import commitments, fundings, signings, stage_transitions, visits
from app.kpis.metrics import Aggregation, Metric

_ALL = (
    *visits.METRICS,
    *stage_transitions.METRICS,
    *signings.METRICS,
    *fundings.METRICS,
    *commitments.METRICS,
)
METRICS: dict[str, Metric] = {metric.code: metric for metric in sorted(_ALL, key=lambda m: m.code)}
DISTINCT = tuple(
    metric.code
    for metric in METRICS.values()
    if metric.aggregation is Aggregation.distinct_companies
)
