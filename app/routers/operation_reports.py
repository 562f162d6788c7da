"""Operation reports of settled projects."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.operation_reports import (
    OperationReportCreate,
    OperationReportQuery,
    OperationReportRead,
)
from app.models.roles import Permission
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import operation_reports

router = APIRouter(
    prefix=f"{API}/operation-reports", tags=["operation reports"], route_class=Endpoint
)
READ, DECIDE = [needs(Permission.leads_read)], [needs(Permission.reports_recognise)]


@router.get("", dependencies=READ, response_model=Page[OperationReportRead])
async def list_operation_reports(
    reader: ReaderDep, query: Annotated[OperationReportQuery, asked(OperationReportQuery)]
) -> Response:
    """The reports of the leads that the caller may see; `status=pending` is the inbox."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.reports_write)],
    response_model=OperationReportRead,
)
async def create_operation_report(write: WriteDep, payload: OperationReportCreate) -> Response:
    """State what a project delivered in a year or quarter."""
    row = await operation_reports.create(write.session, write.caller, payload)
    return await write.created(OperationReportRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=OperationReportRead)
async def get_operation_report(reader: ReaderDep, report_id: IdPath, view: ViewDep) -> Response:
    """One report."""
    return await reader.one(OperationReportRead, report_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=DECIDE,
    response_model=OperationReportRead,
)
async def decide_operation_report(change: ChangeDep, payload: TransitionDecision) -> Response:
    """Recognise or reject somebody else's report; one is recognised for each period."""
    await operation_reports.decide(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(OperationReportRead, 201)


@router.post(
    "/{id:uuid}/reversals",
    status_code=201,
    dependencies=DECIDE,
    response_model=OperationReportRead,
)
async def reverse_operation_report(change: ChangeDep, payload: ReversalCreate) -> Response:
    """Take a recognised report back."""
    await operation_reports.reverse(
        change.session, change.caller, change.id, payload, change.version
    )
    return await change.changed(OperationReportRead, 201)
