"""KPI summaries: one statement for any number of metrics and subjects; its bytes are the reply."""

import json
from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.core.db import LONGEST_TRANSACTION_SECONDS
from app.core.i18n import text
from app.kpis.pieces import asked
from app.kpis.statement import Form, summary_statement
from app.kpis.window import Window, metrics_asked, window_of
from app.models.kpis import KpiPage, KpiPeriod, KpiQuery
from app.models.ledger_entries import Scope


async def summary(pool: Any, caller: Any, scope: Scope, query: KpiQuery) -> bytes:
    """The numbers of every subject of a scope that the caller may see: a `KpiPage` in JSON."""
    metrics, window = metrics_asked(query.metrics), window_of(query)
    months, edges = window.months(), window.edges()
    form = Form(
        scope,
        sees_zone=caller.sees_zone,
        has_months=bool(months),
        has_edges=bool(edges),
        is_one_month=len(months) == 1 and not edges,
        is_past=window.is_past,
    )
    binds = {
        "me_id": caller.id,
        "team_ids": list(caller.team_ids) if caller.leads_team else [],
        "zone_name": text("words", "zone"),
        "metrics": [metric.code for metric in metrics],
        "mechanism": window.mechanism or "",
        "months": months,
        "starts": [start for start, _ in edges],
        "ends": [end for _, end in edges],
        "start_on": window.days.start,
        "end_on": window.days.end,
        "as_of": window.as_of,
        "asked": json.dumps(asked(metrics, scope, window)),
        "head": _head(window),
    }
    statement = summary_statement(form)
    return await pool.fetchval(statement.sql, *statement.arguments(binds))


def _head(window: Window) -> str:
    """The page's JSON up to its first row."""
    days = window.days
    page = KpiPage(
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        as_of=window.as_of,
        is_settled=window.as_of < now() - timedelta(seconds=LONGEST_TRANSACTION_SECONDS),
        items=[],
    )
    return page.model_dump_json().removesuffix("]}")
