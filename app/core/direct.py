"""Reads without FastAPI's dependency solver: arguments that need the request alone.

The solver and its two exit stacks take a third of a small read (docs/performance.md). A route whose
every argument is a path id or a dependency on nothing but the request is called directly; any
other goes FastAPI's way, with the same answers.
"""

from collections.abc import Awaitable, Callable, Coroutine
from inspect import signature
from typing import Any
from uuid import UUID

from fastapi.dependencies.models import Dependant
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Arguments = dict[str, Callable[[Request], Awaitable[Any]]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def direct(endpoint: Callable[..., Any], dependant: Dependant) -> Handler | None:
    """The endpoint as a function of the request, where its declaration allows that."""
    arguments = _arguments(dependant)
    if arguments is None or signature(endpoint).return_annotation is not Response:
        return None

    async def handle(request: Request) -> Response:
        given = {name: await make(request) for name, make in arguments.items()}
        return await endpoint(**given)

    return handle


def _arguments(dependant: Dependant) -> Arguments | None:
    others = (dependant.query_params, dependant.header_params, dependant.cookie_params,
              dependant.body_params)  # fmt: skip
    if any(others) or not all(map(_is_id, dependant.path_params)):
        return None
    found: Arguments = {field.name: _id for field in dependant.path_params}
    if dependant.request_param_name is not None:
        found[dependant.request_param_name] = _request
    for child in dependant.dependencies:
        if child.name is None or child.call is None or not _needs_request_alone(child):
            return None
        found[child.name] = child.call
    return found


def _is_id(field: Any) -> bool:
    """An id whose form the path (`{id:uuid}`) has checked."""
    return field.alias == "id" and field.field_info.annotation is UUID


async def _id(request: Request) -> UUID:
    return request.path_params["id"]


async def _request(request: Request) -> Request:
    return request


def _needs_request_alone(child: Dependant) -> bool:
    parts = (child.path_params, child.query_params, child.header_params, child.cookie_params,
             child.body_params, child.dependencies)  # fmt: skip
    return child.request_param_name == "request" and not any(parts)


def application(handle: Handler) -> ASGIApp:
    """A handler as ASGI; what it raises is answered by the application's own handlers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await handle(Request(scope, receive, send))
        await response(scope, receive, send)

    return app
