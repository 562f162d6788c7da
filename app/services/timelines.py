"""Reading a timeline: one statement, newest first, the same order for everybody and every time."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.core.cursors import Cursors, scope_of
from app.core.errors import Problem
from app.core.reading import Caller
from app.core.shapes import JsonRow, visible, wire
from app.core.statements import Statement, compiled
from app.models.companies import Company
from app.models.leads import Lead
from app.models.timelines import TimelineQuery, company_events, lead_events

_EVENTS: dict[type[Any], Any] = {Lead: lead_events, Company: company_events}


async def page(
    pool: Any,
    cursors: Cursors,
    caller: Caller,
    subject: tuple[type[Any], UUID],
    query: TimelineQuery,
) -> bytes:
    """A page of a lead's or a company's events as JSON; 404 where that is hidden."""
    of, subject_id = subject
    scope = scope_of("timeline", of.__tablename__, subject_id, caller.role)
    keys = cursors.read(scope, query.cursor) if query.cursor else []
    statement = _statement(of, caller.role, is_continued=bool(keys))
    binds = {**caller.binds, "id": subject_id, "limit": query.limit}
    binds |= {f"k{place}": key for place, key in enumerate(keys)}
    row = await pool.fetchrow(statement.sql, *statement.arguments(binds))
    if row is None:
        raise Problem("not_found")
    items, has_more, *last = row
    cursor = f'"{cursors.write(scope, last)}"' if has_more else "null"
    return f'{{"items":[{items}],"next_cursor":{cursor}}}'.encode()


@lru_cache
def _statement(of: type[Any], role: str, *, is_continued: bool) -> Statement:
    events = _EVENTS[of](role).subquery()
    keys = _keys(events)
    body = JsonRow([(column.name, wire(column)) for column in events.c])
    texts = [sa.cast(key, sa.Text).label(f"k{place}") for place, key in enumerate(keys)]
    found = sa.select(sa.cast(body, sa.Text).label("body"), *texts).select_from(events)
    if is_continued:
        found = found.where(sa.tuple_(*keys) < sa.tuple_(*_behind(keys)))
    size = sa.bindparam("limit", type_=sa.Integer)
    rows = found.order_by(*(key.desc() for key in keys)).limit(size + 1).subquery()
    items = sa.func.array_to_string(sa.func.array_agg(rows.c.body)[1:size], ",")
    last = [sa.func.array_agg(rows.c[f"k{place}"])[size] for place in range(len(keys))]
    subject = sa.select(of.id).where(of.id == sa.bindparam("id", type_=sa.Uuid), *visible(of, role))
    found_page = sa.select(
        sa.func.coalesce(items, sa.literal_column("''")), sa.func.count() > size, *last
    )
    return compiled(found_page.select_from(rows).having(subject.exists()))


def _keys(events: Any) -> list[Any]:
    """No ties: a record has each kind of event once, a transfer once for each lead."""
    lead = sa.func.coalesce(sa.cast(events.c.lead_id, sa.Text), sa.literal_column("''"))
    return [events.c.happened_on, events.c.recorded_at, events.c.subject_id, lead, events.c.kind]


def _behind(keys: list[Any]) -> list[Any]:
    return [
        sa.cast(sa.bindparam(f"k{place}", type_=sa.Text), key.type)
        for place, key in enumerate(keys)
    ]
