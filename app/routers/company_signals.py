"""Signals of companies."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.company_signals import (
    CompanySignal,
    CompanySignalCreate,
    CompanySignalQuery,
    CompanySignalRead,
    CompanySignalUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import company_signals
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/company-signals", tags=["targets"], route_class=Endpoint)
READ, WRITE = [needs(Permission.companies_read)], [needs(Permission.signals_write)]


@router.get("", dependencies=READ, response_model=Page[CompanySignalRead])
async def list_company_signals(
    reader: ReaderDep, query: Annotated[CompanySignalQuery, asked(CompanySignalQuery)]
) -> Response:
    """What companies were seen to do, the newest first."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=CompanySignalRead)
async def create_company_signal(write: WriteDep, payload: CompanySignalCreate) -> Response:
    """Enter a signal; it counts from the next recomputation on."""
    row = await company_signals.create(write.session, payload)
    return await write.created(CompanySignalRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CompanySignalRead)
async def get_company_signal(reader: ReaderDep, signal_id: IdPath, view: ViewDep) -> Response:
    """One signal."""
    return await reader.one(CompanySignalRead, signal_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=CompanySignalRead)
async def update_company_signal(change: ChangeDep, payload: CompanySignalUpdate) -> Response:
    """Correct a signal; the company stays."""
    await company_signals.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(CompanySignalRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_company_signal(change: ChangeDep) -> None:
    """Remove a signal that was none."""
    row = await claimed(change.session, CompanySignal, change.caller, change.id, change.version)
    await records.remove(change.session, row)
