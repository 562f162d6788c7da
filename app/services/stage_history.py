"""A lead's history, from its recognised transitions."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.core.clock import today
from app.core.errors import Problem
from app.core.reading import Caller, compiled
from app.core.shapes import visible
from app.models.leads import Lead
from app.models.pipeline import Stage, TransitionKind, TransitionStatus, order
from app.models.stage_history import Pause, StageHistory, stay
from app.models.stage_transitions import StageTransition


async def history(pool: Any, caller: Caller, lead_id: UUID) -> StageHistory:
    """Stays by stage; 404 where the lead is hidden."""
    rows = await _rows(pool, caller, lead_id)
    moves = [row for row in rows if row["kind"] == TransitionKind.advance]
    pauses = _pauses([row for row in rows if row["kind"] and row["kind"] != TransitionKind.advance])
    entered: list[tuple[Stage, UUID | None, date]] = [
        (Stage.identified, None, rows[0]["received_on"])
    ]
    for row in moves:
        if order(Stage(row["to_stage"])) > order(entered[-1][0]):
            entered.append((Stage(row["to_stage"]), row["id"], row["event_on"]))
    ends = [when for _, _, when in entered[1:]] + [None]
    return StageHistory(
        items=[
            stay(stage, transition_id, when, end, pauses=pauses, today=today())
            for (stage, transition_id, when), end in zip(entered, ends, strict=True)
        ]
    )


async def _rows(pool: Any, caller: Caller, lead_id: UUID) -> list[Any]:
    step: Any = StageTransition
    recognised = sa.and_(
        step.lead_id == Lead.id,
        step.status == sa.literal_column(f"'{TransitionStatus.recognised}'"),
    )
    statement = compiled(
        sa.select(col(Lead.received_on), step.id, step.kind, step.to_stage, step.event_on)
        .outerjoin(step, recognised)
        .where(col(Lead.id) == sa.bindparam("id", type_=sa.Uuid), *visible(Lead, caller.role))
        .order_by(step.event_on, step.recognised_at)
    )
    rows = await pool.fetch(statement.sql, *statement.arguments({**caller.binds, "id": lead_id}))
    if not rows:
        raise Problem("not_found")
    return rows


def _pauses(rows: list[Any]) -> list[Pause]:
    pauses: list[Pause] = []
    for row in rows:
        if row["kind"] == TransitionKind.suspend:
            pauses.append(Pause(start=row["event_on"], end=None))
        elif pauses and pauses[-1].end is None:
            pauses[-1].end = row["event_on"]
    return pauses
