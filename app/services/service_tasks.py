"""Service tasks: taken on, closed, opened again; what is closed on time is counted."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.leads import Lead
from app.models.roles import Role
from app.models.service_tasks import (
    ClosingCreate,
    ServiceTask,
    ServiceTaskCreate,
    ServiceTaskUpdate,
)
from app.services import periods
from app.services.access import Caller, claimed, lead_in_reach
from app.services.companies import check_present
from app.services.visit_subjects import team_paths


async def create(session: AsyncSession, caller: Caller, payload: ServiceTaskCreate) -> ServiceTask:
    """A task on a lead in reach or on any company; due by the Chinese working calendar."""
    await _check_subject(session, caller, payload)
    task = ServiceTask.model_validate(
        payload.model_dump() | {"assignee_id": payload.assignee_id or caller.id}
    )
    task.set_due()
    await _stamp(session, task)
    session.add(task)
    await session.flush()
    return task


async def _check_subject(session: AsyncSession, caller: Caller, payload: ServiceTaskCreate) -> None:
    if (payload.lead_id is None) == (payload.company_id is None):
        raise invalid("/lead_id", "lead_or_company")
    if payload.company_id is not None:
        await check_present(session, payload.company_id)
    if payload.lead_id is not None:
        await lead_in_reach(session, caller, payload.lead_id)


async def _stamp(session: AsyncSession, task: ServiceTask) -> None:
    """The teams above the assignee at that time, and the lead's mechanism."""
    lead = await session.get(Lead, task.lead_id) if task.lead_id else None
    task.mechanism = lead.mechanism if lead else task.mechanism
    paths = await team_paths(session, [task.assignee_id])
    if task.assignee_id not in paths:
        raise invalid("/assignee_id", "reference_not_found")
    task.team_path = paths[task.assignee_id]


async def update(
    session: AsyncSession,
    caller: Caller,
    task_id: UUID,
    payload: ServiceTaskUpdate,
    if_match: int,
) -> None:
    """Change an open task; the deadline follows."""
    changes = payload.changes()
    task = await _own(session, caller, task_id, if_match, frozenset(changes))
    task.check_open()
    if changes.get("assignee_id", task.assignee_id) is None:
        raise invalid("/assignee_id", "missing")
    changed = task.apply(changes)
    task.set_due()
    if "assignee_id" in changed:
        await _stamp(session, task)
    await session.flush()


async def close(
    session: AsyncSession, caller: Caller, task_id: UUID, payload: ClosingCreate, if_match: int
) -> None:
    """Done or cancelled; the teams are those above the assignee now.

    423 for a day of a closed month without a reason.
    """
    task = await _own(session, caller, task_id, if_match)
    said = {"result": payload.result, "late_reason": payload.late_reason}
    task.close(payload.outcome, payload.done_on, **said)
    if task.done_on is not None:
        await periods.check_day(session, task.done_on, task.late_reason)
    await _stamp(session, task)
    await _posted(session, task)


async def reopen(session: AsyncSession, caller: Caller, task_id: UUID, if_match: int) -> None:
    """Closed by mistake: it counts no more."""
    task = await _own(session, caller, task_id, if_match)
    task.reopen()
    await _posted(session, task)


async def _own(
    session: AsyncSession,
    caller: Caller,
    task_id: UUID,
    if_match: int,
    fields: frozenset[str] = frozenset(),
) -> Any:
    """A task of the caller's, or in the reach of a team lead or leader."""
    task = await claimed(session, ServiceTask, caller, task_id, if_match, fields=fields)
    is_own = caller.id in {task.assignee_id, task.created_by_id}
    if not is_own and caller.role not in {Role.team_lead, Role.leader}:
        raise Problem("forbidden")
    return task


async def _posted(session: AsyncSession, task: ServiceTask) -> None:
    await session.flush()
    await ledger.post(session, Family.service_task, task.id)
