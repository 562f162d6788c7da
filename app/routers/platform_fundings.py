"""What platform companies have paid."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.platform_fundings import (
    PlatformFundingCreate,
    PlatformFundingQuery,
    PlatformFundingRead,
)
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import platform_fundings

router = APIRouter(prefix=f"{API}/platform-fundings", tags=["combinations"], route_class=Endpoint)
READ, WRITE = [needs(Permission.combinations_read)], [needs(Permission.combinations_write)]


@router.get("", dependencies=READ, response_model=Page[PlatformFundingRead])
async def list_platform_fundings(
    reader: ReaderDep, query: Annotated[PlatformFundingQuery, asked(PlatformFundingQuery)]
) -> Response:
    """Payments, the reversed ones too."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=PlatformFundingRead)
async def record_platform_funding(write: WriteDep, payload: PlatformFundingCreate) -> Response:
    """Record a payment; it counts for its combination, the teams above that and the zone."""
    row = await platform_fundings.record(write.session, payload)
    return await write.created(PlatformFundingRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=PlatformFundingRead)
async def get_platform_funding(reader: ReaderDep, funding_id: IdPath, view: ViewDep) -> Response:
    """One payment."""
    return await reader.one(PlatformFundingRead, funding_id, view)


@router.post(
    "/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=PlatformFundingRead
)
async def reverse_platform_funding(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take a payment back: it stays and counts no more."""
    await platform_fundings.reverse(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(PlatformFundingRead, 201)
