"""Accounts."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.clock import today
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.officers import (
    OfficerCreate,
    OfficerQuery,
    OfficerRead,
    OfficerUpdate,
    RoleChange,
)
from app.models.qualifications import QualificationQuery, QualificationRead
from app.models.roles import Permission
from app.routers.deps import (
    API,
    CallerDep,
    ChangeDep,
    IdPath,
    ReaderDep,
    ViewDep,
    WriteDep,
    asked,
    needs,
)
from app.services import officers, qualifications

router = APIRouter(prefix=f"{API}/officers", tags=["officers"], route_class=Endpoint)


@router.get(
    "",
    dependencies=[needs(Permission.directory_read)],
    response_model=Page[OfficerRead],
)
async def list_officers(
    reader: ReaderDep, query: Annotated[OfficerQuery, asked(OfficerQuery)]
) -> Response:
    """All accounts."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.officers_write)],
    response_model=OfficerRead,
)
async def create_officer(write: WriteDep, payload: OfficerCreate) -> Response:
    """Open an account."""
    officer = await officers.create(write.session, payload)
    return await write.created(OfficerRead, officer.id)


@router.get(
    "/{id:uuid}", dependencies=[needs(Permission.directory_read)], response_model=OfficerRead
)
async def get_officer(reader: ReaderDep, officer_id: IdPath, view: ViewDep) -> Response:
    """One account."""
    return await reader.one(OfficerRead, officer_id, view)


@router.get("/{id:uuid}/qualification", dependencies=[needs(Permission.qualifications_read)])
async def get_officer_qualification(
    reader: ReaderDep,
    caller: CallerDep,
    officer_id: IdPath,
    query: Annotated[QualificationQuery, asked(QualificationQuery)],
) -> QualificationRead:
    """Whether an officer is qualified for the own post on a day, and what is lacking."""
    day = query.as_of or today()
    async with reader.db.sessions() as session:
        return await qualifications.qualification(session, caller, officer_id, day)


@router.patch(
    "/{id:uuid}", dependencies=[needs(Permission.officers_write)], response_model=OfficerRead
)
async def update_officer(change: ChangeDep, payload: OfficerUpdate) -> Response:
    """Change an account; `is_active: false` logs it out everywhere."""
    await officers.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(OfficerRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=[needs(Permission.officers_write)])
async def delete_officer(change: ChangeDep) -> None:
    """Remove an account that no record names; close the others with `is_active: false`."""
    await officers.delete(change.session, change.caller, change.id, change.version)


@router.post(
    "/{id:uuid}/role-changes",
    status_code=201,
    dependencies=[needs(Permission.roles_write)],
    response_model=OfficerRead,
)
async def change_officer_role(change: ChangeDep, payload: RoleChange) -> Response:
    """Give another role; acts on the officer's next request. Nobody changes the own one."""
    await officers.change_role(
        change.session, change.caller, change.id, payload.role, change.version
    )
    return await change.changed(OfficerRead, 201)


@router.post(
    "/{id:uuid}/unlockings",
    status_code=201,
    dependencies=[needs(Permission.roles_write)],
    response_model=OfficerRead,
)
async def unlock_officer(write: WriteDep, officer_id: IdPath) -> Response:
    """Open an account that too many wrong passwords have locked."""
    await officers.unlock(write.session, write.caller, officer_id)
    return await write.reply(OfficerRead, officer_id, 201)
