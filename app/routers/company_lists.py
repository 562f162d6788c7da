"""Company lists, their entries and their import."""

from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile

from app.core.endpoint import Endpoint
from app.core.faults import refuse_faulty
from app.core.listing import Page
from app.core.types import BusinessDate, Line, Name
from app.models.company_flags import ListKind
from app.models.company_lists import (
    CompanyListCreate,
    CompanyListEntryQuery,
    CompanyListEntryRead,
    CompanyListImportRead,
    CompanyListQuery,
    CompanyListRead,
    CompanyListUpdate,
    Year,
    head_of,
)
from app.models.roles import Permission
from app.routers.deps import (
    API,
    ChangeDep,
    IdPath,
    ReaderDep,
    SessionDep,
    ViewDep,
    WriteDep,
    asked,
    needs,
)
from app.services import company_lists

router = APIRouter(prefix=API, tags=["company lists"], route_class=Endpoint)


@router.get(
    "/company-lists",
    dependencies=[needs(Permission.companies_read)],
    response_model=Page[CompanyListRead],
)
async def list_company_lists(
    reader: ReaderDep, query: Annotated[CompanyListQuery, asked(CompanyListQuery)]
) -> Response:
    """The editions of all lists."""
    return await reader.page(query)


@router.post(
    "/company-lists",
    status_code=201,
    dependencies=[needs(Permission.lists_write)],
    response_model=CompanyListRead,
)
async def create_company_list(write: WriteDep, payload: CompanyListCreate) -> Response:
    """Open an empty edition."""
    row = await company_lists.create(write.session, payload)
    return await write.created(CompanyListRead, row.id)


@router.get(
    "/company-lists/{id:uuid}",
    dependencies=[needs(Permission.companies_read)],
    response_model=CompanyListRead,
)
async def get_company_list(reader: ReaderDep, list_id: IdPath, view: ViewDep) -> Response:
    """One edition."""
    return await reader.one(CompanyListRead, list_id, view)


@router.patch(
    "/company-lists/{id:uuid}",
    dependencies=[needs(Permission.lists_write)],
    response_model=CompanyListRead,
)
async def update_company_list(change: ChangeDep, payload: CompanyListUpdate) -> Response:
    """Change an edition; another kind or year holds as long as lists of that kind do."""
    await company_lists.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CompanyListRead)


@router.get(
    "/company-list-entries",
    dependencies=[needs(Permission.companies_read)],
    response_model=Page[CompanyListEntryRead],
)
async def list_company_list_entries(
    reader: ReaderDep, query: Annotated[CompanyListEntryQuery, asked(CompanyListEntryQuery)]
) -> Response:
    """Entries by rank; `company_id` gives a company's memberships."""
    return await reader.page(query)


@router.post(
    "/company-list-imports",
    status_code=201,
    dependencies=[needs(Permission.lists_write)],
)
async def import_company_list(
    session: SessionDep,
    *,
    file: UploadFile,
    name: Annotated[Name, Form()],
    year: Annotated[Year, Form()],
    source: Annotated[Line | None, Form()] = None,
    kind: Annotated[ListKind | None, Form()] = None,
    published_on: Annotated[BusinessDate | None, Form()] = None,
) -> CompanyListImportRead:
    """Import an edition from CSV or XLSX: all rows or none; repeating it changes nothing.

    With faults it answers 422, and `report` names each line.
    """
    head = head_of(name=name, year=year, source=source, kind=kind, published_on=published_on)
    report = await company_lists.import_list(session, head, await file.read(), file.filename or "")
    refuse_faulty(report)
    return report
