"""Whether the process lives and whether it can serve."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.core.endpoint import Endpoint
from app.core.errors import Problem
from app.core.migrations import head_revision
from app.routers.deps import PUBLIC

router = APIRouter(prefix="/health", tags=["health"], route_class=Endpoint)


class Health(BaseModel):
    """`ok`, and whether this installation holds demonstration data."""

    status: str
    is_demo: bool


@router.get("/live", dependencies=[PUBLIC])
async def get_liveness(request: Request) -> Health:
    """The process answers; nothing else is asked."""
    return Health(status="ok", is_demo=request.app.state.settings.mode == "demo")


@router.get("/ready", dependencies=[PUBLIC])
async def get_readiness(request: Request) -> Health:
    """The database answers and its migrations are at head; 503 otherwise."""
    pool = await request.app.state.db.reads()
    revision = await pool.fetchval("SELECT version_num FROM alembic_version")
    if revision != head_revision():
        raise Problem("not_ready", headers={"Retry-After": "5"})
    return Health(status="ok", is_demo=request.app.state.settings.mode == "demo")
