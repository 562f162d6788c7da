"""What a target's score is made of."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.target_weights import (
    TargetWeights,
    TargetWeightsQuery,
    TargetWeightsRead,
    TargetWeightsUpdate,
)
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/target-weights", tags=["targets"], route_class=Endpoint)
READ = [needs(Permission.targets_read)]


@router.get("", dependencies=READ, response_model=Page[TargetWeightsRead])
async def list_target_weights(
    reader: ReaderDep, query: Annotated[TargetWeightsQuery, asked(TargetWeightsQuery)]
) -> Response:
    """The one row of weights and parameters."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=TargetWeightsRead)
async def get_target_weights(reader: ReaderDep, weights_id: IdPath, view: ViewDep) -> Response:
    """The row."""
    return await reader.one(TargetWeightsRead, weights_id, view)


@router.patch(
    "/{id:uuid}",
    dependencies=[needs(Permission.target_weights_write)],
    response_model=TargetWeightsRead,
)
async def update_target_weights(change: ChangeDep, payload: TargetWeightsUpdate) -> Response:
    """Change them; the six weights sum to 1. Scores follow with the next recomputation."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, TargetWeights, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    row.check_sum()
    return await change.changed(TargetWeightsRead)
