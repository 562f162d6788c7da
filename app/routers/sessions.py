"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.security import OAuth2PasswordRequestForm

from app.core.endpoint import Endpoint
from app.core.errors import Problem
from app.core.handlers import problem_response
from app.models.roles import Permission
from app.models.sessions import SessionRead
from app.routers.deps import API, PUBLIC, PublicSessionDep, WriteDep, needs
from app.services import sessions

router = APIRouter(prefix=f"{API}/sessions", tags=["sessions"], route_class=Endpoint)


@router.post("", status_code=201, dependencies=[PUBLIC], response_model=SessionRead)
async def log_in(
    session: PublicSessionDep, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> SessionRead | Response:
    """Exchange name and password for a token (OAuth2 password form)."""
    answer = await sessions.log_in(session, form.username, form.password)
    return problem_response(answer) if isinstance(answer, Problem) else answer


@router.delete("/current", status_code=204, dependencies=[needs(Permission.own_account)])
async def log_out(write: WriteDep) -> None:
    """End this log-in; the token is refused from the next request on."""
    await sessions.log_out(write.session, write.caller)
