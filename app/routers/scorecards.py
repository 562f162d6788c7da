"""Scorecards: computed, published, and asked what they would say if."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.objections import ObjectionCreate, ObjectionRead
from app.models.roles import Permission
from app.models.scorecard_listings import ScorecardListingQuery, ScorecardListingRead
from app.models.scorecard_simulations import ScorecardSimulation, SimulationRead
from app.models.scorecards import (
    ScorecardCreate,
    ScorecardPublication,
    ScorecardQuery,
    ScorecardRead,
    ScorecardRun,
)
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import objections, scorecard_simulations, scorecards

router = APIRouter(prefix=API, tags=["assessment"], route_class=Endpoint)
READ, WRITE = [needs(Permission.scorecards_read)], [needs(Permission.scorecards_write)]


@router.get("/scorecards", dependencies=READ, response_model=Page[ScorecardRead])
async def list_scorecards(
    reader: ReaderDep, query: Annotated[ScorecardQuery, asked(ScorecardQuery)]
) -> Response:
    """Cards that the caller may see, every edition; `is_current` marks the newest."""
    return await reader.page(query)


@router.post("/scorecards", status_code=201, dependencies=WRITE)
async def compute_scorecards(write: WriteDep, payload: ScorecardCreate) -> ScorecardRun:
    """Compute everybody's card in one go, as drafts; whose card says the same has no new one."""
    return await scorecards.compute(write.session, payload)


@router.get("/scorecards/{id:uuid}", dependencies=READ, response_model=ScorecardRead)
async def get_scorecard(reader: ReaderDep, card_id: IdPath, view: ViewDep) -> Response:
    """One card with its items, their rule texts, points and drills."""
    return await reader.one(ScorecardRead, card_id, view)


@router.post("/scorecard-publications", status_code=201, dependencies=WRITE)
async def publish_scorecards(write: WriteDep, payload: ScorecardPublication) -> ScorecardRun:
    """Publish the drafts of a scheme and period for good; the window for objections opens."""
    return await scorecards.publish(write.session, write.caller, payload)


@router.post("/scorecard-simulations", status_code=200, dependencies=READ)
async def simulate_scorecard(write: WriteDep, payload: ScorecardSimulation) -> SimulationRead:
    """The caller's points now, and if: more of a metric, or a lead that signs. Keeps nothing."""
    return await scorecard_simulations.simulate(write.session, write.caller, payload)


@router.get("/scorecard-listings", dependencies=READ, response_model=Page[ScorecardListingRead])
async def list_scorecard_listings(
    reader: ReaderDep, query: Annotated[ScorecardListingQuery, asked(ScorecardListingQuery)]
) -> Response:
    """Red and black lists: personal entries for the person, the own unit and the zone's readers."""
    return await reader.page(query)


@router.post(
    "/scorecards/{id:uuid}/objections",
    status_code=201,
    dependencies=[needs(Permission.objections_write)],
    response_model=ObjectionRead,
)
async def raise_objection(change: ChangeDep, payload: ObjectionCreate) -> Response:
    """Object to an item of one's own published card, inside the window. Answers the objection."""
    row = await objections.raise_one(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.created(ObjectionRead, row.id, f"{API}/objections")
