"""The KPI ledger: the rows behind every number."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.ledger_entries import LedgerEntryQuery, LedgerEntryRead
from app.models.roles import Permission
from app.routers.deps import API, ReaderDep, asked, needs

router = APIRouter(prefix=f"{API}/ledger-entries", tags=["kpis"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.kpis_read)], response_model=Page[LedgerEntryRead])
async def list_ledger_entries(
    reader: ReaderDep, query: Annotated[LedgerEntryQuery, asked(LedgerEntryQuery)]
) -> Response:
    """The entries that add up to a number; each KPI value's `drill` is such a list."""
    return await reader.page(query)
