"""KPI definitions and summaries."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.kpis import changes, companies, definitions, summary
from app.models.kpi_changes import (
    KpiChange,
    KpiChangeQuery,
    KpiChangeSubjectPage,
    KpiChangeSubjectQuery,
)
from app.models.kpis import (
    KpiCompanyPage,
    KpiCompanyQuery,
    KpiPage,
    KpiQuery,
    MetricPage,
    ZoneKpiQuery,
)
from app.models.ledger_entries import Scope
from app.models.roles import Permission
from app.routers.deps import API, ReaderDep, asked, needs

router = APIRouter(prefix=API, tags=["kpis"], route_class=Endpoint)
Asked = Annotated[KpiQuery, asked(KpiQuery)]
READ = [needs(Permission.kpis_read)]


async def _page(reader: ReaderDep, scope: Scope, query: KpiQuery) -> Response:
    body = await summary.summary(await reader.db.reads(), reader.caller, scope, query)
    return Response(body, media_type="application/json")


@router.get("/kpis", dependencies=READ)
async def list_metrics(reader: ReaderDep) -> MetricPage:
    """Every metric with its definition in force today, unit and credit, in both languages."""
    return await definitions.page(await reader.db.reads())


@router.get("/kpis/officers", dependencies=READ, response_model=KpiPage)
async def get_officer_kpis(reader: ReaderDep, query: Asked) -> Response:
    """The numbers of each officer whom the caller may see."""
    return await _page(reader, Scope.officer, query)


@router.get("/kpis/teams", dependencies=READ, response_model=KpiPage)
async def get_team_kpis(reader: ReaderDep, query: Asked) -> Response:
    """The numbers of each team whom the caller may see, subteams included."""
    return await _page(reader, Scope.team, query)


@router.get("/kpis/combinations", dependencies=READ, response_model=KpiPage)
async def get_combination_kpis(reader: ReaderDep, query: Asked) -> Response:
    """The numbers of each combination, for those who see the zone or lead the unit's team."""
    return await _page(reader, Scope.combination, query)


@router.get("/kpis/zone", dependencies=READ, response_model=KpiPage)
async def get_zone_kpis(
    reader: ReaderDep, query: Annotated[ZoneKpiQuery, asked(ZoneKpiQuery)]
) -> Response:
    """The zone's numbers, for those who see the zone: what lies in it once, or what it is credited.

    The two are not added: districts may both be credited with one lead.
    """
    return await _page(reader, Scope.zone, query)


@router.get("/kpi-companies", dependencies=READ)
async def list_kpi_companies(
    reader: ReaderDep, query: Annotated[KpiCompanyQuery, asked(KpiCompanyQuery)]
) -> KpiCompanyPage:
    """The companies behind a distinct count; as many as the number says."""
    return await companies.behind(await reader.db.reads(), reader.caller, query)


@router.get("/kpi-changes", dependencies=READ)
async def get_kpi_change(
    reader: ReaderDep, query: Annotated[KpiChangeQuery, asked(KpiChangeQuery)]
) -> KpiChange:
    """Why a number is another one than it was: five terms that add up to the difference."""
    return await changes.bridge(await reader.db.reads(), reader.caller, query)


@router.get("/kpi-change-subjects", dependencies=READ)
async def list_kpi_change_subjects(
    reader: ReaderDep, query: Annotated[KpiChangeSubjectQuery, asked(KpiChangeSubjectQuery)]
) -> KpiChangeSubjectPage:
    """The facts behind one term of a change; their values add up to it."""
    return await changes.subjects(await reader.db.reads(), reader.caller, query)
