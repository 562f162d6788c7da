"""What path functions are given (caller, session, replies) and what they must declare."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Request
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import idempotency
from app.core.asked import Asked
from app.core.endpoint import PUBLIC_ACCESS
from app.core.errors import Problem
from app.core.etag import version_in
from app.core.listing import View
from app.core.reader import Change, Reader, Write
from app.models.roles import Permission, may
from app.services.access import Caller
from app.services.sessions import authenticate

API = "/api/v1"


async def admit(request: Request, access: str) -> Caller:
    """The officer behind the bearer token; 401 without a valid one, 403 without the permission."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("unauthenticated")
    state = request.app.state
    caller = await authenticate(state.db, state.callers, token)
    if not may(caller.role, Permission(access)):
        raise Problem("forbidden")
    return caller


async def _caller(request: Request) -> Caller:
    return request.state.caller


CallerDep = Annotated[Caller, Depends(_caller)]


class Declared:
    """A route's declared access; an endpoint without one does not start."""

    def __init__(self, access: str) -> None:
        self.access = access

    async def __call__(self) -> None:
        """Never called: the route class takes it out and admits the caller itself."""


def needs(permission: Permission) -> Any:
    """Declares the permission that a route asks for."""
    return Depends(Declared(permission.value))


PUBLIC: Any = Depends(Declared(PUBLIC_ACCESS))


def asked(shape: type[BaseModel]) -> Any:
    """The query string as an instance of one class."""
    return Depends(Asked(shape))


async def _session(
    request: Request,
    caller: CallerDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Makes a repeated POST harmless; kept 48 hours.",
            max_length=255,
        ),
    ] = None,
) -> AsyncSession:
    session: AsyncSession = request.state.session
    session.info["actor_id"] = caller.id
    if idempotency_key is not None:
        await idempotency.claim(session, request, caller.id)
    return session


async def _plain_session(request: Request) -> AsyncSession:
    return request.state.session


SessionDep = Annotated[AsyncSession, Depends(_session)]
PublicSessionDep = Annotated[AsyncSession, Depends(_plain_session)]


async def _reader(request: Request) -> Reader:
    state = request.app.state
    return Reader(request, state.db, state.cursors, request.state.caller)


IdPath = Annotated[UUID, Path(alias="id")]


async def _write(request: Request, session: SessionDep, caller: CallerDep) -> Write:
    return Write(request, session, caller)


async def _change(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    record_id: IdPath,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag of the version that is changed.",
            max_length=100,
        ),
    ] = None,
) -> Change:
    change = Change(request, session, caller)
    change.id, change.version = record_id, version_in(if_match)
    return change


ReaderDep = Annotated[Reader, Depends(_reader)]
WriteDep = Annotated[Write, Depends(_write)]
ChangeDep = Annotated[Change, Depends(_change)]
ViewDep = Annotated[View, asked(View)]
