"""Replies: `Reader` answers GETs from the read pool, `Write` answers inside its own transaction."""

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.core.base import ReadShape
from app.core.common_grams import CommonGrams
from app.core.cursors import Cursors, Order, scope_of
from app.core.db import Database, driver
from app.core.errors import invalid_parameter, unknown_name
from app.core.filters import binds_of
from app.core.listing import MAX_OFFSET, ListQuery, Selection, View
from app.core.reading import (
    Caller,
    ListForm,
    count_statement,
    list_statement,
    read_one,
)
from app.core.search import search_binds
from app.core.shapes import Expand, marker_of

_ESTIMATE_CEILING = 10_001


def etag(version: int) -> str:
    """The entity tag of a record's version."""
    return f'"v{version}"'


def json_response(
    body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A reply whose JSON is already written."""
    return Response(body, status, headers, media_type="application/json")


class Reader:
    """Answers one GET."""

    def __init__(self, request: Request, db: Database, cursors: Cursors, caller: Caller) -> None:
        self.request, self.db, self.cursors, self.caller = request, db, cursors, caller

    async def one(self, shape: type[ReadShape], record_id: UUID, view: View) -> Response:
        """One record with its ETag; 304 where the caller already has this version."""
        fields, expand = checked_view(shape, view)
        pool = await self.db.reads()
        body, version = await read_one(
            pool, shape, self.caller, record_id, fields=fields, expand=expand
        )
        headers = {"ETag": etag(version)}
        if holds(self.request.headers.get("if-none-match", ""), etag(version)):
            return Response(status_code=304, headers=headers)
        return json_response(body, headers=headers)

    async def page(self, query: ListQuery) -> Response:
        """One page of a list."""
        common: CommonGrams = self.request.app.state.common_grams
        role = self.caller.role
        form, binds = form_of(query, role, walk=await common.walk(query, role))
        sorted_by = (form.orders, form.tier)
        scope = scope_of(query.shape, form.given, sorted_by, repr(binds), role)
        size = query.limit if query.page is None else query.page_size
        binds |= {**self.caller.binds, "limit": size, "offset": _offset(query)}
        if form.is_search:
            binds["q_grams"] = await common.rarest(query)
        if query.cursor is not None:
            keys = self.cursors.read(scope, query.cursor)
            form, behind = _continued(form, keys)
            binds |= behind
        items, has_more, *keys = await _fetch(await self.db.reads(), form, binds)
        cursor = self.cursors.write(scope, keys) if has_more else None
        total = await self._total(query, form, binds)
        return self._page_response(query, items, cursor, size, total)

    async def _total(
        self, query: ListQuery, form: ListForm, binds: dict[str, Any]
    ) -> tuple[int, bool] | None:
        if query.total == "none":
            return None
        ceiling = None if query.total == "exact" else _ESTIMATE_CEILING
        statement = count_statement(replace(form, tier=None, null_keys=None), ceiling)
        count = await (await self.db.reads()).fetchval(statement.sql, *statement.arguments(binds))
        return count, count != ceiling

    def _page_response(
        self,
        query: ListQuery,
        items: bytes,
        cursor: str | None,
        size: int,
        total: tuple[int, bool] | None,
    ) -> Response:
        quoted = f'"{cursor}"' if cursor else "null"
        count, exact = total or (None, None)
        page = (
            f'"page":{{"limit":{size},"has_more":{_json(cursor is not None)},'
            f'"next_cursor":{quoted},"page":{_json(query.page)},"total":{_json(count)},'
            f'"is_total_exact":{_json(exact)}}}'
        )
        headers = {}
        if cursor and query.page is None:
            headers["Link"] = f'<{_continued_at(self.request.scope, cursor)}>; rel="next"'
        return json_response(b'{"items":[%b],%b}' % (items, page.encode()), headers=headers)


def _continued_at(scope: Scope, cursor: str) -> str:
    """The address of the next page."""
    asked = scope["query_string"].decode("ascii", "replace").split("&")
    kept = [part for part in asked if part and not part.startswith("cursor=")]
    return f"{scope['path']}?{'&'.join([*kept, f'cursor={cursor}'])}"


class Write:
    """One write: its session and caller, and the reply read back on its own connection."""

    def __init__(self, request: Request, session: AsyncSession, caller: Any) -> None:
        self.request, self.session, self.caller = request, session, caller

    async def reply(self, shape: type[ReadShape], record_id: UUID, status: int = 200) -> Response:
        """The record as a GET would give it."""
        await self.session.flush()
        body, version = await read_one(await driver(self.session), shape, self.caller, record_id)
        return json_response(body, status, {"ETag": etag(version)})

    async def created(self, shape: type[ReadShape], record_id: UUID, path: str = "") -> Response:
        """201 with the new record's address."""
        response = await self.reply(shape, record_id, 201)
        response.headers["Location"] = f"{path or self.request.url.path}/{record_id}"
        return response


class Change(Write):
    """A write on one record in the version that the caller has seen."""

    id: UUID
    version: int

    async def changed(self, shape: type[ReadShape], status: int = 200) -> Response:
        """The record as it is now."""
        return await self.reply(shape, self.id, status)


def form_of(query: Selection, role: str, *, walk: int = 0) -> tuple[ListForm, dict[str, Any]]:
    """The shape of a list's statement and the values of its filters; 422 for unknown names."""
    fields, expand = checked_view(query.shape, query)
    given = query.given()
    binds: dict[str, Any] = {}
    for name, value in given.items():
        binds |= binds_of(query.filters[name], name, value)
    term = getattr(query, "q", None)
    if term:
        binds |= search_binds(term)
    is_list = isinstance(query, ListQuery)
    form = ListForm(
        query=type(query),
        role=role,
        given=tuple(given),
        orders=_orders(query),
        tier=0 if is_list and term and not query.sort else None,
        null_keys=None,
        fields=fields,
        expand=expand,
        is_search=bool(term),
        walk=0 if query.sort else walk,
        is_weighed=bool(given),
        is_paged=is_list and query.page is not None,
    )
    return form, binds


def checked_view(shape: type[ReadShape], view: View) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`fields` and `expand` as asked for; 422 names what exists."""
    if not view.fields and not view.expand:
        return (), ()
    plain, expands = _names(shape)
    _known("fields", view.fields, plain)
    _known("expand", view.expand, expands)
    return tuple(dict.fromkeys(view.fields)), tuple(sorted(set(view.expand)))


@lru_cache
def _names(shape: type[ReadShape]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that are always there, and those that are embedded when asked for."""
    fields = shape.model_fields.items()
    expands = frozenset(name for name, info in fields if isinstance(marker_of(info), Expand))
    return frozenset(shape.model_fields) - expands, expands


def _orders(query: Selection) -> tuple[Order, ...]:
    names = query.sort or query.default_sort
    _known("sort", [name.removeprefix("-") for name in names], {*query.sorts, "id"})
    orders = {name.removeprefix("-"): name.startswith("-") for name in names}
    orders.setdefault("id", list(orders.values())[-1])
    return tuple(Order(field, down) for field, down in orders.items())


def _known(parameter: str, names: list[str], allowed: Collection[str]) -> None:
    for name in names:
        if name not in allowed:
            raise unknown_name(parameter, "unknown_name", name, allowed)


def _offset(query: ListQuery) -> int:
    if query.page is None:
        return 0
    if query.cursor is not None:
        raise invalid_parameter("page", "page_and_cursor")
    offset = (query.page - 1) * query.page_size
    if offset + query.page_size > MAX_OFFSET:
        raise invalid_parameter("page", "page_too_deep", limit=MAX_OFFSET)
    return offset


def _continued(form: ListForm, keys: list[str | None]) -> tuple[ListForm, dict[str, Any]]:
    """The form of the page behind a row and its keys; before those of a tier stands its number."""
    tier = None
    if form.tier is not None:
        number, *keys = keys
        tier = int(number or 0)
    following = replace(form, tier=tier, null_keys=tuple(key is None for key in keys))
    return following, {f"k{i}": key for i, key in enumerate(keys)}


async def _fetch(pool: Any, form: ListForm, binds: dict[str, Any]) -> Any:
    """A page; what is not met often enough on a walk has few matches, and is looked up."""
    statement = list_statement(form)
    row = await pool.fetchrow(statement.sql, *statement.arguments(binds))
    if form.walk and not row[1]:
        return await _fetch(pool, replace(form, walk=0, is_weighed=True), binds)
    return row


def holds(header: str, tag: str) -> bool:
    """RFC 9110 §13.1.2: weak comparison against a list of tags."""
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in tags or "*" in tags


def _json(value: int | bool | None) -> str:  # noqa: FBT001  a JSON scalar
    return "null" if value is None else str(value).lower()
