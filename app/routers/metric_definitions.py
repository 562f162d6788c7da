"""Versions of definitions: drafted, looked at beside the live ones, adopted."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.kpis import comparisons
from app.models.definition_drafts import MetricDefinitionCreate
from app.models.metric_definitions import MetricDefinitionQuery, MetricDefinitionRead
from app.models.roles import Permission
from app.models.shadow_reports import ComparisonQuery, ShadowQuery, ShadowReport, VersionComparison
from app.routers.deps import (
    API,
    ChangeDep,
    IdPath,
    ReaderDep,
    ViewDep,
    WriteDep,
    asked,
    needs,
)
from app.services import metric_definitions

router = APIRouter(prefix=f"{API}/metric-definitions", tags=["kpis"], route_class=Endpoint)
compared = APIRouter(prefix=f"{API}/version-comparisons", tags=["kpis"], route_class=Endpoint)
READ, WRITE = [needs(Permission.kpis_read)], [needs(Permission.definitions_write)]


@router.get("", dependencies=READ, response_model=Page[MetricDefinitionRead])
async def list_metric_definitions(
    reader: ReaderDep, query: Annotated[MetricDefinitionQuery, asked(MetricDefinitionQuery)]
) -> Response:
    """The history of definitions, from version 1 on, with parameters and wording."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=MetricDefinitionRead)
async def create_metric_definition(write: WriteDep, payload: MetricDefinitionCreate) -> Response:
    """Draft the next version of a metric's definition; it counts nowhere until adopted."""
    row = await metric_definitions.draft(write.session, payload)
    return await write.created(MetricDefinitionRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=MetricDefinitionRead)
async def get_metric_definition(
    reader: ReaderDep, definition_id: IdPath, view: ViewDep
) -> Response:
    """One version."""
    return await reader.one(MetricDefinitionRead, definition_id, view)


@router.get("/{id:uuid}/shadow-report", dependencies=[needs(Permission.shadows_read)])
async def get_shadow_report(
    reader: ReaderDep,
    definition_id: IdPath,
    query: Annotated[ShadowQuery, asked(ShadowQuery)],
) -> ShadowReport:
    """What the version would change if it held in all years: every scope's number, side by side."""
    return await comparisons.report(await reader.db.reads(), definition_id, query.period)


@compared.get("", dependencies=[needs(Permission.shadows_read)])
async def get_version_comparison(
    reader: ReaderDep, query: Annotated[ComparisonQuery, asked(ComparisonQuery)]
) -> VersionComparison:
    """A metric's versions in columns, each as if it held in all years, over the same facts."""
    return await comparisons.comparison(await reader.db.reads(), query)


@router.post(
    "/{id:uuid}/adoptions",
    status_code=201,
    dependencies=WRITE,
    response_model=MetricDefinitionRead,
)
async def adopt_metric_definition(change: ChangeDep) -> Response:
    """Let a draft count from its first year on; locked months keep their numbers.

    The ledger gets the difference in the same transaction; who posts meanwhile is answered 503.
    """
    await metric_definitions.adopt(change.session, change.caller, change.id, change.version)
    return await change.changed(MetricDefinitionRead, 201)
