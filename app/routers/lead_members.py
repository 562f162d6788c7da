"""Members of leads: who earns which part."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.lead_members import LeadMemberQuery, LeadMemberRead
from app.models.roles import Permission
from app.routers.deps import API, ReaderDep, asked, needs

router = APIRouter(prefix=f"{API}/lead-members", tags=["leads"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.leads_read)], response_model=Page[LeadMemberRead])
async def list_lead_members(
    reader: ReaderDep, query: Annotated[LeadMemberQuery, asked(LeadMemberQuery)]
) -> Response:
    """Members, past and present; `to_on__isnull=true` are today's."""
    return await reader.page(query)
