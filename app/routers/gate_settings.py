"""What the zone changes of the gates."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.gate_settings import (
    GateSetting,
    GateSettingCreate,
    GateSettingPreview,
    GateSettingQuery,
    GateSettingRead,
    GateSettingUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import gate_settings
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/gate-settings", tags=["gates"], route_class=Endpoint)
READ, WRITE = [needs(Permission.meta_read)], [needs(Permission.parameters_write)]


@router.get("", dependencies=READ, response_model=Page[GateSettingRead])
async def list_gate_settings(
    reader: ReaderDep, query: Annotated[GateSettingQuery, asked(GateSettingQuery)]
) -> Response:
    """Where this zone departs from the declared gates (`GET /pipeline`)."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=WRITE,
    response_model=GateSettingRead,
    responses={200: {"model": GateSettingPreview, "description": "What `dry_run` answers."}},
)
async def create_gate_setting(write: WriteDep, payload: GateSettingCreate) -> Response:
    """Make an item of a stage compulsory or deferrable, or switch it off.

    `dry_run` answers whose next move would newly be refused or allowed, by ids alone, and writes
    nothing. It also tells what another need of a departure, or its removal, would do.
    """
    payload.check_item()
    if payload.dry_run:
        found = await gate_settings.preview(write.session, payload)
        return json_response(found.model_dump_json().encode())
    row = await records.add(write.session, GateSetting, payload)
    return await write.created(GateSettingRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=GateSettingRead)
async def get_gate_setting(reader: ReaderDep, setting_id: IdPath, view: ViewDep) -> Response:
    """One departure."""
    return await reader.one(GateSettingRead, setting_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=GateSettingRead)
async def update_gate_setting(change: ChangeDep, payload: GateSettingUpdate) -> Response:
    """Change how much the item is needed."""
    row = await claimed(
        change.session,
        GateSetting,
        change.caller,
        change.id,
        change.version,
        fields=frozenset(payload.changes()),
    )
    await records.change(change.session, row, payload)
    return await change.changed(GateSettingRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_gate_setting(change: ChangeDep) -> None:
    """Back to what is declared."""
    row = await claimed(change.session, GateSetting, change.caller, change.id, change.version)
    await records.remove(change.session, row)
