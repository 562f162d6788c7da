"""The zone's profile."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.zone_profiles import (
    ZoneProfile,
    ZoneProfileQuery,
    ZoneProfileRead,
    ZoneProfileUpdate,
)
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/zone-profiles", tags=["zone"], route_class=Endpoint)
READ, WRITE = [needs(Permission.directory_read)], [needs(Permission.parameters_write)]


@router.get("", dependencies=READ, response_model=Page[ZoneProfileRead])
async def list_zone_profiles(
    reader: ReaderDep, query: Annotated[ZoneProfileQuery, asked(ZoneProfileQuery)]
) -> Response:
    """The profile: a list of one."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=ZoneProfileRead)
async def get_zone_profile(reader: ReaderDep, profile_id: IdPath, view: ViewDep) -> Response:
    """The profile."""
    return await reader.one(ZoneProfileRead, profile_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ZoneProfileRead)
async def update_zone_profile(change: ChangeDep, payload: ZoneProfileUpdate) -> Response:
    """Change the profile. What was counted under another city is counted anew only by a rebuild."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, ZoneProfile, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(ZoneProfileRead)
