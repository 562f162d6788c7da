"""Platform companies."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.platform_companies import (
    PlatformCompany,
    PlatformCompanyCreate,
    PlatformCompanyQuery,
    PlatformCompanyRead,
    PlatformCompanyUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed
from app.services.companies import check_present

router = APIRouter(prefix=f"{API}/platform-companies", tags=["combinations"], route_class=Endpoint)
READ, WRITE = [needs(Permission.combinations_read)], [needs(Permission.combinations_write)]


@router.get("", dependencies=READ, response_model=Page[PlatformCompanyRead])
async def list_platform_companies(
    reader: ReaderDep, query: Annotated[PlatformCompanyQuery, asked(PlatformCompanyQuery)]
) -> Response:
    """The companies that hold the role."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=PlatformCompanyRead)
async def create_platform_company(write: WriteDep, payload: PlatformCompanyCreate) -> Response:
    """Give a company the role; once."""
    await check_present(write.session, payload.company_id)
    row = await records.add(write.session, PlatformCompany, payload)
    return await write.created(PlatformCompanyRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=PlatformCompanyRead)
async def get_platform_company(reader: ReaderDep, platform_id: IdPath, view: ViewDep) -> Response:
    """One platform company."""
    return await reader.one(PlatformCompanyRead, platform_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=PlatformCompanyRead)
async def update_platform_company(change: ChangeDep, payload: PlatformCompanyUpdate) -> Response:
    """Change what the company has promised, or end the role."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, PlatformCompany, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(PlatformCompanyRead)
