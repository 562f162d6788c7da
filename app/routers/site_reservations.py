"""Reservations of sites: held, confirmed by somebody else, renewed, released."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.site_reservations import (
    ReleaseCreate,
    RenewalCreate,
    SiteReservationCreate,
    SiteReservationQuery,
    SiteReservationRead,
)
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import site_reservations

router = APIRouter(prefix=f"{API}/site-reservations", tags=["sites"], route_class=Endpoint)
READ, WRITE = [needs(Permission.sites_read)], [needs(Permission.reservations_write)]


@router.get("", dependencies=READ, response_model=Page[SiteReservationRead])
async def list_site_reservations(
    reader: ReaderDep, query: Annotated[SiteReservationQuery, asked(SiteReservationQuery)]
) -> Response:
    """What of which site is taken; for whom, where the caller may see the lead."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=SiteReservationRead)
async def reserve_site(write: WriteDep, payload: SiteReservationCreate) -> Response:
    """Hold a part of a site for a lead; 409 names the tightest day and what is left on it."""
    row = await site_reservations.reserve(write.session, write.caller, payload)
    return await write.created(SiteReservationRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=SiteReservationRead)
async def get_site_reservation(
    reader: ReaderDep, reservation_id: IdPath, view: ViewDep
) -> Response:
    """One reservation."""
    return await reader.one(SiteReservationRead, reservation_id, view)


@router.post(
    "/{id:uuid}/confirmations",
    status_code=201,
    dependencies=[needs(Permission.reservations_confirm)],
    response_model=SiteReservationRead,
)
async def confirm_site_reservation(change: ChangeDep) -> Response:
    """Make a hold stay; nobody confirms the own one. Answers the reservation."""
    await site_reservations.confirm(change.session, change.caller, change.id, change.version)
    return await change.changed(SiteReservationRead, 201)


@router.post(
    "/{id:uuid}/renewals", status_code=201, dependencies=WRITE, response_model=SiteReservationRead
)
async def renew_site_reservation(change: ChangeDep, payload: RenewalCreate) -> Response:
    """Hold longer; an expired hold comes back where there is room. Answers the reservation."""
    await site_reservations.renew(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(SiteReservationRead, 201)


@router.post(
    "/{id:uuid}/releases",
    status_code=201,
    dependencies=[needs(Permission.reservations_release)],
    response_model=SiteReservationRead,
)
async def release_site_reservation(change: ChangeDep, payload: ReleaseCreate) -> Response:
    """Give the area back. Answers the reservation."""
    await site_reservations.release(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(SiteReservationRead, 201)
