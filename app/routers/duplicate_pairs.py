"""Pairs of records that may be one."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.duplicate_pairs import DuplicatePairQuery, DuplicatePairRead
from app.models.duplicates import DuplicateDecision
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import duplicate_pairs

router = APIRouter(prefix=f"{API}/duplicate-pairs", tags=["duplicates"], route_class=Endpoint)
READ = [needs(Permission.merges_read)]


@router.get("", dependencies=READ, response_model=Page[DuplicatePairRead])
async def list_duplicate_pairs(
    reader: ReaderDep, query: Annotated[DuplicatePairQuery, asked(DuplicatePairQuery)]
) -> Response:
    """What scan and imports found, and what was decided; `status=open` waits."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=DuplicatePairRead)
async def get_duplicate_pair(reader: ReaderDep, pair_id: IdPath, view: ViewDep) -> Response:
    """One pair."""
    return await reader.one(DuplicatePairRead, pair_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.duplicates_decide)],
    response_model=DuplicatePairRead,
)
async def decide_duplicate_pair(change: ChangeDep, payload: DuplicateDecision) -> Response:
    """They are two, and why; merging has a resource of its own. Answers the pair."""
    await duplicate_pairs.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(DuplicatePairRead, 201)
