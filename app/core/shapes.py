"""From a read shape to the SQL that builds its JSON inside PostgreSQL.

The shape is the single truth: each field of it is a column of the same name, or says with a marker
how it is found. `row_to_json` names the keys after the fields.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, get_args

import sqlalchemy as sa
from pydantic.fields import FieldInfo
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.base import ReadShape

type_ = type
_INSTANT_FORM = sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")


@dataclass(frozen=True)
class Computed:
    """A field found by an expression over the row and the caller's role."""

    sql: Callable[[Any, str], sa.ColumnElement[Any]]


@dataclass(frozen=True)
class Children:
    """A field holding the rows that point here through `on`, in the order of `order_by`."""

    on: str
    order_by: str = "id"


@dataclass(frozen=True)
class Expand:
    """A field present only when asked for: the record that `via` points to, if visible."""

    via: str


Marker = Computed | Children | Expand
# Which rows of a model a role may see; nothing is readable before it is installed.
RowRule = Callable[[Any, str], list[sa.ColumnElement[bool]]]


class _Access:
    rule: RowRule | None = None


def install_row_rule(rule: RowRule) -> None:
    """Set the one predicate of row access."""
    _Access.rule = rule


def visible(entity: Any, role: str) -> list[sa.ColumnElement[bool]]:
    """The conditions under which a role may see rows of a table or its alias."""
    if _Access.rule is None:
        message = "no row rule installed"
        raise RuntimeError(message)
    return _Access.rule(entity, role)


class JsonRow(sa.ColumnElement[Any]):
    """One JSON object of any number of labelled expressions (json_build_object stops at 50)."""

    inherit_cache = False
    type = sa.JSON()

    def __init__(self, columns: list[tuple[str, sa.ColumnElement[Any]]]) -> None:
        self.columns = columns

    @property
    def _from_objects(self) -> list[Any]:
        sources = (column._from_objects for _, column in self.columns)  # noqa: SLF001  overridden here
        return [*chain.from_iterable(sources)]


@compiles(JsonRow)
def _json_row(element: JsonRow, compiler: SQLCompiler, **kw: Any) -> str:
    kw.pop("within_columns_clause", None)
    inner = ", ".join(
        f'{compiler.process(column, **kw)} AS "{name}"' for name, column in element.columns
    )
    return f"(SELECT row_to_json(r) FROM (SELECT {inner}) AS r)"  # noqa: S608  compiled SQL


def marker_of(info: FieldInfo) -> Marker | None:
    """How a field is found, where it is no plain column."""
    return next((item for item in info.metadata if isinstance(item, Marker)), None)


def inner_shape(annotation: Any) -> type[ReadShape]:
    """The read shape inside `list[X]`, `X | None` and the like."""
    if isinstance(annotation, type_) and issubclass(annotation, ReadShape):
        return annotation
    return next(inner_shape(arg) for arg in get_args(annotation) if arg is not type_(None))


def json_of(
    shape: type[ReadShape],
    entity: Any,  # a table model or its alias
    role: str,
    fields: tuple[str, ...] = (),
    expand: tuple[str, ...] = (),
) -> JsonRow:
    """The JSON object of one row; `fields` narrows it, `expand` widens it."""
    infos = shape.model_fields
    names = names_of(shape, fields, expand)
    return JsonRow([(name, _expression(name, infos[name], entity, role)) for name in names])


def names_of(shape: type[ReadShape], fields: tuple[str, ...], expand: tuple[str, ...]) -> list[str]:
    """The keys of that object in order."""
    infos = shape.model_fields.items()
    return [name for name, info in infos if _wanted(name, info, fields, expand)]


def _wanted(name: str, info: FieldInfo, fields: tuple[str, ...], expand: tuple[str, ...]) -> bool:
    if isinstance(marker_of(info), Expand):
        return name in expand
    return not fields or name in fields


def _expression(name: str, info: FieldInfo, entity: Any, role: str) -> sa.ColumnElement[Any]:
    marker = marker_of(info)
    if isinstance(marker, Computed):
        return wire(marker.sql(entity, role))
    if isinstance(marker, Children):
        return _children(marker, inner_shape(info.annotation), entity, role)
    if isinstance(marker, Expand):
        return _expanded(marker, inner_shape(info.annotation), entity, role)
    return wire(getattr(entity, name))


def _children(
    marker: Children,
    shape: type[ReadShape],
    entity: Any,
    role: str,
) -> sa.ColumnElement[Any]:
    child: Any = aliased(shape.table)
    rows = sa.func.json_agg(
        aggregate_order_by(json_of(shape, child, role), getattr(child, marker.order_by), child.id)
    )
    found = sa.select(sa.func.coalesce(rows, sa.literal_column("'[]'::json")))
    return found.where(getattr(child, marker.on) == entity.id).scalar_subquery()


def _expanded(
    marker: Expand,
    shape: type[ReadShape],
    entity: Any,
    role: str,
) -> sa.ColumnElement[Any]:
    other: Any = aliased(shape.table)
    found = sa.select(json_of(shape, other, role)).select_from(other)
    return found.where(
        other.id == getattr(entity, marker.via), *visible(other, role)
    ).scalar_subquery()


def wire(expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The expression in the form that the contract promises: UTC with `Z`, decimals as text."""
    if is_instant(expression):
        return sa.func.to_char(
            sa.func.timezone(sa.literal_column("'UTC'"), expression), _INSTANT_FORM
        )
    if isinstance(expression.type, sa.Numeric) and not isinstance(expression.type, sa.Float):
        return sa.cast(expression, sa.Text)
    return expression


def is_instant(expression: Any) -> bool:
    """Whether its values are points in time (SQLModel wraps the type to keep UTC)."""
    kind = expression.type
    return isinstance(kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind, sa.DateTime)
