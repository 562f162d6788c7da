"""All metrics: the one list that posting, folding, reading and the definitions' page go by."""

from app.kpis import money_facts, stage_transitions, visits
from app.kpis.metrics import Aggregation, Metric

METRICS: dict[str, Metric] = {
    metric.code: metric
    for metric in sorted(
        (*visits.METRICS, *stage_transitions.METRICS, *money_facts.METRICS), key=lambda m: m.code
    )
}
DISTINCT = tuple(
    metric.code
    for metric in METRICS.values()
    if metric.aggregation is Aggregation.distinct_companies
)
