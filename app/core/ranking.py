"""The order of a search that asks for none: names that begin with the term, own rows, all others.

Each of these tiers is a SELECT with an order and a limit of its own, and excludes those before it;
PostgreSQL runs them one after another until the page is full. One ORDER BY over all would sort a
million matches of a common term. The limit of each also keeps parallel workers from mixing them.
"""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.core.cursors import Order, after, ordering
from app.core.listing import Own
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
    """The rows of one tier and their order; `beyond` is true of the rows left to later tiers."""

    rows: _Condition
    beyond: _Condition
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
    first = Tier(sa.and_(begins, any_length(table)), sa.not_(begins), named, upwards)
    last = Tier(search_condition(table), sa.true(), tuple(columns), orders)
    if own is None:
        return [first, last]
    # An array is looked up by primary key and read to its end; of others it is a hash to leave out.
    mine = table.id == sa.any_(sa.func.array(own.ids.scalar_subquery()))
    second = replace(last, rows=sa.and_(mine, holds_condition(table)))
    if own.is_all:
        return [replace(first, rows=sa.and_(mine, begins)), second]
    return [first, replace(second, beyond=table.id.not_in(own.ids)), last]


def _planned_anew() -> _Condition:
    """True, and so dear to a plan that knows no values that PostgreSQL never keeps such a plan.

    Common and rare terms need different plans; one for all took 370 ms where 2 do (0.5 to plan).
    """
    never = sa.literal_column("(SELECT count(*) > 0 FROM generate_series(1, 1000000000000))")
    return sa.case((sa.bindparam("is_planned", type_=sa.Boolean), sa.true()), else_=never)


def ranked(
    table: Any,
    tiers: list[Tier],
    start: int,
    where: list[_Condition],
    *,
    null_keys: tuple[bool, ...] | None,
    count: Any,
) -> Any:  # a compound select
    """The first `count` rows from tier `start` on: `id`, `tier` and the keys `k0`, `k1`, as text.

    With `null_keys` they are those behind the row of tier `start` whose keys are bound.
    """
    width = max(len(tier.columns) for tier in tiers)
    branches = []
    for number, tier in enumerate(tiers[start:], start):
        found = _select(table, tier, number, width).where(
            *where, tier.rows, *(before.beyond for before in tiers[:number])
        )
        if number == start and null_keys is not None:
            known = null_keys[: len(tier.columns)]
            found = found.where(after(tier.columns, tier.orders, known))
        if number == len(tiers) - 1:
            found = found.where(_planned_anew())
        found = found.order_by(*ordering(tier.columns, tier.orders)).limit(count)
        branches.append(sa.select(found.subquery()))
    return sa.union_all(*branches)


def _select(table: Any, tier: Tier, number: int, width: int) -> Any:
    keys = [sa.cast(column, sa.Text) for column in tier.columns]
    keys += [sa.cast(sa.null(), sa.Text)] * (width - len(keys))
    place = sa.literal_column(f"'{number}'", sa.Text).label("tier")
    return sa.select(table.id, place, *(key.label(f"k{i}") for i, key in enumerate(keys)))
