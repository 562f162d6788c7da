"""Join requests: working with a colleague on a claimed company."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.join_requests import JoinRequestCreate, JoinRequestQuery, JoinRequestRead
from app.models.roles import Permission
from app.models.transition_decisions import TransitionDecision
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import join_requests

router = APIRouter(prefix=f"{API}/join-requests", tags=["claims"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.leads_read)], response_model=Page[JoinRequestRead])
async def list_join_requests(
    reader: ReaderDep, query: Annotated[JoinRequestQuery, asked(JoinRequestQuery)]
) -> Response:
    """The caller's own requests and those on leads that the caller may see."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.join_requests_write)],
    response_model=JoinRequestRead,
)
async def create_join_request(write: WriteDep, payload: JoinRequestCreate) -> Response:
    """Ask to join the lead behind the company's claim."""
    row = await join_requests.create(write.session, write.caller, payload)
    return await write.created(JoinRequestRead, row.id)


@router.get(
    "/{id:uuid}", dependencies=[needs(Permission.leads_read)], response_model=JoinRequestRead
)
async def get_join_request(reader: ReaderDep, request_id: IdPath, view: ViewDep) -> Response:
    """One request."""
    return await reader.one(JoinRequestRead, request_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.join_requests_decide)],
    response_model=JoinRequestRead,
)
async def decide_join_request(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Accept as a supporter, all shares by the policy, or reject."""
    await join_requests.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(JoinRequestRead, 201)
