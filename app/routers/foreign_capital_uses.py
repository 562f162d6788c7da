"""Foreign capital used 实际利用外资: what was typed, decisions on it, reversals."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.foreign_capital_uses import (
    ForeignCapitalUse,
    ForeignCapitalUseCreate,
    ForeignCapitalUseQuery,
    ForeignCapitalUseRead,
    ForeignCapitalUseUpdate,
)
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import money_facts

router = APIRouter(prefix=f"{API}/foreign-capital-uses", tags=["money"], route_class=Endpoint)
READ, WRITE = [needs(Permission.money_read)], [needs(Permission.money_write)]
RECOGNISE = [needs(Permission.money_recognise)]


@router.get("", dependencies=READ, response_model=Page[ForeignCapitalUseRead])
async def list_foreign_capital_uses(
    reader: ReaderDep, query: Annotated[ForeignCapitalUseQuery, asked(ForeignCapitalUseQuery)]
) -> Response:
    """Those of the leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ForeignCapitalUseRead)
async def create_foreign_capital_use(write: WriteDep, payload: ForeignCapitalUseCreate) -> Response:
    """Foreign capital used by a signed lead. It counts once a leader or assessor recognises it."""
    fact = await money_facts.create(write.session, write.caller, ForeignCapitalUse, payload)
    return await write.created(ForeignCapitalUseRead, fact.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ForeignCapitalUseRead)
async def get_foreign_capital_use(reader: ReaderDep, fact_id: IdPath, view: ViewDep) -> Response:
    """One of them, with the credit stamped on it."""
    return await reader.one(ForeignCapitalUseRead, fact_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ForeignCapitalUseRead)
async def update_foreign_capital_use(
    change: ChangeDep, payload: ForeignCapitalUseUpdate
) -> Response:
    """Correct a pending one, as who typed it; a recognised one is reversed instead."""
    await money_facts.update(change, ForeignCapitalUse, payload)
    return await change.changed(ForeignCapitalUseRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def withdraw_foreign_capital_use(change: ChangeDep) -> None:
    """Withdraw a pending one, as who typed it."""
    await money_facts.withdraw(change, ForeignCapitalUse)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=ForeignCapitalUseRead,
)
async def decide_foreign_capital_use(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Recognise or reject a pending one; neither who typed it nor a member of the lead may."""
    await money_facts.decide(change, ForeignCapitalUse, payload)
    return await change.changed(ForeignCapitalUseRead, 201)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=RECOGNISE,
    response_model=ForeignCapitalUseRead,
)
async def reverse_foreign_capital_use(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take back a recognised one: it stays and counts no more."""
    await money_facts.reverse(change, ForeignCapitalUse, payload)
    return await change.changed(ForeignCapitalUseRead, 201)
