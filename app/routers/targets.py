"""Targets, what is decided on them, the leads they become, and which factors misled."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.leads import LeadRead
from app.models.roles import Permission
from app.models.target_factor_report import FactorReport, FactorReportQuery
from app.models.targets import TargetDecision, TargetLeadCreate, TargetQuery, TargetRead
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import target_factor_report, targets

router = APIRouter(prefix=API, tags=["targets"], route_class=Endpoint)
READ = [needs(Permission.targets_read)]


@router.get("/targets", dependencies=READ, response_model=Page[TargetRead])
async def list_targets(
    reader: ReaderDep, query: Annotated[TargetQuery, asked(TargetQuery)]
) -> Response:
    """Companies that the chain proposes, the highest score first, each factor opened."""
    return await reader.page(query)


@router.get("/targets/{id:uuid}", dependencies=READ, response_model=TargetRead)
async def get_target(reader: ReaderDep, target_id: IdPath, view: ViewDep) -> Response:
    """One target."""
    return await reader.one(TargetRead, target_id, view)


@router.post(
    "/targets/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.targets_decide)],
    response_model=TargetRead,
)
async def decide_target(change: ChangeDep, payload: TargetDecision) -> Response:
    """Accept, contact, dismiss with a reason, or take a dismissal back. Answers the target."""
    await targets.decide(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(TargetRead, 201)


@router.post(
    "/targets/{id:uuid}/leads",
    status_code=201,
    dependencies=[needs(Permission.leads_write)],
    response_model=LeadRead,
)
async def open_target_lead(change: ChangeDep, payload: TargetLeadCreate) -> Response:
    """Accept the target and open its lead in one call. Answers the lead."""
    lead = await targets.open_lead(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.created(LeadRead, lead.id, f"{API}/leads")


@router.get("/target-factor-report", dependencies=READ)
async def get_target_factor_report(
    reader: ReaderDep, query: Annotated[FactorReportQuery, asked(FactorReportQuery)]
) -> FactorReport:
    """Which factors told signed targets from dismissed ones, and which misled."""
    return await target_factor_report.report(await reader.db.reads(), query)
