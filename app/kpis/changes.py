"""The change bridge: entries recorded between two instants, subject by subject.

A subject's share of the difference goes whole to one term, so that the terms add up by
construction. Of a distinct count the subjects are companies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from app.core.clock import now
from app.core.errors import invalid_parameter, unknown_name
from app.core.shapes import visible
from app.core.statements import Statement, compiled
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
from app.models.ledger_entries import LedgerEntry as Entry

_THEN = "recorded_at <= CAST(:from_at AS timestamptz)"
_INSIDE = "counted_on BETWEEN CAST(:start_on AS date) AND CAST(:end_on AS date)"
# What `:metric` counts for anybody: whether a subject is there at all is asked of all scopes.
_ANYWHERE = """metric = CAST(:metric AS text) AND recorded_at <= CAST(:to_at AS timestamptz)
    AND (CAST(:main AS text) IS NULL OR dimension = CAST(:main AS text))"""
_BRIDGE = f"""
SELECT part, subject_id, then_value, now_value, term FROM (
  WITH sums AS (
    SELECT part, {{subject}} AS subject_id,
           coalesce(sum(quantity) FILTER (WHERE {_INSIDE} AND {_THEN}), 0) AS then_sum,
           coalesce(sum(quantity) FILTER (WHERE {_INSIDE}), 0) AS now_sum,
           coalesce(sum(quantity) FILTER (WHERE {_THEN}), 0) AS then_all,
           sum(quantity) AS now_all
    FROM mine GROUP BY 1, 2
  ),
  valued AS (SELECT *, {{then}} AS then_value, {{now}} AS now_value FROM sums),
  held AS (
    SELECT part, {{subject}} AS subject_id, definition_version,
           coalesce(sum(quantity) FILTER (WHERE {_THEN}), 0) AS then_sum, sum(quantity) AS now_sum,
           sum(quantity) FILTER (WHERE is_redefinition AND NOT {_THEN}) AS redefined
    FROM ledger_entries
    WHERE {_ANYWHERE} AND {{subject}} IN (
      SELECT subject_id FROM valued WHERE then_value <> now_value)
    GROUP BY 1, 2, 3
  ),
  known AS (
    SELECT part, subject_id, sum(then_sum) AS before, sum(now_sum) AS after,
           coalesce(sum(redefined), 0) AS redefined,
           array_agg(definition_version ORDER BY 1) FILTER (WHERE then_sum <> 0) AS old_versions,
           array_agg(definition_version ORDER BY 1) FILTER (WHERE now_sum <> 0) AS new_versions
    FROM held GROUP BY 1, 2
  )
  SELECT part, subject_id, then_value, now_value,
         CASE WHEN then_value = now_value THEN NULL
              WHEN redefined <> 0 THEN 're_defined'
              WHEN {{is_new}} THEN 'new'
              WHEN {{is_reversed}} THEN 'reversed'
              WHEN old_versions <> new_versions THEN 're_defined'
              WHEN then_all = now_all THEN 're_dated'
              ELSE 're_classified' END AS term
  FROM valued LEFT JOIN known USING (part, subject_id)
  WHERE then_value <> 0 OR now_value <> 0
) AS bridge ORDER BY part, subject_id
"""
_OF_FACTS = {
    "subject": "subject_id",
    "then": "then_sum",
    "now": "now_sum",
    "is_new": "before = 0",
    "is_reversed": "after = 0",
}
# A company is there with any of its facts: more of them than before is new, fewer is reversed.
_OF_COMPANIES = {
    "subject": "company_id",
    "then": "CAST(then_sum > 0 AS int)",
    "now": "CAST(now_sum > 0 AS int)",
    "is_new": "after > before",
    "is_reversed": "after < before",
}


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


@lru_cache
def _statement(role: str, *, is_distinct: bool) -> Statement:
    entry: Any = Entry
    names = ("part", "subject_id", "company_id", "counted_on", "recorded_at", "quantity")
    mine = (
        sa.select(*(getattr(entry, name) for name in names))
        .where(
            sa.cast(entry.scope, sa.Text) == sa.bindparam("scope", type_=sa.Text),
            entry.scope_id == sa.bindparam("scope_id", type_=sa.Uuid),
            sa.text(_ANYWHERE),
            *visible(entry, role),
        )
        .cte("mine")
    )
    text = _BRIDGE.format(**(_OF_COMPANIES if is_distinct else _OF_FACTS))
    return compiled(sa.text(text).columns().add_cte(mine))


async def _moved(pool: Any, caller: Any, metric: Metric, query: KpiChangeQuery) -> list[_Moved]:
    is_distinct = metric.aggregation is Aggregation.distinct_companies
    statement = _statement(caller.role, is_distinct=is_distinct)
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
    if metric.aggregation is Aggregation.ratio:
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
    return f"{PREFIX}/ledger-entries?{urlencode(asked | main)}"


def _written(metric: Metric, part: str, quantity: Decimal) -> str:
    top, bottom = part_decimals_of(metric)
    places = {"numerator": top, "denominator": bottom}.get(part, decimals_of(metric))
    return f"{quantity:.{places}f}"
