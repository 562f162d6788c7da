"""Transfers: leads handed to another owner."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.transfers import TransferCreate, TransferDryRun, TransferQuery, TransferRead
from app.models.transition_decisions import ReversalCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import transfers

router = APIRouter(prefix=f"{API}/transfers", tags=["transfers"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.leads_read)], response_model=Page[TransferRead])
async def list_transfers(
    reader: ReaderDep, query: Annotated[TransferQuery, asked(TransferQuery)]
) -> Response:
    """The transfers of leads that the caller may see; officers find theirs in the timelines."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.transfers_write)],
    response_model=TransferRead,
    responses={200: {"model": TransferDryRun, "description": "What a dry run found."}},
)
async def create_transfer(write: WriteDep, payload: TransferCreate) -> Response:
    """Hand over up to 200 leads, all or none: owner and team change, nothing else."""
    answer = await transfers.create(write.session, write.caller, payload)
    if isinstance(answer, TransferDryRun):
        return Response(answer.model_dump_json(), media_type="application/json")
    return await write.created(TransferRead, answer.id)


@router.get("/{id:uuid}", dependencies=[needs(Permission.leads_read)], response_model=TransferRead)
async def get_transfer(reader: ReaderDep, transfer_id: IdPath, view: ViewDep) -> Response:
    """One transfer with its leads."""
    return await reader.one(TransferRead, transfer_id, view)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=[needs(Permission.transfers_write)],
    response_model=TransferRead,
)
async def reverse_transfer(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Give the leads back; 409 once an owner or a member has changed since."""
    await transfers.reverse(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(TransferRead, 201)
