"""Agreements with investors."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.agreements import (
    AgreementCreate,
    AgreementDecision,
    AgreementQuery,
    AgreementRead,
    AgreementUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import agreements

router = APIRouter(prefix=f"{API}/agreements", tags=["agreements"], route_class=Endpoint)
READ, WRITE = [needs(Permission.leads_read)], [needs(Permission.agreements_write)]


@router.get("", dependencies=READ, response_model=Page[AgreementRead])
async def list_agreements(
    reader: ReaderDep, query: Annotated[AgreementQuery, asked(AgreementQuery)]
) -> Response:
    """The agreements of the leads that the caller may see."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=AgreementRead)
async def create_agreement(write: WriteDep, payload: AgreementCreate) -> Response:
    """Draft an agreement."""
    row = await agreements.create(write.session, write.caller, payload)
    return await write.created(AgreementRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=AgreementRead)
async def get_agreement(reader: ReaderDep, agreement_id: IdPath, view: ViewDep) -> Response:
    """One agreement with its parties; its files are in `/evidence-links?subject_id=`."""
    return await reader.one(AgreementRead, agreement_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=AgreementRead)
async def update_agreement(change: ChangeDep, payload: AgreementUpdate) -> Response:
    """Change a draft; what was in force is superseded, never edited."""
    await agreements.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(AgreementRead)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.agreements_decide)],
    response_model=AgreementRead,
)
async def decide_agreement(change: ChangeDep, payload: AgreementDecision) -> Response:
    """Put somebody else's draft into force, or end an agreement. Answers the agreement."""
    await agreements.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(AgreementRead, 201)
