"""Companies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from app.core.batch import BatchCreate, BatchRead, create_all
from app.core.endpoint import Endpoint
from app.core.errors import Problem
from app.core.export import DOCUMENTED, Export, File
from app.core.listing import Page
from app.core.reader import json_response
from app.models.companies import (
    Company,
    CompanyCreate,
    CompanyExport,
    CompanyQuery,
    CompanyRead,
    CompanyUpdate,
)
from app.models.company_controls import CompanyGroup, GroupQuery
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import companies, company_groups, merges

router = APIRouter(prefix=f"{API}/companies", tags=["companies"], route_class=Endpoint)


@router.get(
    "",
    dependencies=[needs(Permission.companies_read)],
    response_model=Page[CompanyRead],
)
async def list_companies(
    reader: ReaderDep, query: Annotated[CompanyQuery, asked(CompanyQuery)]
) -> Response:
    """Companies; `q` finds Chinese substrings, pinyin, initials and English."""
    return await reader.page(query)


@router.get(
    "/export",
    dependencies=[needs(Permission.companies_read)],
    response_class=File,
    responses=DOCUMENTED,
)
async def export_companies(
    reader: ReaderDep, query: Annotated[CompanyExport, asked(CompanyExport)]
) -> Response:
    """All rows of the list as a table, its headers in the caller's language."""
    return Export(reader, query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.companies_write)],
    response_model=CompanyRead,
)
async def create_company(write: WriteDep, payload: CompanyCreate) -> Response:
    """Register a company; 409 with reasons where one like it is known."""
    company = await companies.create(write.session, write.caller, payload)
    return await write.created(CompanyRead, company.id)


@router.post(
    "/batch",
    status_code=207,
    dependencies=[needs(Permission.companies_write)],
    response_model=BatchRead[CompanyRead],
)
async def create_companies(
    write: WriteDep, payload: BatchCreate[CompanyCreate], *, atomic: bool = False
) -> Response:
    """Register up to 200 companies; `atomic=true` is all or nothing."""

    async def create(item: CompanyCreate) -> UUID:
        return (await companies.create(write.session, write.caller, item)).id

    return await create_all(write, payload.items, create, CompanyRead, atomic=atomic)


@router.get(
    "/{id:uuid}", dependencies=[needs(Permission.companies_read)], response_model=CompanyRead
)
async def get_company(reader: ReaderDep, company_id: IdPath, view: ViewDep) -> Response:
    """One company; 410 says into which it was merged."""
    try:
        return await reader.one(CompanyRead, company_id, view)
    except Problem as problem:
        pool = await reader.db.reads()
        raise await merges.moved(problem, pool, reader.caller, Company, company_id) from None


@router.patch(
    "/{id:uuid}",
    dependencies=[needs(Permission.companies_write)],
    response_model=CompanyRead,
)
async def update_company(change: ChangeDep, payload: CompanyUpdate) -> Response:
    """Change a company; a name it gives up is kept among its former names."""
    await companies.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CompanyRead)


@router.get(
    "/{id:uuid}/group",
    dependencies=[needs(Permission.companies_read)],
    response_model=CompanyGroup,
)
async def get_company_group(
    reader: ReaderDep, company_id: IdPath, query: Annotated[GroupQuery, asked(GroupQuery)]
) -> Response:
    """Who controls the company on a day and whom it controls, twenty levels up and down."""
    pool = await reader.db.reads()
    return json_response(await company_groups.group(pool, reader.caller, company_id, query.as_of))


@router.delete("/{id:uuid}", status_code=204, dependencies=[needs(Permission.companies_write)])
async def delete_company(change: ChangeDep) -> None:
    """To the trash; 409 while a lead, visit, contact or list points to it."""
    await companies.delete(change.session, change.caller, change.id, change.version)
