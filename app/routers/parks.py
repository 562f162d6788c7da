"""Parks and the areas that they lie in."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.parks import ParkCreate, ParkQuery, ParkRead, ParkUpdate
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import parks

router = APIRouter(prefix=f"{API}/parks", tags=["sites"], route_class=Endpoint)
READ, WRITE = [needs(Permission.sites_read)], [needs(Permission.sites_write)]


@router.get("", dependencies=READ, response_model=Page[ParkRead])
async def list_parks(reader: ReaderDep, query: Annotated[ParkQuery, asked(ParkQuery)]) -> Response:
    """The zone's areas and specialised parks."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ParkRead)
async def create_park(write: WriteDep, payload: ParkCreate) -> Response:
    """Register an area or a specialised park."""
    row = await parks.create(write.session, payload)
    return await write.created(ParkRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ParkRead)
async def get_park(reader: ReaderDep, park_id: IdPath, view: ViewDep) -> Response:
    """One park."""
    return await reader.one(ParkRead, park_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ParkRead)
async def update_park(change: ChangeDep, payload: ParkUpdate) -> Response:
    """Change a park; its kind stays."""
    await parks.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ParkRead)
