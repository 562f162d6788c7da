"""Introductions: the agents' desk."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.introductions import (
    Introduction,
    IntroductionCreate,
    IntroductionQuery,
    IntroductionRead,
    IntroductionUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import introductions

router = APIRouter(prefix=f"{API}/introductions", tags=["introductions"], route_class=Endpoint)


@router.get(
    "",
    dependencies=[needs(Permission.introductions_read)],
    response_model=Page[IntroductionRead],
)
async def list_introductions(
    reader: ReaderDep, query: Annotated[IntroductionQuery, asked(IntroductionQuery)]
) -> Response:
    """An agent's own introductions; for team leads and leaders all."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.introductions_write)],
    response_model=IntroductionRead,
)
async def create_introduction(write: WriteDep, payload: IntroductionCreate) -> Response:
    """Register an introduction."""
    introduction = await records.add(write.session, Introduction, payload)
    return await write.created(IntroductionRead, introduction.id)


@router.get(
    "/{id:uuid}",
    dependencies=[needs(Permission.introductions_read)],
    response_model=IntroductionRead,
)
async def get_introduction(reader: ReaderDep, introduction_id: IdPath, view: ViewDep) -> Response:
    """One introduction and the stage its lead has reached."""
    return await reader.one(IntroductionRead, introduction_id, view)


@router.patch(
    "/{id:uuid}",
    dependencies=[needs(Permission.introductions_write)],
    response_model=IntroductionRead,
)
async def link_introduction(change: ChangeDep, payload: IntroductionUpdate) -> Response:
    """Link the lead that came of it; for team leads and leaders."""
    await introductions.link(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(IntroductionRead)
