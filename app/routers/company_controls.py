"""Control of companies: groups, subsidiaries, project companies."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.company_controls import (
    CompanyControl,
    CompanyControlCreate,
    CompanyControlQuery,
    CompanyControlRead,
    CompanyControlUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import company_controls
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/company-controls", tags=["companies"], route_class=Endpoint)
READ, WRITE = [needs(Permission.companies_read)], [needs(Permission.groups_write)]


@router.get("", dependencies=READ, response_model=Page[CompanyControlRead])
async def list_company_controls(
    reader: ReaderDep, query: Annotated[CompanyControlQuery, asked(CompanyControlQuery)]
) -> Response:
    """Who controls whom; `controller_id` gives what a company controls."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CompanyControlRead)
async def create_company_control(write: WriteDep, payload: CompanyControlCreate) -> Response:
    """State who controls a company; one at a time, and nobody in a circle."""
    row = await company_controls.create(write.session, payload)
    return await write.created(CompanyControlRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CompanyControlRead)
async def get_company_control(reader: ReaderDep, control_id: IdPath, view: ViewDep) -> Response:
    """One control."""
    return await reader.one(CompanyControlRead, control_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=CompanyControlRead)
async def update_company_control(change: ChangeDep, payload: CompanyControlUpdate) -> Response:
    """Change days, share or source; a control that is over ends with `to_on`."""
    await company_controls.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CompanyControlRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_company_control(change: ChangeDep) -> None:
    """Remove a control stated in error; the audit log keeps what it held."""
    row = await claimed(change.session, CompanyControl, change.caller, change.id, change.version)
    await records.remove(change.session, row)
