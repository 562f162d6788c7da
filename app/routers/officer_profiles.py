"""Profiles of officers: their posts and what speaks for them."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.officer_profiles import (
    OfficerProfile,
    OfficerProfileCreate,
    OfficerProfileQuery,
    OfficerProfileRead,
    OfficerProfileUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/officer-profiles", tags=["qualifications"], route_class=Endpoint)
READ, WRITE = [needs(Permission.qualifications_read)], [needs(Permission.qualifications_write)]


@router.get("", dependencies=READ, response_model=Page[OfficerProfileRead])
async def list_officer_profiles(
    reader: ReaderDep, query: Annotated[OfficerProfileQuery, asked(OfficerProfileQuery)]
) -> Response:
    """The profiles that the caller may look at: the own, the team's, all."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=OfficerProfileRead)
async def create_officer_profile(write: WriteDep, payload: OfficerProfileCreate) -> Response:
    """A profile of an officer who has none."""
    row = await records.add(write.session, OfficerProfile, payload)
    return await write.created(OfficerProfileRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=OfficerProfileRead)
async def get_officer_profile(reader: ReaderDep, profile_id: IdPath, view: ViewDep) -> Response:
    """One profile."""
    return await reader.one(OfficerProfileRead, profile_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=OfficerProfileRead)
async def update_officer_profile(change: ChangeDep, payload: OfficerProfileUpdate) -> Response:
    """Change a profile."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, OfficerProfile, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(OfficerProfileRead)
