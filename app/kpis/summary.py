"""KPI summaries: one statement for any number of metrics and subjects; its bytes are the reply."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.core.db import LONGEST_TRANSACTION_SECONDS
from app.core.i18n import text
from app.kpis.pieces import Pieces, rows_json
from app.kpis.statement import summary_statement
from app.kpis.subjects import Form
from app.kpis.window import Window, expands_asked, metrics_asked, window_of
from app.models.kpis import KpiPage, KpiPeriod, KpiQuery
from app.models.ledger_entries import Scope


async def summary(pool: Any, caller: Any, scope: Scope, query: KpiQuery) -> bytes:
    """The numbers of every subject of a scope that the caller may see: a `KpiPage` in JSON."""
    window, is_broken_down = window_of(query), "breakdown" in expands_asked(query.expand)
    metrics = [
        Pieces(str(place), metric, scope, window, is_broken_down, query.units)
        for place, metric in enumerate(metrics_asked(query.metrics))
    ]
    form, binds = _asked(caller, scope, window, metrics)
    statement = summary_statement(form)
    row = await pool.fetchrow(statement.sql, *statement.arguments(binds))
    found = [_as_found(pieces, row) for pieces in metrics]
    items = rows_json(row["subjects"], row["columns"], found) if row["subjects"] else []
    return b"".join([_head(window), *items, b"]}"])


def _as_found(pieces: Pieces, row: Any) -> Pieces:
    """Whether the number can still move, and the version of its definition."""
    versions = json.loads(row["versions"] or "{}")
    if row["is_closed"]:
        pieces = replace(pieces, window=replace(pieces.window, is_closed=True))
    if version := versions.get(pieces.metric.code):
        pieces = replace(pieces, metric=replace(pieces.metric, version=version))
    return pieces


def _asked(
    caller: Any, scope: Scope, window: Window, metrics: list[Pieces]
) -> tuple[Form, dict[str, Any]]:
    months, edges = window.months(), window.edges()
    form = Form(
        scope,
        sees_zone=caller.sees_zone,
        has_months=bool(months),
        has_edges=bool(edges),
        kept_count=window.kept_count(),
        is_past=window.is_past,
        is_broken_down=metrics[0].is_broken_down,
        is_credited=window.is_credited,
        has_ratios=any(pieces.is_ratio for pieces in metrics),
    )
    return form, {
        "me_id": caller.id,
        "team_ids": list(caller.team_ids) if caller.leads_team else [],
        "zone_name": text("words", "zone"),
        "metrics": [pieces.metric.code for pieces in metrics],
        "mechanism": window.mechanism or "",
        "months": months,
        "starts": [start for start, _ in edges],
        "ends": [end for _, end in edges],
        "start_on": window.days.start,
        "end_on": window.days.end,
        "as_of": window.as_of,
        "asked": json.dumps([_row(pieces) for pieces in metrics]),
    }


def _row(pieces: Pieces) -> dict[str, Any]:
    return {
        "place": pieces.place,
        "metric": pieces.metric.code,
        "main": pieces.metric.main,
        "decimals": pieces.decimals,
        "top_decimals": pieces.part_decimals[0],
        "bottom_decimals": pieces.part_decimals[1],
        "is_ratio": pieces.is_ratio,
        "is_distinct": pieces.is_distinct,
    }


def _head(window: Window) -> bytes:
    """The page's JSON up to its first row."""
    days = window.days
    page = KpiPage(
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        as_of=window.as_of,
        is_settled=window.as_of < now() - timedelta(seconds=LONGEST_TRANSACTION_SECONDS),
        credit_basis=window.basis,
        items=[],
    )
    return page.model_dump_json().removesuffix("]}").encode()
