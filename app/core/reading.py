"""The read path: every get and list is one statement, compiled once per shape of request.

Row access, filters, sort, cursor, `fields` and `expand` are part of the statement; PostgreSQL
builds the JSON; the bytes pass through. A write answers with the same statement inside its own
transaction, so a reply and a later GET cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.base import ReadShape
from app.core.cursors import Order, after, ordering
from app.core.errors import Problem
from app.core.filters import condition_of
from app.core.listing import Selection
from app.core.owned import Own, met
from app.core.ranking import ranked, tiers_of, unseen
from app.core.search import holds_condition, search_condition
from app.core.shapes import json_of, visible
from app.core.statements import Statement, compiled


class Caller(Protocol):
    """Who asks: the role shapes the statement, the binds fill it in."""

    @property
    def role(self) -> str:
        """The caller's role code."""
        ...

    @property
    def binds(self) -> dict[str, Any]:
        """Values for the row rule's parameters: `me_id` and `me_team_ids`."""
        ...


def _bytes(text: Any) -> sa.ColumnElement[Any]:
    """What the driver hands over as it came: no decoding here, no encoding for the reply."""
    return sa.func.convert_to(text, sa.literal_column("'UTF8'"))


@lru_cache(maxsize=4096)
def _one(
    shape: type[ReadShape], role: str, fields: tuple[str, ...], expand: tuple[str, ...]
) -> Statement:
    table: Any = shape.table
    body = _bytes(sa.cast(json_of(shape, table, role, fields, expand), sa.Text))
    version = getattr(table, "version", sa.literal_column("0"))
    where = [table.id == sa.bindparam("id", type_=sa.Uuid), *visible(table, role)]
    return compiled(sa.select(body, version).select_from(table).where(*where))


@dataclass(frozen=True)
class ListForm:
    """All that shapes the statement of a list; the values are bound later.

    `tier` is where a search begins that comes in tiers, None where it has one order. `walk`: it is
    met among so many rows, the first, as its term probably is common (`common_grams`);
    `is_weighed`: PostgreSQL plans it for its values.
    """

    query: type[Selection]
    role: str
    given: tuple[str, ...]
    orders: tuple[Order, ...]
    tier: int | None
    null_keys: tuple[bool, ...] | None
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    is_search: bool
    walk: int
    is_weighed: bool
    is_paged: bool


def sort_columns(form: ListForm) -> list[Any]:
    """The columns of the sort keys; a name sorts by its pinyin."""
    table: Any = form.query.shape.table
    return [
        getattr(table, f"{order.field}_sort", None) or getattr(table, order.field)
        for order in form.orders
    ]


def _where(form: ListForm) -> list[sa.ColumnElement[bool]]:
    table: Any = form.query.shape.table
    where = [condition_of(form.query.filters[name], name, table, form.role) for name in form.given]
    return [*visible(table, form.role), *where]


def _matching(form: ListForm) -> list[sa.ColumnElement[bool]]:
    found = [search_condition(form.query.shape.table)] if form.is_search else []
    return [*_where(form), *found]


def _held(form: ListForm) -> list[sa.ColumnElement[bool]]:
    """The same rows for a reader who has them already."""
    found = [holds_condition(form.query.shape.table)] if form.is_search else []
    return [*_where(form), *found]


def _body(form: ListForm, entity: Any) -> sa.ColumnElement[Any]:
    body = json_of(form.query.shape, entity, form.role, form.fields, form.expand)
    return sa.cast(body, sa.Text).label("body")


def rows_of(form: ListForm) -> Any:  # a Select of text columns
    """The rows of a list in order: `body` (JSON as text) and the sort keys `k0`, `k1` as text."""
    table: Any = form.query.shape.table
    columns = sort_columns(form)
    keys = [sa.cast(column, sa.Text).label(f"k{i}") for i, column in enumerate(columns)]
    found = sa.select(_body(form, table), *keys).select_from(table)
    found = found.where(*_matching(form)).order_by(*ordering(columns, form.orders))
    if form.null_keys is not None:
        found = found.where(after(columns, form.orders, form.null_keys))
    return found


def _read(form: ListForm, hits: Any) -> Any:  # as of `rows_of`
    """Rows found, `id` and keys, with their records.

    These are read by id once the page is known: what finds them stays cheap to plan.
    """
    record: Any = aliased(form.query.shape.table)
    body = sa.select(_body(form, record)).where(record.id == hits.c.id).scalar_subquery()
    return sa.select(body.label("body"), *list(hits.c)[1:])


def _found(form: ListForm, size: Any) -> Any:  # as of `rows_of`
    """The rows of a page: in tiers (`tier` is a key before the others), own ones, or any."""
    own, table = _own(form), form.query.shape.table
    ways = own.ways if own else ()
    if form.tier is None and not ways:
        return _sliced(form, rows_of(form), size)
    reach = size + sa.bindparam("offset", type_=sa.Integer) if form.is_paged else size
    columns = sort_columns(form)
    if form.tier is None:
        rows = met(
            table, ways, _held(form), columns, form.orders,
            null_keys=form.null_keys, count=reach,
        )  # fmt: skip
    else:
        rows = ranked(
            table, tiers_of(table, own, columns, form.orders), form.tier, _where(form),
            null_keys=form.null_keys, count=reach, walk=form.walk, is_weighed=form.is_weighed,
        )  # fmt: skip
    rows = _sliced(form, rows, size)
    is_seen = form.tier is None or form.is_weighed
    return _read(form, (rows if is_seen else unseen(rows)).subquery())


def _own(form: ListForm) -> Own | None:
    return form.query.own(form.query.shape.table, form.role) if form.query.own else None


def _sliced(form: ListForm, rows: Any, size: Any) -> Any:
    rows = rows.limit(size)
    return rows.offset(sa.bindparam("offset", type_=sa.Integer)) if form.is_paged else rows


@lru_cache(maxsize=4096)
def list_statement(form: ListForm) -> Statement:
    """One page as one row: the items' JSON, whether more follow, and the last row's sort keys."""
    size = sa.bindparam("limit", type_=sa.Integer)
    page = _found(form, size + 1).subquery()
    items = sa.func.array_to_string(sa.func.array_agg(page.c.body)[1:size], ",")
    last = [sa.func.array_agg(key)[size] for key in list(page.c)[1:]]
    body = _bytes(sa.func.coalesce(items, sa.literal_column("''")))
    return compiled(sa.select(body, sa.func.count() > size, *last).select_from(page))


@lru_cache(maxsize=1024)
def rows_statement(form: ListForm) -> Statement:
    """All rows in order, the JSON of each as text."""
    rows = rows_of(form)
    return compiled(rows.with_only_columns(rows.selected_columns["body"]))


@lru_cache(maxsize=1024)
def count_statement(form: ListForm, ceiling: int | None) -> Statement:
    """How many rows the list has, counting no further than `ceiling`."""
    table: Any = form.query.shape.table
    rows = sa.select(sa.literal_column("1")).select_from(table)
    own = _own(form)
    if own and own.ways:
        rows = sa.union_all(*(rows.where(way, *_held(form)) for way in own.ways))
    else:
        rows = rows.where(*_matching(form))
    if ceiling is not None:
        rows = rows.limit(sa.literal_column(str(ceiling)))
    return compiled(sa.select(sa.func.count()).select_from(rows.subquery()))


async def read_one(
    connection: Any,  # asyncpg pool or connection
    shape: type[ReadShape],
    caller: Caller,
    record_id: UUID,
    *,
    fields: tuple[str, ...] = (),
    expand: tuple[str, ...] = (),
    binds: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[bytes, int]:
    """JSON (UTF-8) and version of one record; 404 where it is absent or hidden.

    `binds` are the values of parameters that the shape itself has.
    """
    statement = _one(shape, caller.role, fields, expand)
    row = await connection.fetchrow(
        statement.sql, *statement.arguments({**caller.binds, **binds, "id": record_id})
    )
    if row is None:
        raise Problem("not_found")
    return row[0], row[1]
