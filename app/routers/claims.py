"""Claims: who was first at a company."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.claim_stubs import AlreadyClaimed, CompanyClaims
from app.models.claims import ClaimCreate, ClaimQuery, ClaimRead
from app.models.roles import Permission
from app.models.transition_decisions import TransitionDecision
from app.routers.deps import (
    API,
    ChangeDep,
    IdPath,
    ReaderDep,
    ViewDep,
    WriteDep,
    asked,
    needs,
)
from app.services import claims

router = APIRouter(prefix=API, tags=["claims"], route_class=Endpoint)


@router.get("/claims", dependencies=[needs(Permission.leads_read)], response_model=Page[ClaimRead])
async def list_claims(
    reader: ReaderDep, query: Annotated[ClaimQuery, asked(ClaimQuery)]
) -> Response:
    """The claims on leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.post(
    "/claims",
    status_code=201,
    dependencies=[needs(Permission.claims_write)],
    response_model=ClaimRead,
    responses={409: {"model": AlreadyClaimed, "description": "With whose claim stands."}},
)
async def create_claim(write: WriteDep, payload: ClaimCreate) -> Response:
    """Claim first contact with the company of an own lead; the first to do so is told so."""
    claim = await claims.create(write.session, write.caller, payload)
    return await write.created(ClaimRead, claim.id)


@router.get(
    "/claims/{id:uuid}", dependencies=[needs(Permission.leads_read)], response_model=ClaimRead
)
async def get_claim(reader: ReaderDep, claim_id: IdPath, view: ViewDep) -> Response:
    """One claim with its clock."""
    return await reader.one(ClaimRead, claim_id, view)


@router.post(
    "/claims/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.claims_decide)],
    response_model=ClaimRead,
)
async def decide_claim(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Approve or reject a pending claim; nobody decides the own one."""
    await claims.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ClaimRead, 201)


@router.post(
    "/claims/{id:uuid}/renewals",
    status_code=201,
    dependencies=[needs(Permission.claims_write)],
    response_model=ClaimRead,
)
async def renew_claim(change: ChangeDep) -> Response:
    """Protect for 90 days more, once; 409 without a visit or recognised move since."""
    await claims.renew(change.session, change.caller, change.id, change.version)
    return await change.changed(ClaimRead, 201)


@router.get(
    "/companies/{id:uuid}/claim-stub",
    dependencies=[needs(Permission.companies_read)],
    response_model=CompanyClaims,
)
async def get_claim_stub(reader: ReaderDep, company_id: IdPath) -> Response:
    """Whether somebody works on a company: owner, stage band, end of protection; no more."""
    return json_response(await claims.stub(await reader.db.reads(), reader.caller, company_id))
