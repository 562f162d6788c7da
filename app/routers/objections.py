"""Objections to scorecards and their decisions."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.objections import ObjectionDecision, ObjectionQuery, ObjectionRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import objections

router = APIRouter(prefix=f"{API}/objections", tags=["assessment"], route_class=Endpoint)
READ = [needs(Permission.scorecards_read)]


@router.get("", dependencies=READ, response_model=Page[ObjectionRead])
async def list_objections(
    reader: ReaderDep, query: Annotated[ObjectionQuery, asked(ObjectionQuery)]
) -> Response:
    """Objections to the cards that the caller may see."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=ObjectionRead)
async def get_objection(reader: ReaderDep, objection_id: IdPath, view: ViewDep) -> Response:
    """One objection."""
    return await reader.one(ObjectionRead, objection_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.objections_decide)],
    response_model=ObjectionRead,
)
async def decide_objection(change: ChangeDep, payload: ObjectionDecision) -> Response:
    """Uphold it with points, which makes a new edition of the card, or reject it."""
    await objections.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ObjectionRead, 201)
