"""Scoring the targets of a combination anew."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.target_recomputations import (
    TargetRecomputationCreate,
    TargetRecomputationQuery,
    TargetRecomputationRead,
)
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import target_recomputations

router = APIRouter(prefix=f"{API}/target-recomputations", tags=["targets"], route_class=Endpoint)
READ = [needs(Permission.targets_read)]


@router.get("", dependencies=READ, response_model=Page[TargetRecomputationRead])
async def list_target_recomputations(
    reader: ReaderDep, query: Annotated[TargetRecomputationQuery, asked(TargetRecomputationQuery)]
) -> Response:
    """The runs, the newest first."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.targets_recompute)],
    response_model=TargetRecomputationRead,
)
async def recompute_targets(write: WriteDep, payload: TargetRecomputationCreate) -> Response:
    """Propose and score companies for the gaps of the unit's chain, as of today.

    Repeating it changes nothing; what was decided stays decided.
    """
    run = await target_recomputations.recompute(write.session, payload)
    return await write.created(TargetRecomputationRead, run.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=TargetRecomputationRead)
async def get_target_recomputation(reader: ReaderDep, run_id: IdPath, view: ViewDep) -> Response:
    """One run."""
    return await reader.one(TargetRecomputationRead, run_id, view)
