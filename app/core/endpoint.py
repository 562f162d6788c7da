"""The route class of every endpoint: strict input, and one transaction per write.

A write's session opens before the handler and commits after the reply has been built and before
its first byte leaves; whatever is raised in between rolls everything back. With FastAPI's usual
`yield` dependency the commit would run after the reply: a failing commit still answered 201.
"""

import difflib
import json
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.core import idempotency
from app.core.db import Database
from app.core.errors import FieldError, Problem, escaped, invalid, invalid_parameter
from app.core.i18n import text
from app.core.openapi import problem_responses

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_ACCESS = "public"
# Bytes of a body, as documented; more is 413.
BODY_LIMIT, FILE_LIMIT = 1024 * 1024, 20 * 1024 * 1024
_MAX_DEPTH = 20
_SURROGATE = re.compile("[\ud800-\udfff]")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Endpoint(APIRoute):
    """Refuses what the route did not declare; gives writes their transaction."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        declared = access_of(self.dependant)
        self.responses = {
            **problem_responses(
                is_public=declared == PUBLIC_ACCESS,
                is_write=self._is_write,
                has_body=self.body_field is not None,
                has_id="{" in path,
                needs_match="If-Match" in _header_names(self.dependant),
            ),
            **self.responses,
        }
        self.openapi_extra = {"x-permission": declared, **(self.openapi_extra or {})}

    @property
    def _is_write(self) -> bool:
        return bool((self.methods or set()) - SAFE_METHODS)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside ours."""
        inner = super().get_route_handler()
        is_write = self._is_write

        async def handle(request: Request) -> Response:
            _check_query(request.scope, self._parameters)
            strict = StrictRequest(request.scope, request.receive)
            strict.limit = FILE_LIMIT if self._form == "File" else BODY_LIMIT
            if self.body_field is not None:
                _check_length(strict)
                _check_media_type(strict, is_form=self._form in {"Form", "File"})
                if idempotency.HEADER in strict.headers:
                    # The form parser drains the stream; the key is bound to these bytes.
                    await strict.body()
            return await (_in_transaction(inner, strict) if is_write else inner(strict))

        return handle

    @cached_property
    def _parameters(self) -> dict[str, bool]:
        return dict(_query_parameters(self.dependant))

    @cached_property
    def _form(self) -> str:
        return type(getattr(self.body_field, "field_info", None)).__name__


def access_of(dependant: Dependant) -> str | None:
    """The permission that a route declares; none where it declares nothing."""
    calls: list[Any] = [child.call for child in dependant.dependencies]
    return next((call.access for call in calls if hasattr(call, "access")), None)


def _header_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.header_params}
    return own.union(*map(_header_names, dependant.dependencies))


async def _in_transaction(inner: Handler, request: Request) -> Response:
    db: Database = request.app.state.db
    async with db.sessions() as session:
        request.state.session = session
        try:
            response = await inner(request)
        except idempotency.Replay as replay:
            return replay.response
        await idempotency.keep(session, request, response)
        await session.commit()
        return response


class StrictRequest(Request):
    """JSON as RFC 8259 has it: UTF-8, no repeated keys, no NaN, no bottomless nesting."""

    limit = BODY_LIMIT

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces; 413 once it is longer than the route takes."""
        length = 0
        async for piece in super().stream():
            length += len(piece)
            if length > self.limit:
                raise Problem("too_large")
            yield piece

    async def json(self) -> Any:
        """The parsed body; 400 where it is not plain JSON."""
        body = await self.body()
        try:
            value = json.loads(
                body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            raise Problem("malformed_json") from error
        if _depth(value) > _MAX_DEPTH:
            raise Problem("nested_too_deeply", limit=_MAX_DEPTH)
        if b"\\u" in body:
            _check_text(value, "")
        return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("duplicate_json_key")
    return found


def _no_constant(_: str) -> None:
    raise Problem("malformed_json")


def _depth(value: Any, level: int = 0) -> int:
    if level > _MAX_DEPTH or not isinstance(value, (dict, list)):
        return level
    children = value.values() if isinstance(value, dict) else value
    return max((_depth(child, level + 1) for child in children), default=level + 1)


def _check_text(value: Any, pointer: str) -> None:
    """422 for half a character: neither the database nor a reply can hold one (RFC 8259 §8.2)."""
    if isinstance(value, str) and _SURROGATE.search(value):
        raise invalid(pointer, "string_unicode")
    children = value if isinstance(value, dict) else {}
    for key in children:
        _check_text(key, pointer)
    for key, child in enumerate(value) if isinstance(value, list) else children.items():
        _check_text(child, f"{pointer}/{escaped(key)}")


def _check_length(request: StrictRequest) -> None:
    """Refuse before reading what announces itself as too long."""
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise Problem("malformed_request")
    if int(length) > request.limit:
        raise Problem("too_large")


def _check_media_type(request: Request, *, is_form: bool) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if is_form:
        fits = given in {"multipart/form-data", "application/x-www-form-urlencoded"}
    else:
        fits = given == "application/json" or given.endswith("+json")
    if not fits and (given or request.headers.get("content-length", "0") != "0"):
        raise Problem("unsupported_media_type", given=given or "-")


def _query_parameters(dependant: Dependant) -> list[tuple[str, bool]]:
    """Every declared query parameter and whether it may repeat."""
    found: list[tuple[str, bool]] = []
    for field in dependant.query_params:
        model = field.field_info.annotation
        members = getattr(model, "model_fields", None)
        if members is None:
            found.append((field.alias, _is_list(model)))
        else:
            found += [
                (info.alias or name, _is_list(info.annotation)) for name, info in members.items()
            ]
    for child in dependant.dependencies:
        found += _query_parameters(child)
    return found


def _is_list(annotation: Any) -> bool:
    return "list[" in repr(annotation)


def _check_query(scope: Scope, allowed: dict[str, bool]) -> None:
    raw: bytes = scope.get("query_string", b"")
    if not raw:
        return
    try:
        decoded = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise Problem("malformed_request") from error
    if "\x00" in decoded:
        raise invalid_parameter(_name_with_nul(raw), "string_nul")
    seen: set[str] = set()
    for name in Request(scope).query_params.multi_items():
        _check_parameter(name[0], allowed, seen)


def _name_with_nul(raw: bytes) -> str:
    part = next(part for part in raw.split(b"&") if b"%00" in part or b"\x00" in part)
    return part.partition(b"=")[0].decode(errors="replace").replace("%00", "")


def _check_parameter(name: str, allowed: dict[str, bool], seen: set[str]) -> None:
    if name not in allowed:
        close = difflib.get_close_matches(name, allowed, n=1)
        params = {
            "name": name,
            "allowed": ", ".join(sorted(allowed)) or "-",
            "suggestion": close[0] if close else "-",
        }
        message = text("validation", "unknown_parameter", params)
        error = FieldError(parameter=name, code="unknown_parameter", message=message)
        raise Problem("invalid_values", errors=[error])
    if name in seen and not allowed[name]:
        raise invalid_parameter(name, "repeated_parameter")
    seen.add(name)
