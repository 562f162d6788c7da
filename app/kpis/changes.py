"""The change bridge: entries recorded between two instants, subject by subject.

A subject's share of the difference goes whole to one term, so that the terms add up by
construction. Of a distinct count the subjects are companies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from app.core.clock import now
from app.core.errors import invalid_parameter, unknown_name
from app.kpis.bridge import bridge_statement
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Aggregation, Metric
from app.kpis.pieces import decimals_of, part_decimals_of
from app.kpis.window import PREFIX
from app.models.kpi_changes import (
    ChangeTerm,
    KpiChange,
    KpiChangePart,
    KpiChangeQuery,
    KpiChangeSubject,
    KpiChangeSubjectPage,
    KpiChangeSubjectQuery,
    KpiTerm,
)
from app.models.kpis import KpiPeriod


@dataclass(frozen=True)
class _Moved:
    """One subject's share of a part, as it was and as it is."""

    part: str
    subject_id: Any
    then_value: Decimal
    now_value: Decimal
    term: ChangeTerm | None

    @property
    def value(self) -> Decimal:
        return self.now_value - self.then_value


async def _moved(pool: Any, caller: Any, metric: Metric, query: KpiChangeQuery) -> list[_Moved]:
    is_distinct = metric.aggregation is Aggregation.distinct_companies
    statement = bridge_statement(caller.role, is_distinct=is_distinct)
    binds = {
        **caller.binds,
        "metric": metric.code,
        "main": metric.main,
        "scope": query.scope.value,
        "scope_id": query.scope_id,
        "start_on": query.period.start,
        "end_on": query.period.end,
        "from_at": query.from_at,
        "to_at": query.to_at,
    }
    rows = await pool.fetch(statement.sql, *statement.arguments(binds))
    return [_Moved(**row) for row in map(dict, rows)]


def _asked(query: KpiChangeQuery) -> tuple[Metric, KpiChangeQuery]:
    """The metric, and the query with both instants; 422 for what cannot be."""
    if query.metric not in METRICS:
        raise unknown_name("metric", "unknown_name", query.metric, METRICS)
    until = query.to_at or now()
    if until > now():
        raise invalid_parameter("to_at", "date_in_future")
    if query.from_at > until:
        raise invalid_parameter("from_at", "from_after_to")
    return METRICS[query.metric], query.model_copy(update={"to_at": until})


async def bridge(pool: Any, caller: Any, asked: KpiChangeQuery) -> KpiChange:
    """A number then and now, and the terms between; those whom the caller does not see count 0."""
    metric, query = _asked(asked)
    rows = await _moved(pool, caller, metric, query)
    sides = ("value",)
    if metric.is_ratio:
        sides = ("numerator", "denominator")
    days = query.period
    return KpiChange(
        metric=metric.code,
        unit=metric.unit,
        scope=query.scope,
        scope_id=query.scope_id,
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        from_at=query.from_at,
        to_at=query.to_at or now(),
        parts=[_part(metric, query, p, [row for row in rows if row.part == p]) for p in sides],
    )


def _part(metric: Metric, query: KpiChangeQuery, part: str, rows: list[_Moved]) -> KpiChangePart:
    then = sum((row.then_value for row in rows), Decimal(0))
    after = sum((row.now_value for row in rows), Decimal(0))
    terms = [_term(metric, query, part, t, [r for r in rows if r.term == t]) for t in ChangeTerm]
    return KpiChangePart(
        part=part,
        value_then=_written(metric, part, then),
        value_now=_written(metric, part, after),
        difference=_written(metric, part, after - then),
        terms=terms,
    )


def _term(
    metric: Metric, query: KpiChangeQuery, part: str, term: ChangeTerm, rows: Sequence[_Moved]
) -> KpiTerm:
    more = {"part": part, "term": term.value}
    return KpiTerm(
        term=term,
        value=_written(metric, part, sum((row.value for row in rows), Decimal(0))),
        subject_count=len(rows),
        drill=f"{PREFIX}/kpi-change-subjects?{urlencode(_same(query) | more)}",
    )


def _same(query: KpiChangeQuery) -> dict[str, str]:
    """The number once more; the days as days, so that `today` stays what it was."""
    return {
        "metric": query.metric,
        "period": f"{query.period.start}..{query.period.end}",
        "scope": query.scope.value,
        "scope_id": str(query.scope_id),
        "from_at": query.from_at.isoformat(),
        "to_at": query.to_at.isoformat() if query.to_at else "",
    }


async def subjects(pool: Any, caller: Any, asked: KpiChangeSubjectQuery) -> KpiChangeSubjectPage:
    """The subjects of one term and what each adds to it."""
    metric, query = _asked(asked)
    rows = await _moved(pool, caller, metric, query)
    return KpiChangeSubjectPage(
        items=[
            KpiChangeSubject(
                subject_id=row.subject_id,
                value=_written(metric, row.part, row.value),
                drill=_drill(metric, query, row),
            )
            for row in rows
            if (row.part, row.term) == (asked.part, asked.term)
        ]
    )


def _drill(metric: Metric, query: KpiChangeQuery, row: _Moved) -> str:
    if metric.aggregation is Aggregation.distinct_companies:
        return f"{PREFIX}/companies/{row.subject_id}"
    same = _same(query)
    asked = {
        **{name: same[name] for name in ("metric", "scope", "scope_id")},
        "subject_id": str(row.subject_id),
        "part": row.part,
        "counted_on__gte": f"{query.period.start}",
        "counted_on__lte": f"{query.period.end}",
        "recorded_after": same["from_at"],
        "as_of": same["to_at"],
    }
    main = {"dimension": metric.main} if metric.main else {}
    main |= {"subjects_from": f"{query.period.start}"} if metric.is_ratio else {}
    return f"{PREFIX}/ledger-entries?{urlencode(asked | main)}"


def _written(metric: Metric, part: str, quantity: Decimal) -> str:
    top, bottom = part_decimals_of(metric)
    places = {"numerator": top, "denominator": bottom}.get(part, decimals_of(metric))
    return f"{quantity:.{places}f}"
