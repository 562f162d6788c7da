"""The order of a search that asks for none: names that begin with the term, own rows, all others.

Each of these tiers is a SELECT with an order and a limit of its own, and excludes those before it;
PostgreSQL runs them one after another until the page is full. One ORDER BY over all would sort a
million matches of a common term. The limit of each also keeps parallel workers from mixing them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse

from app.core.cursors import Order, after, ordering
from app.core.owned import Own
from app.core.search import (
    any_length,
    begins_condition,
    holds_condition,
    name_keys,
    search_condition,
)

_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Tier:
    """The rows of one tier and their order; `beyond` says which rows are left to later tiers."""

    rows: _Condition
    beyond: Callable[[Any], _Condition]  # of the table, or of rows with its `id` and `search_text`
    columns: tuple[Any, ...]
    orders: tuple[Order, ...]


def tiers_of(
    table: Any,  # a Searchable table
    own: Own | None,
    columns: list[Any],
    orders: tuple[Order, ...],
) -> list[Tier]:
    """Tiers of a search; `columns` and `orders` sort all but the names that begin with the term."""
    begins = begins_condition(table)
    named = (*name_keys(table), table.id)
    upwards = tuple(Order(name, is_descending=False) for name in ("length", "name", "id"))
    first = Tier(
        sa.and_(begins, any_length(table)),
        lambda row: sa.not_(begins_condition(row)),
        named,
        upwards,
    )
    last = Tier(search_condition(table), lambda _row: sa.true(), tuple(columns), orders)
    if own is None:
        return [first, last]
    # An array is looked up by primary key and read to its end; of others it is a hash to leave out.
    mine = table.id == sa.any_(sa.func.array(own.ids.scalar_subquery()))
    second = replace(last, rows=sa.and_(mine, holds_condition(table)))
    if own.is_all:
        return [replace(first, rows=sa.and_(mine, begins)), second]
    return [first, replace(second, beyond=lambda row: row.id.not_in(own.ids)), last]


def _planned_anew() -> _Condition:
    """True, and so dear to a plan that knows no values that PostgreSQL never keeps such a plan.

    Common and rare values need different plans; one for all took 370 ms where 2 do (1 to plan).
    """
    never = sa.literal_column("(SELECT count(*) > 0 FROM generate_series(1, 1000000000000))")
    return sa.case((sa.bindparam("is_planned", type_=sa.Boolean), sa.true()), else_=never)


def unseen(rows: Any) -> Any:  # a compound select
    """The same rows for a plan that no value changes, so that PostgreSQL keeps it at once.

    It never looks into a sub-select: plans with and without the values cost the same.
    """

    def hidden(element: Any, **_: Any) -> Any:
        is_value = isinstance(element, sa.BindParameter) and element.required
        # Without the cast an array would be a list of rows to PostgreSQL.
        return sa.cast(sa.select(element).scalar_subquery(), element.type) if is_value else None

    return replacement_traverse(rows, {}, hidden)


def ranked(
    table: Any,
    tiers: list[Tier],
    start: int,
    where: list[_Condition],
    *,
    null_keys: tuple[bool, ...] | None,
    count: Any,
    walk: int,
    is_weighed: bool,
) -> Any:  # a compound select
    """The first `count` rows from tier `start` on: `id`, `tier` and the keys `k0`, `k1`, as text.

    With `null_keys` they are those behind the row of tier `start` whose keys are bound. With
    `walk` the last tier is only what so many rows, the first in order, have of it.
    """
    width = max(len(tier.columns) for tier in tiers)
    branches = []
    for number, tier in enumerate(tiers[start:], start):
        keys = tier.columns
        left = list(where)
        if number == start and null_keys is not None:
            left.append(after(keys, tier.orders, null_keys[: len(keys)]))
        beyond = [before.beyond for before in tiers[:number]]
        order = ordering(keys, tier.orders)
        if walk and number == len(tiers) - 1:
            met = sa.select(table.id, table.search_text, *_named(keys)).where(*left)
            # As a literal: planned for a tenth of the table it might sort all of it.
            met = met.order_by(*order).limit(sa.literal_column(str(walk))).subquery()
            rows = sa.select(met.c.id, *_place(number, list(met.c)[2:], width))
            rows = rows.where(holds_condition(met.c), *(of(met.c) for of in beyond))
        else:
            rows = sa.select(table.id, *_place(number, keys, width))
            rows = rows.where(*left, *(of(table) for of in beyond), tier.rows).order_by(*order)
        branches.append(sa.select(rows.limit(count).subquery()))
    if is_weighed:
        branches[-1] = branches[-1].where(_planned_anew())
    return sa.union_all(*branches)


def _named(keys: Any) -> list[Any]:
    return [key.label(f"k{i}") for i, key in enumerate(keys)]


def _place(number: int, keys: Any, width: int) -> list[Any]:
    """The tier and its keys as text, filled up to the widest of all."""
    texts = [sa.cast(key, sa.Text) for key in keys]
    texts += [sa.cast(sa.null(), sa.Text)] * (width - len(texts))
    return [sa.literal_column(f"'{number}'", sa.Text).label("tier"), *_named(texts)]
