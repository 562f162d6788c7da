"""The companies behind a distinct count."""

from typing import Any

import sqlalchemy as sa

from app.core.reading import compiled
from app.core.shapes import visible
from app.kpis.window import metrics_asked, window_of
from app.models.companies import Company
from app.models.kpis import KpiCompany, KpiCompanyPage, KpiCompanyQuery
from app.models.ledger_entries import LedgerEntry as Entry


async def behind(pool: Any, caller: Any, query: KpiCompanyQuery) -> KpiCompanyPage:
    """One row per company whose entries in the window do not cancel out."""
    window = window_of(query)
    statement = compiled(_select(caller.role, has_mechanism=window.mechanism is not None))
    binds = {
        **caller.binds,
        "metrics": [metric.code for metric in metrics_asked(query.metrics)],
        "scope": query.scope,
        "scope_id": query.scope_id,
        "start": window.days.start,
        "end": window.days.end,
        "as_of": window.as_of,
        "mechanism": window.mechanism,
    }
    rows = await pool.fetch(statement.sql, *statement.arguments(binds))
    return KpiCompanyPage(items=[KpiCompany(**{**row, "quantity": "1"}) for row in map(dict, rows)])


def _select(role: str, *, has_mechanism: bool) -> sa.SelectBase:
    entry: Any = Entry
    company: Any = Company
    found = (
        sa.select(
            company.id.label("company_id"),
            company.name,
            sa.func.count().label("entry_count"),
            sa.func.min(entry.counted_on).label("first_on"),
            sa.func.max(entry.counted_on).label("last_on"),
        )
        .join(company, company.id == entry.company_id)
        .where(
            entry.metric == sa.any_(_bind("metrics", sa.ARRAY(sa.Text))),
            sa.cast(entry.scope, sa.Text) == _bind("scope", sa.Text),
            entry.scope_id == _bind("scope_id", sa.Uuid),
            entry.counted_on.between(_bind("start", sa.Date), _bind("end", sa.Date)),
            entry.recorded_at <= _bind("as_of", sa.DateTime(timezone=True)),
            *visible(entry, role),
        )
        .group_by(company.id, company.name)
        .having(sa.func.sum(entry.quantity) > 0)
        .order_by(company.name_sort, company.id)
    )
    return found.where(entry.mechanism == _bind("mechanism", sa.Text)) if has_mechanism else found


def _bind(name: str, kind: Any) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=kind)
