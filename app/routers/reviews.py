"""Reviews, decided node by node."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.reviews import ReviewCreate, ReviewDecisionCreate, ReviewQuery, ReviewRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import reviews

router = APIRouter(prefix=f"{API}/reviews", tags=["gates"], route_class=Endpoint)
READ = [needs(Permission.leads_read)]


@router.get("", dependencies=READ, response_model=Page[ReviewRead])
async def list_reviews(
    reader: ReaderDep, query: Annotated[ReviewQuery, asked(ReviewQuery)]
) -> Response:
    """Reviews of the leads that the caller may see."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.transitions_write)],
    response_model=ReviewRead,
)
async def create_review(write: WriteDep, payload: ReviewCreate) -> Response:
    """Open a review; a class without nodes has passed."""
    row = await reviews.create(write.session, write.caller, payload)
    return await write.created(ReviewRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ReviewRead)
async def get_review(reader: ReaderDep, review_id: IdPath, view: ViewDep) -> Response:
    """One review with what its nodes said."""
    return await reader.one(ReviewRead, review_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.reviews_decide)],
    response_model=ReviewRead,
)
async def decide_review(change: ChangeDep, payload: ReviewDecisionCreate) -> Response:
    """Note what the next node said, with its conditions. Answers the review."""
    await reviews.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ReviewRead, 201)
