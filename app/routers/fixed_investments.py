"""Fixed-asset investment 固定资产投资: what was typed, decisions on it, reversals."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.fixed_investments import (
    FixedInvestment,
    FixedInvestmentCreate,
    FixedInvestmentQuery,
    FixedInvestmentRead,
    FixedInvestmentUpdate,
)
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import money_facts

router = APIRouter(prefix=f"{API}/fixed-investments", tags=["money"], route_class=Endpoint)
READ, WRITE = [needs(Permission.money_read)], [needs(Permission.money_write)]
RECOGNISE = [needs(Permission.money_recognise)]


@router.get("", dependencies=READ, response_model=Page[FixedInvestmentRead])
async def list_fixed_investments(
    reader: ReaderDep, query: Annotated[FixedInvestmentQuery, asked(FixedInvestmentQuery)]
) -> Response:
    """Those of the leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=FixedInvestmentRead)
async def create_fixed_investment(write: WriteDep, payload: FixedInvestmentCreate) -> Response:
    """One month of a signed lead. It counts once a leader or assessor recognises it."""
    fact = await money_facts.create(write.session, write.caller, FixedInvestment, payload)
    return await write.created(FixedInvestmentRead, fact.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=FixedInvestmentRead)
async def get_fixed_investment(reader: ReaderDep, fact_id: IdPath, view: ViewDep) -> Response:
    """One of them, with the credit stamped on it."""
    return await reader.one(FixedInvestmentRead, fact_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=FixedInvestmentRead)
async def update_fixed_investment(change: ChangeDep, payload: FixedInvestmentUpdate) -> Response:
    """Correct a pending one, as who typed it; a recognised one is reversed instead."""
    await money_facts.update(change, FixedInvestment, payload)
    return await change.changed(FixedInvestmentRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def withdraw_fixed_investment(change: ChangeDep) -> None:
    """Withdraw a pending one, as who typed it."""
    await money_facts.withdraw(change, FixedInvestment)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=FixedInvestmentRead,
)
async def decide_fixed_investment(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Recognise or reject a pending one; neither who typed it nor a member of the lead may."""
    await money_facts.decide(change, FixedInvestment, payload)
    return await change.changed(FixedInvestmentRead, 201)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=FixedInvestmentRead,
)
async def reverse_fixed_investment(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take back a recognised one: it stays and counts no more."""
    await money_facts.reverse(change, FixedInvestment, payload)
    return await change.changed(FixedInvestmentRead, 201)
