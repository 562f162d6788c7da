"""Disputes: opened, decided, appealed."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.dispute_decisions import DisputeDecisionCreate
from app.models.disputes import AppealCreate, DisputeCreate, DisputeQuery, DisputeRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import disputes

router = APIRouter(prefix=f"{API}/disputes", tags=["claims"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.leads_read)], response_model=Page[DisputeRead])
async def list_disputes(
    reader: ReaderDep, query: Annotated[DisputeQuery, asked(DisputeQuery)]
) -> Response:
    """Those the caller is on a side of; `status__in=open,appealed&sort=due_on` is the inbox."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.disputes_write)],
    response_model=DisputeRead,
)
async def create_dispute(write: WriteDep, payload: DisputeCreate) -> Response:
    """Contest a company's claim with visits of one's own; due in five working days."""
    dispute = await disputes.create(write.session, write.caller, payload)
    return await write.created(DisputeRead, dispute.id)


@router.get("/{id:uuid}", dependencies=[needs(Permission.leads_read)], response_model=DisputeRead)
async def get_dispute(reader: ReaderDep, dispute_id: IdPath, view: ViewDep) -> Response:
    """One dispute with its decisions."""
    return await reader.one(DisputeRead, dispute_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.disputes_decide)],
    response_model=DisputeRead,
)
async def decide_dispute(change: ChangeDep, payload: DisputeDecisionCreate) -> Response:
    """Decide with a reason and carry it out; 403 for whoever is a party or decided it before."""
    await disputes.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(DisputeRead, 201)


@router.post(
    "/{id:uuid}/appeals",
    status_code=201,
    dependencies=[needs(Permission.disputes_write)],
    response_model=DisputeRead,
)
async def appeal_dispute(change: ChangeDep, payload: AppealCreate) -> Response:
    """Ask once, within ten working days, for the decision of another leader."""
    await disputes.appeal(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(DisputeRead, 201)
