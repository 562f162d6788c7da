"""KPI targets and how far they are reached."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from app.core.batch import BatchCreate, BatchRead, create_all
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.kpis import attainments, target_sums
from app.models.kpi_attainments import (
    KpiAttainmentPage,
    KpiAttainmentQuery,
    TargetSumPage,
    TargetSumQuery,
)
from app.models.kpi_targets import (
    KpiTargetCreate,
    KpiTargetQuery,
    KpiTargetRead,
    KpiTargetUpdate,
    KpiTargetUpload,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import kpi_targets

router = APIRouter(prefix=API, tags=["kpi-targets"], route_class=Endpoint)
READ, WRITE = [needs(Permission.kpis_read)], [needs(Permission.targets_write)]


@router.get("/kpi-targets", dependencies=READ, response_model=Page[KpiTargetRead])
async def list_kpi_targets(
    reader: ReaderDep, query: Annotated[KpiTargetQuery, asked(KpiTargetQuery)]
) -> Response:
    """The targets of those whose numbers the caller may see."""
    return await reader.page(query)


@router.post("/kpi-targets", status_code=201, dependencies=WRITE, response_model=KpiTargetRead)
async def create_kpi_target(write: WriteDep, payload: KpiTargetCreate) -> Response:
    """Set a target. A team lead sets those of the members and of the teams below."""
    row = await kpi_targets.create(write.session, write.caller, payload)
    return await write.created(KpiTargetRead, row.id)


@router.post(
    "/kpi-targets/batch",
    status_code=207,
    dependencies=WRITE,
    response_model=BatchRead[KpiTargetRead],
)
async def create_kpi_targets(
    write: WriteDep, payload: BatchCreate[KpiTargetUpload], *, atomic: bool = False
) -> Response:
    """Set up to 200 targets; one that is there is replaced only in the version that is named."""

    async def create(item: KpiTargetUpload) -> UUID:
        return (await kpi_targets.upload(write.session, write.caller, item)).id

    return await create_all(write, payload.items, create, KpiTargetRead, atomic=atomic)


@router.get("/kpi-targets/{id:uuid}", dependencies=READ, response_model=KpiTargetRead)
async def get_kpi_target(reader: ReaderDep, target_id: IdPath, view: ViewDep) -> Response:
    """One target with its versions."""
    return await reader.one(KpiTargetRead, target_id, view)


@router.patch("/kpi-targets/{id:uuid}", dependencies=WRITE, response_model=KpiTargetRead)
async def update_kpi_target(change: ChangeDep, payload: KpiTargetUpdate) -> Response:
    """Set another value or curve, with its reason; what it was stays among the versions."""
    await kpi_targets.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(KpiTargetRead)


@router.get("/kpi-target-sums", dependencies=READ)
async def list_kpi_target_sums(
    reader: ReaderDep, query: Annotated[TargetSumQuery, asked(TargetSumQuery)]
) -> TargetSumPage:
    """Where the targets below a target do not add up to it, with the difference."""
    return await target_sums.page(await reader.db.reads(), reader.caller, query)


@router.get("/kpi-attainments", dependencies=READ)
async def list_kpi_attainments(
    reader: ReaderDep, query: Annotated[KpiAttainmentQuery, asked(KpiAttainmentQuery)]
) -> KpiAttainmentPage:
    """Value, target, attainment (M08), gap to the schedule (M09) and pace, year to date."""
    return await attainments.page(await reader.db.reads(), reader.caller, query)
