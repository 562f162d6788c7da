"""Combinations: one key industry, plan, park, platform company and team."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.kpis.combinations import results
from app.models.combination_results import CombinationResults, ResultsQuery
from app.models.combinations import (
    Combination,
    CombinationCreate,
    CombinationQuery,
    CombinationRead,
    CombinationUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import combinations

router = APIRouter(prefix=f"{API}/combinations", tags=["combinations"], route_class=Endpoint)
READ, WRITE = [needs(Permission.combinations_read)], [needs(Permission.combinations_write)]


@router.get("", dependencies=READ, response_model=Page[CombinationRead])
async def list_combinations(
    reader: ReaderDep, query: Annotated[CombinationQuery, asked(CombinationQuery)]
) -> Response:
    """The zone's units, the first industry first."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CombinationRead)
async def create_combination(write: WriteDep, payload: CombinationCreate) -> Response:
    """Set up a unit; parts may follow. A chain belongs to one active unit at most."""
    row = await records.add(write.session, Combination, payload)
    return await write.created(CombinationRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CombinationRead)
async def get_combination(reader: ReaderDep, combination_id: IdPath, view: ViewDep) -> Response:
    """One unit."""
    return await reader.one(CombinationRead, combination_id, view)


@router.get("/{id:uuid}/results", dependencies=[needs(Permission.kpis_read)])
async def get_combination_results(
    reader: ReaderDep, combination_id: IdPath, query: Annotated[ResultsQuery, asked(ResultsQuery)]
) -> CombinationResults:
    """Funnel as it stands and numbers of a period, per mechanism too.

    For those who see the zone or lead the unit's team; the drills open under the same rule.
    """
    pool = await reader.db.reads()
    return await results(pool, reader.caller, combination_id, query.period)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=CombinationRead)
async def update_combination(change: ChangeDep, payload: CombinationUpdate) -> Response:
    """Change a unit, or close it; its chain stays while leads stand at the chain's nodes."""
    await combinations.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CombinationRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_combination(change: ChangeDep) -> None:
    """Remove a unit that nothing points to; one that has worked is closed."""
    await combinations.delete(change.session, change.caller, change.id, change.version)
