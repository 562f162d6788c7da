"""Deferrals: promised items of gates."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.deferrals import DeferralExtension, DeferralQuery, DeferralRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import deferrals

router = APIRouter(prefix=f"{API}/deferrals", tags=["gates"], route_class=Endpoint)
READ = [needs(Permission.leads_read)]


@router.get("", dependencies=READ, response_model=Page[DeferralRead])
async def list_deferrals(
    reader: ReaderDep, query: Annotated[DeferralQuery, asked(DeferralQuery)]
) -> Response:
    """Promises of the leads that the caller may see."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=DeferralRead)
async def get_deferral(reader: ReaderDep, deferral_id: IdPath, view: ViewDep) -> Response:
    """One promise."""
    return await reader.one(DeferralRead, deferral_id, view)


@router.post(
    "/{id:uuid}/extensions",
    status_code=201,
    dependencies=[needs(Permission.deferrals_extend)],
    response_model=DeferralRead,
)
async def extend_deferral(change: ChangeDep, payload: DeferralExtension) -> Response:
    """Grant a promise another day. Answers the promise."""
    await deferrals.extend(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(DeferralRead, 201)
