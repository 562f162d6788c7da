"""Timelines of leads and companies."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.reader import Reader, json_response
from app.models.companies import Company
from app.models.leads import Lead
from app.models.roles import Permission
from app.models.timelines import TimelinePage, TimelineQuery
from app.routers.deps import API, IdPath, ReaderDep, asked, needs
from app.services import timelines

router = APIRouter(prefix=API, tags=["timelines"], route_class=Endpoint)
QueryDep = Annotated[TimelineQuery, asked(TimelineQuery)]


@router.get(
    "/leads/{id:uuid}/timeline",
    dependencies=[needs(Permission.leads_read)],
    response_model=TimelinePage,
)
async def get_lead_timeline(reader: ReaderDep, lead_id: IdPath, query: QueryDep) -> Response:
    """Visits, moves, members, claims, disputes and transfers of a lead, newest first."""
    return await _page(reader, Lead, lead_id, query)


@router.get(
    "/companies/{id:uuid}/timeline",
    dependencies=[needs(Permission.companies_read)],
    response_model=TimelinePage,
)
async def get_company_timeline(reader: ReaderDep, company_id: IdPath, query: QueryDep) -> Response:
    """The same of a company and its leads, as far as the caller may see them."""
    return await _page(reader, Company, company_id, query)


async def _page(reader: Reader, of: type[Any], subject_id: Any, query: TimelineQuery) -> Response:
    pool = await reader.db.reads()
    subject = (of, subject_id)
    return json_response(await timelines.page(pool, reader.cursors, reader.caller, subject, query))
