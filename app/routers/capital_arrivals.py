"""Capital arrivals 到位资金: what was typed, decisions on it, reversals."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.capital_arrivals import (
    CapitalArrival,
    CapitalArrivalCreate,
    CapitalArrivalQuery,
    CapitalArrivalRead,
    CapitalArrivalUpdate,
)
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import money_facts

router = APIRouter(prefix=f"{API}/capital-arrivals", tags=["money"], route_class=Endpoint)
READ, WRITE = [needs(Permission.money_read)], [needs(Permission.money_write)]
RECOGNISE = [needs(Permission.money_recognise)]


@router.get("", dependencies=READ, response_model=Page[CapitalArrivalRead])
async def list_capital_arrivals(
    reader: ReaderDep, query: Annotated[CapitalArrivalQuery, asked(CapitalArrivalQuery)]
) -> Response:
    """Those of the leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CapitalArrivalRead)
async def create_capital_arrival(write: WriteDep, payload: CapitalArrivalCreate) -> Response:
    """Money that arrived at a signed lead. It counts once a leader or assessor recognises it."""
    fact = await money_facts.create(write.session, write.caller, CapitalArrival, payload)
    return await write.created(CapitalArrivalRead, fact.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CapitalArrivalRead)
async def get_capital_arrival(reader: ReaderDep, fact_id: IdPath, view: ViewDep) -> Response:
    """One of them, with the credit stamped on it."""
    return await reader.one(CapitalArrivalRead, fact_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=CapitalArrivalRead)
async def update_capital_arrival(change: ChangeDep, payload: CapitalArrivalUpdate) -> Response:
    """Correct a pending one, as who typed it; a recognised one is reversed instead."""
    await money_facts.update(change, CapitalArrival, payload)
    return await change.changed(CapitalArrivalRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def withdraw_capital_arrival(change: ChangeDep) -> None:
    """Withdraw a pending one, as who typed it."""
    await money_facts.withdraw(change, CapitalArrival)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=CapitalArrivalRead,
)
async def decide_capital_arrival(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Recognise or reject a pending one; neither who typed it nor a member of the lead may."""
    await money_facts.decide(change, CapitalArrival, payload)
    return await change.changed(CapitalArrivalRead, 201)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=CapitalArrivalRead,
)
async def reverse_capital_arrival(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take back a recognised one: it stays and counts no more."""
    await money_facts.reverse(change, CapitalArrival, payload)
    return await change.changed(CapitalArrivalRead, 201)
