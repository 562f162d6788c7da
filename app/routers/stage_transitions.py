"""Stage transitions: requests, decisions, reversals."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.stage_transitions import StageTransitionQuery, StageTransitionRead
from app.models.transition_decisions import DryRunRead, ReversalCreate, TransitionDecision
from app.models.transition_requests import StageTransitionCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import signing_marks, stage_transitions

router = APIRouter(prefix=API, tags=["stage transitions"], route_class=Endpoint)
COLLECTION = "/api/v1/stage-transitions"


@router.post(
    "/leads/{id:uuid}/stage-transitions",
    status_code=201,
    dependencies=[needs(Permission.transitions_write)],
    response_model=StageTransitionRead,
    responses={200: {"model": DryRunRead, "description": "What a dry run found."}},
)
async def create_stage_transition(change: ChangeDep, payload: StageTransitionCreate) -> Response:
    """Ask for a move of a lead; `If-Match` is the lead's ETag."""
    answer = await stage_transitions.request(
        change.session, change.caller, change.id, payload, change.version
    )
    if isinstance(answer, DryRunRead):
        return Response(answer.model_dump_json(), media_type="application/json")
    return await change.created(StageTransitionRead, answer.id, COLLECTION)


@router.get(
    "/stage-transitions",
    dependencies=[needs(Permission.leads_read)],
    response_model=Page[StageTransitionRead],
)
async def list_stage_transitions(
    reader: ReaderDep, query: Annotated[StageTransitionQuery, asked(StageTransitionQuery)]
) -> Response:
    """The transitions of the leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.get(
    "/stage-transitions/{id:uuid}",
    dependencies=[needs(Permission.leads_read)],
    response_model=StageTransitionRead,
)
async def get_stage_transition(reader: ReaderDep, transition_id: IdPath, view: ViewDep) -> Response:
    """One transition with the credit stamped on it."""
    return await reader.one(StageTransitionRead, transition_id, view)


@router.post(
    "/stage-transitions/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.transitions_recognise)],
    response_model=StageTransitionRead,
)
async def decide_stage_transition(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Recognise or reject a pending request; nobody recognises their own."""
    await stage_transitions.decide(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(StageTransitionRead, 201)


@router.post(
    "/stage-transitions/{id:uuid}/reversals",
    status_code=201,
    dependencies=[needs(Permission.transitions_recognise)],
    response_model=StageTransitionRead,
)
async def reverse_stage_transition(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take back the lead's latest recognised move."""
    await stage_transitions.reverse(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(StageTransitionRead, 201)


@router.post(
    "/stage-transitions/{id:uuid}/list-checks",
    status_code=201,
    dependencies=[needs(Permission.list_checks_write)],
    response_model=StageTransitionRead,
)
async def check_signing_lists(change: ChangeDep) -> Response:
    """Mark a recognised signing by the company lists and controls as they are known now (Q04)."""
    await signing_marks.check_lists(change.session, change.caller, change.id, change.version)
    return await change.changed(StageTransitionRead, 201)
