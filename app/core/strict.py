"""Strict input: JSON as RFC 8259 has it, bodies of the declared kind and size, known parameters."""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from app.core.errors import Problem, escaped, invalid, invalid_parameter, unknown_name

# Bytes of a body, as documented; more is 413.
BODY_LIMIT, FILE_LIMIT = 1024 * 1024, 20 * 1024 * 1024
# What a form needs around its file: boundaries, headers, the other fields.
FORM_ROOM = 64 * 1024
_MAX_DEPTH = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


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
        return parsed(await self.body())


def parsed(body: bytes) -> Any:
    """The value of a JSON text; 400 where it is not plain JSON, 422 for half a character."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
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


def check_length(request: StrictRequest) -> None:
    """Refuse before reading what announces itself as too long."""
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise Problem("malformed_request")
    if int(length) > request.limit:
        raise Problem("too_large")


def check_media_type(request: Request, *, is_form: bool) -> None:
    """415 where the body is not of the kind that the route takes."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if is_form:
        fits = given in {"multipart/form-data", "application/x-www-form-urlencoded"}
    else:
        fits = given == "application/json" or given.endswith("+json")
    if not fits and (given or request.headers.get("content-length", "0") != "0"):
        raise Problem("unsupported_media_type", given=given or "-")


def check_query(request: Request, allowed: Mapping[str, bool]) -> None:
    """422 for parameters that are unknown, or given twice where they do not repeat."""
    raw: bytes = request.scope.get("query_string", b"")
    if not raw:
        return
    try:
        decoded = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise Problem("malformed_request") from error
    if "\x00" in decoded:
        raise invalid_parameter(_name_with_nul(raw), "string_nul")
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        _check_parameter(name, allowed, seen)


def _name_with_nul(raw: bytes) -> str:
    part = next(part for part in raw.split(b"&") if b"%00" in part or b"\x00" in part)
    return part.partition(b"=")[0].decode(errors="replace").replace("%00", "")


def _check_parameter(name: str, allowed: Mapping[str, bool], seen: set[str]) -> None:
    if name not in allowed:
        raise unknown_name(name, "unknown_parameter", name, allowed)
    if name in seen and not allowed[name]:
        raise invalid_parameter(name, "repeated_parameter")
    seen.add(name)
