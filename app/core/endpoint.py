"""The route class of every endpoint: strict input, and one transaction per write.

A write's session opens before the handler and commits after the reply has been built and before
its first byte leaves; whatever is raised in between rolls everything back. With FastAPI's usual
`yield` dependency the commit would run after the reply: a failing commit still answered 201.
"""

import difflib
import json
from collections.abc import Callable, Coroutine
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
from app.core.errors import FieldError, Problem, invalid_parameter
from app.core.i18n import text

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_MAX_DEPTH = 20
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Endpoint(APIRoute):
    """Refuses what the route did not declare; gives writes their transaction."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside ours."""
        inner = super().get_route_handler()
        is_write = bool((self.methods or set()) - SAFE_METHODS)

        async def handle(request: Request) -> Response:
            _check_query(request.scope, self._parameters)
            strict = StrictRequest(request.scope, request.receive)
            if self.body_field is not None:
                _check_media_type(strict, is_form=self._is_form)
            return await (_in_transaction(inner, strict) if is_write else inner(strict))

        return handle

    @cached_property
    def _parameters(self) -> dict[str, bool]:
        return dict(_query_parameters(self.dependant))

    @cached_property
    def _is_form(self) -> bool:
        return type(getattr(self.body_field, "field_info", None)).__name__ in {
            "Form",
            "File",
        }


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
    """JSON as RFC 8259 has it: no repeated keys, no NaN, no bottomless nesting."""

    async def json(self) -> Any:  # noqa: ANN401  any JSON value
        """The parsed body; 400 where it is not plain JSON."""
        body = await self.body()
        try:
            value = json.loads(body, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Problem("malformed_json") from error
        if _depth(value) > _MAX_DEPTH:
            raise Problem("nested_too_deeply", limit=_MAX_DEPTH)
        return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("duplicate_json_key")
    return found


def _no_constant(_: str) -> None:
    raise Problem("malformed_json")


def _depth(value: Any, level: int = 0) -> int:  # noqa: ANN401
    if level > _MAX_DEPTH or not isinstance(value, (dict, list)):
        return level
    children = value.values() if isinstance(value, dict) else value
    return max((_depth(child, level + 1) for child in children), default=level + 1)


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


def _is_list(annotation: Any) -> bool:  # noqa: ANN401
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
