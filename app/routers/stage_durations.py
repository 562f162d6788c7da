"""How long leads stay in a stage."""

from typing import Annotated

from fastapi import APIRouter

from app.core.endpoint import Endpoint
from app.models.roles import Permission
from app.models.stage_durations import StageDurationPage, StageDurationQuery
from app.routers.deps import API, ReaderDep, asked, needs
from app.services import stage_durations

router = APIRouter(prefix=f"{API}/stage-durations", tags=["kpis"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.kpis_read)])
async def list_stage_durations(
    reader: ReaderDep, query: Annotated[StageDurationQuery, asked(StageDurationQuery)]
) -> StageDurationPage:
    """Median days in a stage over the leads that the caller may see (R08), open stays censored."""
    return await stage_durations.page(await reader.db.reads(), reader.caller, query)
