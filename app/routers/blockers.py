"""Blockers."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.blockers import (
    BlockerCreate,
    BlockerQuery,
    BlockerRead,
    BlockerUpdate,
    EscalationCreate,
    ResolutionCreate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import blockers

router = APIRouter(prefix=f"{API}/blockers", tags=["blockers"], route_class=Endpoint)
READ, WRITE = [needs(Permission.blockers_read)], [needs(Permission.blockers_write)]


@router.get("", dependencies=READ, response_model=Page[BlockerRead])
async def list_blockers(
    reader: ReaderDep, query: Annotated[BlockerQuery, asked(BlockerQuery)]
) -> Response:
    """Blockers of leads in view, and those escalated to the caller's headquarters."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=BlockerRead)
async def create_blocker(write: WriteDep, payload: BlockerCreate) -> Response:
    """Say what keeps a lead from moving on."""
    blocker = await blockers.create(write.session, write.caller, payload)
    return await write.created(BlockerRead, blocker.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=BlockerRead)
async def get_blocker(reader: ReaderDep, blocker_id: IdPath, view: ViewDep) -> Response:
    """One blocker."""
    return await reader.one(BlockerRead, blocker_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=BlockerRead)
async def update_blocker(change: ChangeDep, payload: BlockerUpdate) -> Response:
    """Change a blocker that is not resolved."""
    await blockers.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(BlockerRead)


@router.post(
    "/{id:uuid}/escalations", status_code=201, dependencies=WRITE, response_model=BlockerRead
)
async def escalate_blocker(change: ChangeDep, payload: EscalationCreate) -> Response:
    """Hand it to a headquarters. Answers the blocker."""
    await blockers.escalate(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(BlockerRead, 201)


@router.post(
    "/{id:uuid}/resolutions", status_code=201, dependencies=WRITE, response_model=BlockerRead
)
async def resolve_blocker(change: ChangeDep, payload: ResolutionCreate) -> Response:
    """Out of the way. Answers the blocker."""
    await blockers.resolve(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(BlockerRead, 201)
