"""Conditions of reviews, followed to closure."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.review_conditions import (
    ConditionClosing,
    ReviewConditionQuery,
    ReviewConditionRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import reviews

router = APIRouter(prefix=f"{API}/review-conditions", tags=["gates"], route_class=Endpoint)
READ = [needs(Permission.leads_read)]


@router.get("", dependencies=READ, response_model=Page[ReviewConditionRead])
async def list_review_conditions(
    reader: ReaderDep, query: Annotated[ReviewConditionQuery, asked(ReviewConditionQuery)]
) -> Response:
    """Conditions by the day they are due; `closed_on__isnull=true` gives the open ones."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=ReviewConditionRead)
async def get_review_condition(reader: ReaderDep, condition_id: IdPath, view: ViewDep) -> Response:
    """One condition."""
    return await reader.one(ReviewConditionRead, condition_id, view)


@router.post(
    "/{id:uuid}/closures",
    status_code=201,
    dependencies=[needs(Permission.transitions_recognise)],
    response_model=ReviewConditionRead,
)
async def close_review_condition(change: ChangeDep, payload: ConditionClosing) -> Response:
    """Vouch that a condition is met. Answers the condition."""
    await reviews.close_condition(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ReviewConditionRead, 201)
