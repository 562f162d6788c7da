"""The audit log."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.audit_entries import AuditEntryQuery, AuditEntryRead
from app.models.roles import Permission
from app.routers.deps import API, ReaderDep, asked, needs

router = APIRouter(prefix=f"{API}/audit-entries", tags=["audit"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.audit_read)], response_model=Page[AuditEntryRead])
async def list_audit_entries(
    reader: ReaderDep, query: Annotated[AuditEntryQuery, asked(AuditEntryQuery)]
) -> Response:
    """Who changed what, when and in which request."""
    return await reader.page(query)
