"""List parameters: typed filters, sort, paging, `fields`, `expand`, `q`, derived from a read shape.

A noun lists the names that can be filtered and sorted; types and operators follow from its shape:

    class ThingQuery(list_query(ThingRead, filters=("owner_id", "made_on"), sorts=("made_on",))):
        ...
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, Literal, Optional, TypeVar, get_args
from uuid import UUID

from annotated_types import Ge, Len, Lt
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    create_model,
)
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel
from sqlmodel.main import FieldInfoMetadata

from app.core.base import ReadShape
from app.core.owned import Own
from app.core.period import Period
from app.core.shapes import Marker
from app.core.types import VISIBLE, SearchTerm

MAX_LIMIT, MAX_OFFSET = 200, 10_000
CURSOR = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[A-Za-z0-9_.\-]+$")]
# A parameter of a type is the same in every list: kept once, 1.4 MB less.
_FIELDS: dict[Any, FieldInfo] = {}
_TEXT = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=VISIBLE)]


def _split(value: object) -> object:
    """`a,b` and repeated parameters are the same list."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, Iterable):
        return value
    return [
        item for part in parts for item in (part.split(",") if isinstance(part, str) else [part])
    ]


Names = Annotated[
    list[Annotated[str, StringConstraints(max_length=60, pattern=r"^-?[A-Za-z][A-Za-z0-9_]*$")]],
    BeforeValidator(_split),
    Field(max_length=50),
]


class View(BaseModel):
    """What of a record is answered."""

    # Built when first asked: a worker starts sooner, and few lists are read in its first second.
    model_config = ConfigDict(extra="forbid", defer_build=True)

    fields: Names = Field(default=[], description="Only these fields, comma-separated.")
    expand: Names = Field(default=[], description="Embed these referenced records, one level.")


class Selection(View):
    """Which rows of a list, in which order."""

    shape: ClassVar[type[ReadShape]]
    sorts: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[dict[str, "Filter"]] = {}
    default_sort: ClassVar[tuple[str, ...]] = ()
    own: ClassVar["Callable[[Any, str], Own] | None"] = None

    sort: Names = Field(default=[], description="Comma-separated; `-` sorts downwards.")

    def given(self) -> dict[str, Any]:
        """The filters of this request by parameter name."""
        return {
            name: value
            for name in self.filters
            if name in self.model_fields_set and (value := getattr(self, name)) is not None
        }


class ListQuery(Selection):
    """What every list takes."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT)
    cursor: CURSOR | None = None
    page: int | None = Field(default=None, ge=1, le=MAX_OFFSET)
    page_size: int = Field(default=20, ge=1, le=MAX_LIMIT)
    total: Literal["none", "exact", "estimated"] = "none"


class ExportQuery(Selection):
    """What the export of a list takes: all its rows."""

    format: Literal["csv", "xlsx"] = "csv"


@dataclass(frozen=True)
class Filter:
    """One parameter: the shape's field it looks at and how.

    A subtree is found by the `prefix` that its codes share, or in a `tree` table by its `path`;
    what no column tells by a `condition` of table, role and the name that the value is bound as.
    """

    field: str
    op: str
    prefix: Callable[[str], str] | None = None
    tree: Any = None
    condition: Callable[[Any, str, str], Any] | None = None


Tree = Callable[[str], str] | type[SQLModel]


def _under(name: str, tree: Tree) -> Filter:
    if isinstance(tree, type):
        return Filter(name, "under", tree=tree)
    return Filter(name, "under", prefix=tree)


def bare(annotation: Any) -> Any:
    """The type inside `X | None` and `Annotated[X, …]`."""
    args = [arg for arg in get_args(annotation) if arg is not type(None)]
    if args:
        return bare(args[0])
    return datetime if annotation is AwareDatetime else annotation


def _constrained(info: FieldInfo) -> Any:
    """The field's type with its bounds, without null and without what only the table needs."""
    args = get_args(info.annotation)
    if type(None) in args:
        return next(arg for arg in args if arg is not type(None))
    bounds = [item for item in info.metadata if not isinstance(item, (Marker, FieldInfoMetadata))]
    return Annotated[(info.annotation, *bounds)] if bounds else info.annotation


def _ops(kind: Any) -> tuple[str, ...]:
    if kind in {date, datetime}:
        return ("gt", "gte", "lt", "lte", "isnull")
    if kind is bool:
        return ()
    if kind is UUID or (isinstance(kind, type) and issubclass(kind, Enum)):
        return ("ne", "in", "isnull")
    if kind is str:
        return ("ne", "in", "contains", "starts", "isnull")
    return ("ne", "gt", "gte", "lt", "lte", "in", "isnull")


def _value_type(info: FieldInfo) -> Any:
    kind = bare(info.annotation)
    if kind in {date, datetime}:
        return Period
    if kind is int:
        return Annotated[int, Ge(-(2**31)), Lt(2**31)]
    return bool if kind is bool else _constrained(info)


def _parameter_type(value: Any, op: str) -> Any:
    if op == "in":
        return Annotated[list[value], BeforeValidator(_split), Len(1, 200)]
    if op in {"contains", "starts"}:
        return _TEXT
    return bool if op == "isnull" else value


def _parameters(name: str, info: FieldInfo) -> dict[str, tuple[Filter, Any]]:
    value = _value_type(info)
    found = {name: (Filter(name, "eq"), value)}
    for op in _ops(bare(info.annotation)):
        found[f"{name}__{op}"] = (Filter(name, op), _parameter_type(value, op))
    return found


def list_query(
    shape: type[ReadShape],
    *,
    filters: tuple[str, ...] = (),
    trees: Mapping[str, Tree] | None = None,
    matches: Mapping[str, tuple[Filter, Any]] | None = None,
    sorts: tuple[str, ...] = ("created_at",),
    default: tuple[str, ...] = (),
    search: bool = False,
    own: Callable[[Any, str], Own] | None = None,
) -> type[ListQuery]:
    """The query class of one list.

    `trees` are filters that also know `__under`: for codes, a function giving the prefix of a
    subtree; for ids, the table whose rows keep their `path`. `matches` are parameters with a
    condition of their own, each with the type of its value. `default` sorts where the request does
    not (the first of `sorts` downwards, unless given). A search puts `own` rows (of a
    table and a role) before others.
    """
    found: dict[str, tuple[Filter, Any]] = dict(matches or {})
    for name in (*filters, *(trees or {})):
        found |= _parameters(name, shape.model_fields[name])
    for name, tree in (trees or {}).items():
        found[f"{name}__under"] = (_under(name, tree), _value_type(shape.model_fields[name]))
    fields: dict[str, Any] = {name: (kind | None, None) for name, (_, kind) in found.items()}
    fields |= {"q": (Optional[SearchTerm], None)} if search else {}  # noqa: UP045  an alias
    query = create_model(f"{shape.__name__}Query", __base__=ListQuery, **fields)
    for name, (_, kind) in found.items():
        query.model_fields[name] = _FIELDS.setdefault(kind, query.model_fields[name])
    query.shape, query.sorts = shape, sorts
    query.filters = {name: spec for name, (spec, _) in found.items()}
    query.default_sort, query.own = default or (f"-{sorts[0]}",), own
    return query


def export_of(query: type[ListQuery]) -> type[ExportQuery]:
    """The query class of a list's export: the same filters, search, sorts and fields."""
    own = {name: info for name, info in query.model_fields.items()
           if name not in ListQuery.model_fields}  # fmt: skip
    fields: dict[str, Any] = {name: (info.annotation, info) for name, info in own.items()}
    export = create_model(f"{query.__name__}Export", __base__=ExportQuery, **fields)
    export.model_fields.update(own)
    export.shape, export.sorts = query.shape, query.sorts
    export.filters, export.default_sort = query.filters, query.default_sort
    return export


class PageInfo(BaseModel):
    """Where a list goes on: `next_cursor` is null on the last page."""

    limit: int
    has_more: bool
    next_cursor: str | None
    page: int | None
    total: int | None
    is_total_exact: bool | None


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    page: PageInfo
