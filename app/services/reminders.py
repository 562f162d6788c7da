"""Reminders: the night's run writes down what is due; officers acknowledge and resolve."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.audit import BULK_WITH_OWN_AUDIT
from app.core.errors import Problem
from app.models.due import due_rows
from app.models.progress import code, number
from app.models.reminders import Reminder, ReminderState
from app.models.roles import Role
from app.services.access import Caller, claimed

_KEYS = ("rule", "subject_kind", "subject_id", "lead_id", "officer_id", "window_on", "due_on")


async def refresh(session: AsyncSession) -> tuple[int, int]:
    """Write down what is due and end what is no longer so: two statements, repeatable.

    Answers how many were made or changed hands, and how many ended. A reminder follows from facts
    that have their own audit entries; what people do to it is audited.
    """
    connection = await session.connection()
    options = BULK_WITH_OWN_AUDIT
    made = await connection.execute(_making(), execution_options=options)
    ended = await connection.execute(_ending(), execution_options=options)
    return made.rowcount, ended.rowcount


def _making() -> Any:
    """One per rule, subject and window; after a handover it is the new officer's."""
    due = due_rows()
    placed = {
        "id": sa.func.gen_random_uuid(),
        "version": number(1),
        "created_at": sa.func.now(),
        "updated_at": sa.func.now(),
        "state": code(ReminderState.open),
    }
    rows = sa.select(*(due.c[name] for name in _KEYS), *placed.values())
    made = insert(Reminder).from_select([*_KEYS, *placed], rows, include_defaults=False)
    new: Any = made.excluded
    return made.on_conflict_do_update(
        index_elements=["rule", "subject_id", "window_on"],
        set_={
            "officer_id": new.officer_id,
            "version": col(Reminder.version) + number(1),
            "updated_at": sa.func.now(),
        },
        where=sa.and_(
            col(Reminder.officer_id) != new.officer_id,
            col(Reminder.state) != code(ReminderState.resolved),
        ),
    )


def _ending() -> Any:
    due, held = due_rows(), Reminder.__table__  # pyright: ignore[reportAttributeAccessIssue]
    is_due = sa.select(number(1)).where(
        due.c.rule == held.c.rule,
        due.c.subject_id == held.c.subject_id,
        due.c.window_on == held.c.window_on,
    )
    ended = sa.update(held).where(
        held.c.state != code(ReminderState.resolved), sa.not_(is_due.exists())
    )
    return ended.values(
        state=code(ReminderState.resolved),
        resolved_at=sa.func.now(),
        updated_at=sa.func.now(),
        version=held.c.version + number(1),
    )


async def acknowledge(
    session: AsyncSession, caller: Caller, reminder_id: UUID, if_match: int
) -> None:
    """Seen by its officer."""
    (await _own(session, caller, reminder_id, if_match)).acknowledge()
    await session.flush()


async def resolve(session: AsyncSession, caller: Caller, reminder_id: UUID, if_match: int) -> None:
    """Dealt with: it does not come back for the same window."""
    (await _own(session, caller, reminder_id, if_match)).resolve(caller.id)
    await session.flush()


async def _own(session: AsyncSession, caller: Caller, reminder_id: UUID, if_match: int) -> Any:
    """The own, or one in the view of a team lead or leader."""
    reminder = await claimed(session, Reminder, caller, reminder_id, if_match)
    if caller.id != reminder.officer_id and caller.role not in {Role.team_lead, Role.leader}:
        raise Problem("forbidden")
    return reminder
