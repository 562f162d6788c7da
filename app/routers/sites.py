"""Sites: the search by need, and what is free when."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.roles import Permission
from app.models.site_availability import AvailabilityQuery, SiteAvailability, SiteQuery
from app.models.sites import SiteCreate, SiteRead, SiteUpdate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import sites

router = APIRouter(prefix=f"{API}/sites", tags=["sites"], route_class=Endpoint)
READ, WRITE = [needs(Permission.sites_read)], [needs(Permission.sites_write)]


@router.get("", dependencies=READ, response_model=Page[SiteRead])
async def list_sites(reader: ReaderDep, query: Annotated[SiteQuery, asked(SiteQuery)]) -> Response:
    """Sites by what is needed: area free over a span, power, height, load, price, industry."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=SiteRead)
async def create_site(write: WriteDep, payload: SiteCreate) -> Response:
    """Register a site; the area comes in m² or in mu."""
    row = await sites.create(write.session, payload)
    return await write.created(SiteRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=SiteRead)
async def get_site(reader: ReaderDep, site_id: IdPath, view: ViewDep) -> Response:
    """One site."""
    return await reader.one(SiteRead, site_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=SiteRead)
async def update_site(change: ChangeDep, payload: SiteUpdate) -> Response:
    """Change a site; never to less than what is reserved of it."""
    await sites.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(SiteRead)


@router.get("/{id:uuid}/availability", dependencies=READ, response_model=SiteAvailability)
async def get_site_availability(
    reader: ReaderDep,
    site_id: IdPath,
    query: Annotated[AvailabilityQuery, asked(AvailabilityQuery)],
) -> Response:
    """How much of a site is free over a span: a step for each day on which that changes."""
    pool = await reader.db.reads()
    body = await sites.availability(pool, reader.caller, site_id, query.span())
    return json_response(body)
