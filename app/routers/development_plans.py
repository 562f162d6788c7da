"""Development plans with their goals."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.development_plans import (
    DevelopmentPlanCreate,
    DevelopmentPlanQuery,
    DevelopmentPlanRead,
    DevelopmentPlanUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import development_plans

router = APIRouter(prefix=f"{API}/development-plans", tags=["combinations"], route_class=Endpoint)
READ, WRITE = [needs(Permission.combinations_read)], [needs(Permission.combinations_write)]


@router.get("", dependencies=READ, response_model=Page[DevelopmentPlanRead])
async def list_development_plans(
    reader: ReaderDep, query: Annotated[DevelopmentPlanQuery, asked(DevelopmentPlanQuery)]
) -> Response:
    """The zone's plans."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=DevelopmentPlanRead)
async def create_development_plan(write: WriteDep, payload: DevelopmentPlanCreate) -> Response:
    """Enter a plan with its goals."""
    plan = await development_plans.create(write.session, payload)
    return await write.created(DevelopmentPlanRead, plan.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=DevelopmentPlanRead)
async def get_development_plan(reader: ReaderDep, plan_id: IdPath, view: ViewDep) -> Response:
    """One plan."""
    return await reader.one(DevelopmentPlanRead, plan_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=DevelopmentPlanRead)
async def update_development_plan(change: ChangeDep, payload: DevelopmentPlanUpdate) -> Response:
    """Change a plan; goals that are given replace those it has."""
    await development_plans.update(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(DevelopmentPlanRead)
