"""The condition behind each filter parameter, and the values bound to it."""

from datetime import timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.clock import ZONE
from app.core.listing import Filter
from app.core.period import Days
from app.core.shapes import is_instant


def condition_of(spec: Filter, name: str, table: Any, role: str) -> sa.ColumnElement[bool]:
    """The condition of one filter; its value is bound as the parameter's own name."""
    if spec.condition is not None:
        return spec.condition(table, role, name)
    return _on_column(spec, name, table)


def _on_column(spec: Filter, name: str, table: Any) -> sa.ColumnElement[bool]:
    column = getattr(table, spec.field)
    if spec.op == "isnull":
        return column.is_(None) == sa.bindparam(name, type_=sa.Boolean)
    if spec.op in {"until", "after"}:
        instant = sa.bindparam(name, type_=sa.DateTime(timezone=True))
        return column <= instant if spec.op == "until" else column > instant
    if spec.tree is not None:
        is_under = sa.bindparam(name, type_=sa.Uuid) == sa.any_(spec.tree.path)
        return column.in_(sa.select(spec.tree.id).where(is_under))
    if is_instant(column) or isinstance(column.type, sa.Date):
        return _dated(spec.op, name, column)
    if spec.op in _TEXT_MATCHES:
        return _TEXT_MATCHES[spec.op](column, sa.bindparam(name, type_=sa.Text))
    return _compared(spec.op, name, column)


def _compared(op: str, name: str, column: Any) -> sa.ColumnElement[bool]:
    kind = sa.Text() if isinstance(column.type, (sa.Enum, sa.String)) else column.type
    if op == "in":
        return column == sa.any_(sa.bindparam(name, type_=ARRAY(kind)))
    value = sa.bindparam(name, type_=kind)
    return {
        "eq": column == value,
        "ne": column.is_distinct_from(value),
        "gt": column > value,
        "gte": column >= value,
        "lt": column < value,
        "lte": column <= value,
    }[op]


def _dated(op: str, name: str, column: Any) -> sa.ColumnElement[bool]:
    """A period runs from its first day to before the day after its last one."""
    start = _moment(sa.bindparam(f"{name}_from", type_=sa.Date), column)
    end = _moment(sa.bindparam(f"{name}_until", type_=sa.Date), column)
    return {
        "eq": sa.and_(column >= start, column < end),
        "gt": column >= end,
        "gte": column >= start,
        "lt": column < start,
        "lte": column < end,
    }[op]


def _moment(day: sa.ColumnElement[Any], column: Any) -> sa.ColumnElement[Any]:
    """The day itself, or for an instant the midnight at which it begins in our zone."""
    if not is_instant(column):
        return day
    return sa.func.timezone(sa.literal_column(f"'{ZONE.key}'"), sa.cast(day, sa.DateTime))


_TEXT_MATCHES = {
    "contains": lambda column, value: sa.func.strpos(column, value) > 0,
    "starts": sa.func.starts_with,
    "under": sa.func.starts_with,
}


def binds_of(spec: Filter, name: str, value: Any) -> dict[str, Any]:
    """The values of one filter."""
    if isinstance(value, Days):
        return {
            f"{name}_from": value.start,
            f"{name}_until": value.end + timedelta(days=1),
        }
    if isinstance(value, list):
        return {name: [_plain(item) for item in value]}
    return {name: spec.prefix(value) if spec.prefix else _plain(value)}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
