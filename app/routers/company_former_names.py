"""Former names of companies."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.company_former_names import (
    CompanyFormerName,
    CompanyFormerNameCreate,
    CompanyFormerNameQuery,
    CompanyFormerNameRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import company_former_names
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/company-former-names", tags=["companies"], route_class=Endpoint)
READ, WRITE = [needs(Permission.companies_read)], [needs(Permission.companies_write)]


@router.get("", dependencies=READ, response_model=Page[CompanyFormerNameRead])
async def list_company_former_names(
    reader: ReaderDep, query: Annotated[CompanyFormerNameQuery, asked(CompanyFormerNameQuery)]
) -> Response:
    """Names borne before; `company_id` gives a company's."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CompanyFormerNameRead)
async def create_company_former_name(write: WriteDep, payload: CompanyFormerNameCreate) -> Response:
    """Keep a name that a company bore; renaming it does so by itself."""
    row = await company_former_names.create(write.session, payload)
    return await write.created(CompanyFormerNameRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CompanyFormerNameRead)
async def get_company_former_name(reader: ReaderDep, name_id: IdPath, view: ViewDep) -> Response:
    """One former name."""
    return await reader.one(CompanyFormerNameRead, name_id, view)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_company_former_name(change: ChangeDep) -> None:
    """Take a name away that the company never bore."""
    row = await claimed(change.session, CompanyFormerName, change.caller, change.id, change.version)
    await records.remove(change.session, row)
