"""The statement behind the change bridge: every subject of a number, then, now, and its term."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.shapes import visible
from app.core.statements import Statement, compiled
from app.models.ledger_entries import LedgerEntry as Entry

_THEN = "recorded_at <= CAST(:from_at AS timestamptz)"
_INSIDE = """counted_on BETWEEN CAST(:start_on AS date) AND CAST(:end_on AS date)
             AND (subject_on >= CAST(:start_on AS date)) IS NOT FALSE"""
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


@lru_cache
def bridge_statement(role: str, *, is_distinct: bool) -> Statement:
    """A row per part and subject of what a role may see; `term` is null where nothing moved."""
    entry: Any = Entry
    names = (
        "part",
        "subject_id",
        "company_id",
        "counted_on",
        "subject_on",
        "recorded_at",
        "quantity",
    )
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
