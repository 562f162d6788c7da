"""Commitments to investors and of investors."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.commitments import (
    CommitmentCreate,
    CommitmentDecision,
    CommitmentQuery,
    CommitmentRead,
    CommitmentUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import commitments

router = APIRouter(prefix=f"{API}/commitments", tags=["commitments"], route_class=Endpoint)
READ, WRITE = [needs(Permission.leads_read)], [needs(Permission.commitments_write)]


@router.get("", dependencies=READ, response_model=Page[CommitmentRead])
async def list_commitments(
    reader: ReaderDep, query: Annotated[CommitmentQuery, asked(CommitmentQuery)]
) -> Response:
    """The promises on the leads that the caller may see."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CommitmentRead)
async def create_commitment(write: WriteDep, payload: CommitmentCreate) -> Response:
    """Enter a promise. From 2024-08-01 on tax rebates and selective subsidies need their review."""
    row = await commitments.create(write.session, write.caller, payload)
    return await write.created(CommitmentRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CommitmentRead)
async def get_commitment(reader: ReaderDep, commitment_id: IdPath, view: ViewDep) -> Response:
    """One promise."""
    return await reader.one(CommitmentRead, commitment_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=CommitmentRead)
async def update_commitment(change: ChangeDep, payload: CommitmentUpdate) -> Response:
    """Change an open promise; who promised what by when stays."""
    await commitments.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CommitmentRead)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.commitments_decide)],
    response_model=CommitmentRead,
)
async def decide_commitment(change: ChangeDep, payload: CommitmentDecision) -> Response:
    """Kept, broken or waived: said by somebody else than who entered it."""
    await commitments.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CommitmentRead, 201)
