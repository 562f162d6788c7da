"""The order of a search that asks for none: names that begin with the term, own rows, all others.

Each of these tiers is a SELECT with an order and a limit of its own, and excludes those before it;
PostgreSQL runs them one after another until the page is full. One ORDER BY over all would sort a
million matches of a common term. The limit of each also keeps parallel workers from mixing them.
"""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

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
_WALK = sa.literal_column("50000", sa.Integer)


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
    is_common: bool,
) -> Any:  # a compound select
    """The first `count` rows from tier `start` on: `id`, `tier` and the keys `k0`, `k1`, as text.

    With `null_keys` they are those behind the row of tier `start` whose keys are bound.
    """
    width = max(len(tier.columns) for tier in tiers)
    branches = []
    for number, tier in enumerate(tiers[start:], start):
        is_last = number == len(tiers) - 1
        left = [*where, *(before.beyond for before in tiers[:number])]
        if number == start and null_keys is not None:
            left.append(after(tier.columns, tier.orders, null_keys[: len(tier.columns)]))
        rows = _select(table, tier, number, width).where(*left)
        found = rows.where(tier.rows)
        if is_last:
            found = found.where(_planned_anew())
        found = found.order_by(*ordering(tier.columns, tier.orders)).limit(count).subquery()
        if is_last and is_common:
            text = table.search_text.label("search_text")
            branches += _walked_or(rows.add_columns(text), found, tier, count)
        else:
            branches.append(sa.select(found))
    return sa.union_all(*branches)


def _walked_or(rows: Any, found: Any, tier: Tier, count: Any) -> list[Any]:
    """The page met on a walk through the first rows in order; where that is no page, `found`.

    A walk costs 0.7 µs a row, looking up 5 µs a match. What is not met often enough in so many
    rows has few matches, so both together are never dear.
    """
    first = rows.order_by(*ordering(tier.columns, tier.orders)).limit(_WALK).subquery()
    columns = [column for column in first.c if column.name != "search_text"]
    walked = sa.select(*columns).where(holds_condition(first.c)).limit(count).cte("walked")
    met = sa.select(sa.func.count()).select_from(walked).scalar_subquery()
    return [sa.select(walked).where(met >= count), sa.select(found).where(met < count)]


def _select(table: Any, tier: Tier, number: int, width: int) -> Any:
    keys = [sa.cast(column, sa.Text) for column in tier.columns]
    keys += [sa.cast(sa.null(), sa.Text)] * (width - len(keys))
    place = sa.literal_column(f"'{number}'", sa.Text).label("tier")
    return sa.select(table.id, place, *(key.label(f"k{i}") for i, key in enumerate(keys)))
