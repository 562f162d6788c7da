"""A list of which the caller may read the own rows alone, found from the caller's side.

Walking the order of a list until a page of own rows is met reads everybody's rows: of three hundred
officers one owns one in three hundred. The own rows are few, and an index leads to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.cursors import Order, after, ordering

_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Own:
    """The caller's own rows: a SELECT of their ids.

    Where the role may read no others, also `ways`: each own row fulfils exactly one of these
    conditions, and an index serves each. They only find; the row rule is asked of every row.
    """

    ids: Any
    ways: tuple[_Condition, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether the role may read no others."""
        return bool(self.ways)


def met(
    table: Any,
    ways: Sequence[_Condition],
    where: Sequence[_Condition],
    columns: Sequence[Any],
    orders: Sequence[Order],
    *,
    null_keys: tuple[bool, ...] | None,
    count: Any,
) -> Any:  # a Select
    """The first `count` rows of all ways in order: `id` and the keys `k0`, `k1` as text.

    With `null_keys` they are those behind the row whose keys are bound.
    """
    behind = [] if null_keys is None else [after(columns, orders, null_keys)]
    keys = [column.label(f"k{i}") for i, column in enumerate(columns)]
    rows = sa.select(table.id.label("row_id"), *keys).where(*where, *behind)
    rows = rows.order_by(*ordering(columns, orders)).limit(count)
    found = sa.union_all(*(sa.select(rows.where(way).subquery()) for way in ways)).subquery()
    row_id, *values = found.c
    sorts = [
        (value.desc() if order.is_descending else value.asc()).nulls_last()
        for value, order in zip(values, orders, strict=True)
    ]
    texts = [sa.cast(value, sa.Text).label(value.name) for value in values]
    return sa.select(row_id.label("id"), *texts).order_by(*sorts)
