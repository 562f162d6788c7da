"""The caller's own account."""

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.models.me import MeRead
from app.models.officers import PasswordChange
from app.models.roles import HOLDERS, Permission
from app.routers.deps import API, CallerDep, WriteDep, needs
from app.services import officers

router = APIRouter(prefix=f"{API}/me", tags=["me"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.own_account)])
async def get_me(caller: CallerDep) -> MeRead:
    """Who the token belongs to and what that role may do."""
    return MeRead(
        id=caller.id,
        name=caller.name,
        role=caller.role,
        team_id=caller.team_id,
        permissions=[permission for permission in Permission if caller.role in HOLDERS[permission]],
    )


@router.post("/password-changes", status_code=204, dependencies=[needs(Permission.own_account)])
async def change_password(write: WriteDep, payload: PasswordChange) -> Response:
    """Replace the own password; other log-ins end."""
    await officers.change_password(write.session, write.caller, payload)
    return Response(status_code=204)
