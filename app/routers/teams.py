"""Teams."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.teams import TeamCreate, TeamQuery, TeamRead, TeamUpdate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import teams

router = APIRouter(prefix=f"{API}/teams", tags=["teams"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.directory_read)], response_model=Page[TeamRead])
async def list_teams(reader: ReaderDep, query: Annotated[TeamQuery, asked(TeamQuery)]) -> Response:
    """All teams."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.teams_write)],
    response_model=TeamRead,
)
async def create_team(write: WriteDep, payload: TeamCreate) -> Response:
    """Found a team."""
    team = await teams.create(write.session, payload)
    return await write.created(TeamRead, team.id)


@router.get("/{id:uuid}", dependencies=[needs(Permission.directory_read)], response_model=TeamRead)
async def get_team(reader: ReaderDep, team_id: IdPath, view: ViewDep) -> Response:
    """One team."""
    return await reader.one(TeamRead, team_id, view)


@router.patch("/{id:uuid}", dependencies=[needs(Permission.teams_write)], response_model=TeamRead)
async def update_team(change: ChangeDep, payload: TeamUpdate) -> Response:
    """Change a team; moving it moves its subtree."""
    await teams.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(TeamRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=[needs(Permission.teams_write)])
async def delete_team(change: ChangeDep) -> None:
    """Remove a team that nothing points to."""
    await teams.delete(change.session, change.caller, change.id, change.version)
