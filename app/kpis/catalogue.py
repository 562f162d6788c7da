"""All metrics: the one list that posting, folding, reading and the definitions' page go by."""

from app.kpis import activities, service_tasks, stage_transitions, stationings, visits
from app.kpis.metrics import Aggregation, Metric

_NOUNS = (activities, service_tasks, stage_transitions, stationings, visits)
METRICS: dict[str, Metric] = {
    metric.code: metric
    for metric in sorted((m for noun in _NOUNS for m in noun.METRICS), key=lambda m: m.code)
}
DISTINCT = tuple(
    metric.code
    for metric in METRICS.values()
    if metric.aggregation is Aggregation.distinct_companies
)
