"""Exception handlers: whatever is raised leaves as a problem document."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from app.core.dberrors import DATABASE_ERRORS, problem_of
from app.core.errors import FieldError, Problem, escaped
from app.core.i18n import text
from app.core.logging import request_id

_BY_STATUS = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


def problem_response(problem: Problem) -> Response:
    """The reply for a problem, with its headers."""
    headers = dict(problem.headers)
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(
        problem.body(request_id.get()),
        problem.status,
        headers=headers,
        media_type="application/problem+json",
    )


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Problem):  # FastAPI wraps whatever reading the body raises
        return problem_response(error.__cause__)
    code = _BY_STATUS.get(error.status_code, "malformed_request")
    headers = _allowed(request) if error.status_code == 405 else error.headers
    return problem_response(Problem(code, headers=headers))


def _allowed(request: Request) -> dict[str, str]:
    """Every method of the resource (RFC 9110 §10.2.1); a literal path wins over one with an id."""
    found = {
        (method, route.path)
        for method in ("GET", "POST", "PATCH", "DELETE")
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    literal = {(method, path) for method, path in found if "{" not in path}
    return {"Allow": ", ".join(sorted(method for method, _ in literal or found))}


async def _database(_: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem is None:
        raise error
    return problem_response(problem)


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(validation_problem(error.errors(), error.body))


def validation_problem(details: Any, body: Any = None) -> Problem:  # Pydantic's list of dicts
    """Pydantic's error list as one problem that names each field."""
    if any(detail["type"] == "json_invalid" for detail in details):
        return Problem("malformed_json")
    return Problem("invalid_values", errors=[_field_error(detail, body) for detail in details])


def _without_tags(path: list[Any], body: Any) -> list[Any]:
    """The way through the body: Pydantic also names which shape of a union it tried."""
    kept, last = [], len(path) - 1
    for place, part in enumerate(path):
        if isinstance(body, dict) and part not in body and place < last:
            continue
        kept.append(part)
        inside = isinstance(body, dict) or (isinstance(body, list) and part in range(len(body)))
        body = (body.get(part) if isinstance(body, dict) else body[part]) if inside else None
    return kept


def _field_error(detail: dict[str, Any], body: Any) -> FieldError:
    place, *path = detail["loc"]
    path = _without_tags(path, body) if place == "body" else path
    code = detail["type"]
    message = text("validation", code, detail.get("ctx"), fallback=detail["msg"])
    where = f"/{'/'.join(escaped(part) for part in path)}" if path else ""
    if place == "body":
        return FieldError(pointer=where, code=code, message=_named(path, message))
    return FieldError(
        parameter=str(path[0] if path else place),
        code=code,
        message=_named(path, message),
    )


def _named(path: list[Any], message: str) -> str:
    return f"{'.'.join(map(str, path))}: {message}" if path else message


async def internal_error(scope: Scope, receive: Receive, send: Send) -> None:
    """The last resort: no detail of ours leaves."""
    await problem_response(Problem("internal_error"))(scope, receive, send)


def install(app: FastAPI) -> None:
    """Register every handler."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, _database)
