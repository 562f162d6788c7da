"""The route class of every endpoint: declared access, strict input, one transaction per write.

A write's session opens before the handler and commits after the reply has been built and before
its first byte leaves; whatever is raised in between rolls everything back. With FastAPI's usual
`yield` dependency the commit would run after the reply: a failing commit still answered 201.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.core import idempotency
from app.core.asked import Asked, parameter_names
from app.core.db import Database
from app.core.direct import Handler, application, direct
from app.core.openapi import problem_responses
from app.core.strict import (
    BODY_LIMIT,
    FILE_LIMIT,
    FORM_ROOM,
    StrictRequest,
    check_length,
    check_media_type,
    check_query,
)

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_ACCESS = "public"


class Endpoint(APIRoute):
    """Refuses what the route did not declare; gives writes their transaction.

    `access` is the permission that one of the route's `dependencies` declares. The caller is
    admitted here, once, and not through FastAPI's dependency solver.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[Any] | None = None,
        **options: Any,
    ) -> None:
        declared = [d for d in dependencies or () if hasattr(d.dependency, "access")]
        others = [d for d in dependencies or () if d not in declared]
        self.access: str | None = declared[0].dependency.access if declared else None
        options["operation_id"] = options.get("operation_id") or getattr(endpoint, "__name__", "")
        super().__init__(path, endpoint, dependencies=others, **options)
        read = None if self._is_write else direct(endpoint, self.dependant)
        if read is not None:
            self.app = application(self._admitted(read))
        self._describe(path)

    def _describe(self, path: str) -> None:
        is_public = self.access == PUBLIC_ACCESS
        problems = problem_responses(
            is_public=is_public,
            is_write=self._is_write,
            has_body=self.body_field is not None,
            has_id="{" in path,
            needs_match="If-Match" in _header_names(self.dependant),
        )
        self.responses = {**problems, **self.responses}
        self.openapi_extra = {
            "x-permission": self.access,
            "parameters": [],
            **({} if is_public else {"security": [{"OAuth2PasswordBearer": []}]}),
            **(self.openapi_extra or {}),
        }

    @property
    def _is_write(self) -> bool:
        return bool((self.methods or set()) - SAFE_METHODS)

    @cached_property
    def queries(self) -> list[Any]:
        """The classes of its query string."""
        calls = [child.call for child in self.dependant.dependencies]
        return [call.shape for call in calls if isinstance(call, Asked)]

    @cached_property
    def _parameters(self) -> dict[str, bool]:
        found = dict(_query_parameters(self.dependant))
        for shape in self.queries:
            found |= parameter_names(shape)
        return found

    @cached_property
    def _form(self) -> str:
        return type(getattr(self.body_field, "field_info", None)).__name__

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside ours."""
        inner = super().get_route_handler()
        if not self._is_write:
            return self._admitted(inner)

        async def write(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            await self._check_body(strict)
            return await _in_transaction(inner, strict)

        return self._admitted(write)

    def _admitted(self, inner: Handler) -> Handler:
        """Only for callers with the declared access, and with known parameters."""

        async def handle(request: Request) -> Response:
            if self.access != PUBLIC_ACCESS:
                request.state.caller = await request.app.state.admit(request, self.access)
            if request.scope["query_string"]:
                check_query(request, self._parameters)
            return await inner(request)

        return handle

    async def _check_body(self, request: StrictRequest) -> None:
        if self.body_field is None:
            return
        request.limit = FILE_LIMIT + FORM_ROOM if self._form == "File" else BODY_LIMIT
        check_length(request)
        check_media_type(request, is_form=self._form in {"Form", "File"})
        if idempotency.HEADER in request.headers:
            # The form parser drains the stream; the key is bound to these bytes.
            await request.body()


def _header_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.header_params}
    return own.union(*map(_header_names, dependant.dependencies))


def _query_parameters(dependant: Dependant) -> list[tuple[str, bool]]:
    """Single query parameters declared in the path function; none of ours repeats."""
    found = [(field.alias, False) for field in dependant.query_params]
    return found + [pair for child in dependant.dependencies for pair in _query_parameters(child)]


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
        if session.info.get("changes_callers"):
            await request.app.state.callers.settle()
        return response
