"""Stalled leads: amount × days without progress, with causes, in one statement."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.reading import Caller
from app.core.shapes import JsonRow, json_of, visible, wire
from app.core.statements import Statement, compiled
from app.models.blockers import Blocker, BlockerStatus
from app.models.due import due_rows
from app.models.leads import Lead, LeadStub
from app.models.pipeline import Stage, TransitionKind, TransitionStatus
from app.models.progress import code, days_since, is_active, is_at, last_progress_on, light
from app.models.stage_transitions import StageTransition
from app.models.stalled_leads import StalledQuery

_EMPTY = sa.literal_column("CAST('[]' AS json)")


async def page(pool: Any, caller: Caller, query: StalledQuery) -> bytes:
    """The leads in view that are big and stand still, as JSON."""
    statement = _statement(caller.role)
    binds = {**caller.binds, **query.model_dump()}
    items, has_more = await pool.fetchrow(statement.sql, *statement.arguments(binds))
    more = "true" if has_more else "false"
    return f'{{"items":[{items}],"has_more":{more}}}'.encode()


@lru_cache
def _statement(role: str) -> Statement:
    size = sa.bindparam("limit", type_=sa.Integer)
    still, lead = _still(role).limit(size + 1).subquery(), aliased(Lead)
    body = sa.cast(_body(still, lead, role), sa.Text)
    order = aggregate_order_by(body, still.c.weight.desc(), still.c.id)
    items = sa.func.array_to_string(sa.func.array_agg(order)[1:size], ",")
    found = sa.select(sa.func.coalesce(items, sa.literal_column("''")), sa.func.count() > size)
    return compiled(found.select_from(still).join(lead, lead.id == still.c.id))


def _still(role: str) -> Any:
    lead: Any = Lead
    found = (
        sa.select(lead.id, _amount(lead).label("amount"), last_progress_on(lead).label("last_on"))
        .where(*visible(lead, role), is_active(lead), sa.not_(is_at(lead, Stage.at_capacity)))
        .where(_amount(lead) >= sa.bindparam("min_amount", type_=sa.Numeric))
        .offset(0)
        .subquery()
    )
    days = days_since(found.c.last_on).label("days")
    weight = (found.c.amount * days_since(found.c.last_on)).label("weight")
    rows = sa.select(found, days, weight)
    long = days_since(found.c.last_on) >= sa.bindparam("min_days", type_=sa.Integer)
    return rows.where(long).order_by(weight.desc(), found.c.id)


def _amount(lead: Any) -> Any:
    """In yuan: as converted at signing, else as agreed or planned in yuan."""
    step: Any = StageTransition
    signed = sa.select(step.agreed_amount_cny).where(
        step.lead_id == lead.id,
        step.kind == code(TransitionKind.advance),
        step.status == code(TransitionStatus.recognised),
        step.to_stage == code(Stage.signed),
    )
    planned = sa.case((lead.currency == code("CNY"), lead.planned_investment), else_=sa.null())
    return sa.func.coalesce(signed.scalar_subquery(), planned, type_=sa.Numeric(20, 2))


def _body(still: Any, lead: Any, role: str) -> JsonRow:
    return JsonRow([
        ("lead", json_of(LeadStub, lead, role)),
        ("amount_cny", wire(sa.cast(still.c.amount, sa.Numeric(20, 2)))),
        ("days_without_progress", still.c.days),
        ("last_progress_on", still.c.last_on),
        ("light", light(lead)),
        ("rules", _rules(still)),
        ("blockers", _blockers(still)),
    ])  # fmt: skip


def _rules(still: Any) -> Any:
    due = due_rows()
    rules = sa.func.json_agg(aggregate_order_by(due.c.rule, due.c.place, due.c.due_on))
    found = sa.select(sa.func.coalesce(rules, _EMPTY)).where(due.c.lead_id == still.c.id)
    return found.scalar_subquery()


def _blockers(still: Any) -> Any:
    blocker: Any = aliased(Blocker)
    names = ("id", "title", "severity", "status", "raised_on")
    row = JsonRow([(name, getattr(blocker, name)) for name in names])
    rows = sa.func.json_agg(aggregate_order_by(row, blocker.raised_on, blocker.id))
    found = sa.select(sa.func.coalesce(rows, _EMPTY)).where(
        blocker.lead_id == still.c.id, blocker.status != code(BlockerStatus.resolved)
    )
    return found.scalar_subquery()
