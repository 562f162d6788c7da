"""What assessors enter for items that no metric gives."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.scorecard_inputs import (
    ScorecardInputCreate,
    ScorecardInputQuery,
    ScorecardInputRead,
)
from app.models.transition_decisions import ReversalCreate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import scorecard_inputs

router = APIRouter(prefix=f"{API}/scorecard-inputs", tags=["assessment"], route_class=Endpoint)
READ, WRITE = [needs(Permission.scorecards_read)], [needs(Permission.scorecards_write)]


@router.get("", dependencies=READ, response_model=Page[ScorecardInputRead])
async def list_scorecard_inputs(
    reader: ReaderDep, query: Annotated[ScorecardInputQuery, asked(ScorecardInputQuery)]
) -> Response:
    """Entries, for those who see the zone; a card shows the values to its subject, not who."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ScorecardInputRead)
async def enter_scorecard_input(write: WriteDep, payload: ScorecardInputCreate) -> Response:
    """Enter a score or a promotion with its reason; it counts in the next run."""
    row = await scorecard_inputs.enter(write.session, payload)
    return await write.created(ScorecardInputRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ScorecardInputRead)
async def get_scorecard_input(reader: ReaderDep, input_id: IdPath, view: ViewDep) -> Response:
    """One entry."""
    return await reader.one(ScorecardInputRead, input_id, view)


@router.post(
    "/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=ScorecardInputRead
)
async def reverse_scorecard_input(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take an entry back: it stays and counts no more."""
    await scorecard_inputs.reverse(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(ScorecardInputRead, 201)
