"""Reading a day: the rules of what is due, one statement, in order of consequence."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.clock import today_sql
from app.core.i18n import label
from app.core.reading import Caller
from app.core.shapes import JsonRow, json_of, visible
from app.core.statements import Statement, compiled
from app.models.days import DayQuery
from app.models.due import due_rows
from app.models.leads import Lead, LeadStub
from app.models.officers import Officer
from app.models.progress import code
from app.models.reminders import Reminder, ReminderRule, ReminderState, ReminderSubject
from app.models.roles import Role
from app.services.row_rules import of_officer

_PATHS = {
    ReminderSubject.lead: "leads",
    ReminderSubject.claim: "claims",
    ReminderSubject.deferral: "deferrals",
    ReminderSubject.service_task: "service-tasks",
    ReminderSubject.follow_up: "follow-ups",
}


async def day(pool: Any, caller: Caller, me_id: UUID, query: DayQuery) -> bytes:
    """The list as JSON; empty for an officer whom the caller does not lead."""
    officer_id = query.officer_id or me_id
    statement = _statement(caller.role)
    binds = {**caller.binds, "officer_id": officer_id, "limit": query.limit}
    row = await pool.fetchrow(statement.sql, *statement.arguments(binds))
    items, has_more = row or ("", False)
    more = "true" if has_more else "false"
    return f'{{"officer_id":"{officer_id}","items":[{items}],"has_more":{more}}}'.encode()


@lru_cache
def _statement(role: str) -> Statement:
    size = sa.bindparam("limit", type_=sa.Integer)
    rows = _rows(role).limit(size + 1).subquery()
    items = sa.func.array_to_string(sa.func.array_agg(rows.c.body)[1:size], ",")
    officer: Any = Officer
    whose = sa.select(officer.id).where(
        officer.id == _officer(), of_officer(officer.id, Role(role))
    )
    found = sa.select(sa.func.coalesce(items, sa.literal_column("''")), sa.func.count() > size)
    return compiled(found.select_from(rows).having(whose.exists()))


def _officer() -> Any:
    return sa.bindparam("officer_id", type_=sa.Uuid)


def _rows(role: str) -> Any:
    """What is due on leads in view, and what hangs on no lead; the own tasks wherever they are."""
    due: Any = due_rows()
    lead: Any = aliased(Lead)
    reminder: Any = aliased(Reminder)
    seen = sa.and_(lead.id == due.c.lead_id, *visible(lead, role))
    known = sa.and_(
        reminder.rule == due.c.rule,
        reminder.subject_id == due.c.subject_id,
        reminder.window_on == due.c.window_on,
    )
    is_mine = due.c.officer_id == sa.bindparam("me_id", type_=sa.Uuid)
    is_task = due.c.subject_kind == code(ReminderSubject.service_task)
    found = sa.select(sa.cast(_body(due, lead, reminder, role), sa.Text).label("body"))
    found = found.select_from(due).outerjoin(lead, seen).outerjoin(reminder, known)
    return found.where(
        due.c.officer_id == _officer(),
        sa.or_(lead.id.is_not(None), due.c.lead_id.is_(None), sa.and_(is_mine, is_task)),
        sa.func.coalesce(reminder.state, code("open")) != code(ReminderState.resolved),
    ).order_by(due.c.place, due.c.due_on, due.c.subject_id)


def _body(due: Any, lead: Any, reminder: Any, role: str) -> JsonRow:
    stub = sa.case((lead.id.is_not(None), json_of(LeadStub, lead, role)), else_=sa.null())
    return JsonRow([
        ("rule", due.c.rule),
        ("title", _title(due.c.rule)),
        ("subject_kind", due.c.subject_kind),
        ("subject_id", due.c.subject_id),
        ("lead", stub),
        ("text", due.c.text),
        ("due_on", due.c.due_on),
        ("days_over", today_sql() - due.c.due_on),
        ("reminder_id", reminder.id),
        ("reminder_state", reminder.state),
        ("link", _link(due)),
    ])  # fmt: skip


def _title(rule: Any) -> Any:
    titles = {one: label("ReminderRule", one.value) for one in ReminderRule}
    whens = [
        (rule == code(one), sa.func.json_build_object(
            code("zh"), _quoted(title["zh"]), code("en"), _quoted(title["en"])))
        for one, title in titles.items()
    ]  # fmt: skip
    return sa.case(*whens, else_=sa.null())


def _quoted(text: str) -> Any:
    return code(text.replace("'", "''"))


def _link(due: Any) -> Any:
    kinds = [(due.c.subject_kind == code(kind), code(path)) for kind, path in _PATHS.items()]
    name = sa.case(*kinds, else_=sa.null())
    return code("/api/v1/") + name + code("/") + sa.cast(due.c.subject_id, sa.Text)
