"""What path functions are given (caller, session, replies) and what they must declare."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import OAuth2PasswordBearer
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import idempotency
from app.core.endpoint import PUBLIC_ACCESS
from app.core.errors import Problem
from app.core.etag import version_in
from app.core.listing import View
from app.core.reader import Change, Reader, Write
from app.models.roles import Permission, may
from app.services.access import Caller
from app.services.sessions import authenticate

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/sessions", auto_error=False)


async def _caller(request: Request, token: Annotated[str | None, Depends(_bearer)]) -> Caller:
    if token is None:
        raise Problem("unauthenticated")
    return await authenticate(await request.app.state.db.reads(), token)


CallerDep = Annotated[Caller, Depends(_caller)]


class Needs:
    """A route's declared permission; an endpoint without one does not start."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.access = permission.value

    async def __call__(self, caller: CallerDep) -> None:
        """403 where the caller's role does not hold it."""
        if not may(caller.role, self.permission):
            raise Problem("forbidden")


class Public:
    """Declares that a route is open to everybody."""

    access = PUBLIC_ACCESS

    async def __call__(self) -> None:
        """Nothing to check."""


def needs(permission: Permission) -> Any:
    """Route dependency: the permission asked for."""
    return Depends(Needs(permission))


PUBLIC: Any = Depends(Public())


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


async def _reader(request: Request, caller: CallerDep) -> Reader:
    state = request.app.state
    return Reader(request, state.db, state.cursors, caller)


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
ViewDep = Annotated[View, Query()]
