"""Asking whether a company or lead is known."""

from fastapi import APIRouter

from app.core.endpoint import Endpoint
from app.models.duplicate_checks import DuplicateCheckCreate, DuplicateCheckRead
from app.models.roles import Permission
from app.routers.deps import API, CallerDep, SessionDep, needs
from app.services import duplicate_checks

router = APIRouter(prefix=f"{API}/duplicate-checks", tags=["duplicates"], route_class=Endpoint)


@router.post("", status_code=201, dependencies=[needs(Permission.duplicates_read)])
async def check_duplicates(
    session: SessionDep, caller: CallerDep, payload: DuplicateCheckCreate
) -> DuplicateCheckRead:
    """Who is like this, and how much. Each question is logged; 60 a minute per officer, else 429.

    Of a lead that the caller may not read it says the owner and the band of the stage alone.
    """
    return await duplicate_checks.create(session, caller, payload)
