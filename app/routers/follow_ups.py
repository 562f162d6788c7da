"""Follow-ups of visits."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.follow_ups import CompletionCreate, FollowUpQuery, FollowUpRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import follow_ups

router = APIRouter(prefix=f"{API}/follow-ups", tags=["rhythm"], route_class=Endpoint)
READ, WRITE = [needs(Permission.visits_read)], [needs(Permission.visits_write)]


@router.get("", dependencies=READ, response_model=Page[FollowUpRead])
async def list_follow_ups(
    reader: ReaderDep, query: Annotated[FollowUpQuery, asked(FollowUpQuery)]
) -> Response:
    """The own follow-ups, those of leads in view and, for a team lead, the team's."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=FollowUpRead)
async def get_follow_up(reader: ReaderDep, follow_up_id: IdPath, view: ViewDep) -> Response:
    """One follow-up; its text and day are those of its visit."""
    return await reader.one(FollowUpRead, follow_up_id, view)


@router.post(
    "/{id:uuid}/completions", status_code=201, dependencies=WRITE, response_model=FollowUpRead
)
async def complete_follow_up(change: ChangeDep, payload: CompletionCreate) -> Response:
    """Done, with what came of it. Answers the follow-up."""
    await follow_ups.complete(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(FollowUpRead, 201)
