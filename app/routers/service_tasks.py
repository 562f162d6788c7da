"""Service tasks."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.service_tasks import (
    ClosingCreate,
    ServiceTaskCreate,
    ServiceTaskQuery,
    ServiceTaskRead,
    ServiceTaskUpdate,
)
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import service_tasks

router = APIRouter(prefix=f"{API}/service-tasks", tags=["service tasks"], route_class=Endpoint)
READ, WRITE = [needs(Permission.service_tasks_read)], [needs(Permission.service_tasks_write)]


@router.get("", dependencies=READ, response_model=Page[ServiceTaskRead])
async def list_service_tasks(
    reader: ReaderDep, query: Annotated[ServiceTaskQuery, asked(ServiceTaskQuery)]
) -> Response:
    """Own tasks, those of leads in view and, for a team lead, the team's."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ServiceTaskRead)
async def create_service_task(write: WriteDep, payload: ServiceTaskCreate) -> Response:
    """Take on a request of an investor; `due_on` follows from the promised working days."""
    task = await service_tasks.create(write.session, write.caller, payload)
    return await write.created(ServiceTaskRead, task.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ServiceTaskRead)
async def get_service_task(reader: ReaderDep, task_id: IdPath, view: ViewDep) -> Response:
    """One task."""
    return await reader.one(ServiceTaskRead, task_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ServiceTaskRead)
async def update_service_task(change: ChangeDep, payload: ServiceTaskUpdate) -> Response:
    """Change an open task."""
    await service_tasks.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ServiceTaskRead)


@router.post(
    "/{id:uuid}/closings", status_code=201, dependencies=WRITE, response_model=ServiceTaskRead
)
async def close_service_task(change: ChangeDep, payload: ClosingCreate) -> Response:
    """Done or cancelled. Answers the task."""
    await service_tasks.close(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(ServiceTaskRead, 201)


@router.post(
    "/{id:uuid}/reopenings", status_code=201, dependencies=WRITE, response_model=ServiceTaskRead
)
async def reopen_service_task(change: ChangeDep) -> Response:
    """Closed by mistake: open again, and it counts no more."""
    await service_tasks.reopen(change.session, change.caller, change.id, change.version)
    return await change.changed(ServiceTaskRead, 201)
