"""Days in a stage over all leads in sight: one statement, estimated by Kaplan and Meier."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.core.clock import today
from app.core.reading import Caller, compiled
from app.core.shapes import visible
from app.kpis.attainment import rounded
from app.kpis.survival import kaplan_meier, median
from app.models.leads import Lead
from app.models.pipeline import LeadStatus, Stage, TransitionKind, TransitionStatus, order
from app.models.stage_durations import (
    StageDuration,
    StageDurationPage,
    StageDurationQuery,
    SurvivalStep,
)
from app.models.stage_history import Pause, stay
from app.models.stage_transitions import StageTransition

# Whoever stands at the end of the pipeline leaves it no more.
_STAGES = [stage for stage in Stage if stage is not Stage.at_capacity]
_PAUSING = {TransitionKind.suspend, TransitionKind.terminate}


async def page(pool: Any, caller: Caller, query: StageDurationQuery) -> StageDurationPage:
    """The stage asked for, or every stage that can be left."""
    stays: dict[Stage, list[tuple[int, bool]]] = defaultdict(list)
    for _, rows in groupby(await _rows(pool, caller), key=lambda row: row["id"]):
        for stage, entered_on, days, has_left in _stays(list(rows)):
            if query.period is None or query.period.start <= entered_on <= query.period.end:
                stays[stage].append((days, has_left))
    asked = [query.stage] if query.stage else _STAGES
    return StageDurationPage(items=[_estimate(stage, stays[stage]) for stage in asked])


async def _rows(pool: Any, caller: Caller) -> list[Any]:
    """Recognised moves of the leads in sight, by lead and day; one without any has one row."""
    step: Any = StageTransition
    recognised = sa.and_(
        step.lead_id == Lead.id,
        step.status == sa.literal_column(f"'{TransitionStatus.recognised}'"),
    )
    statement = compiled(
        sa.select(col(Lead.id), col(Lead.received_on), step.kind, step.to_stage, step.event_on)
        .outerjoin(step, recognised)
        .where(
            col(Lead.status) != sa.literal_column(f"'{LeadStatus.merged}'"),
            *visible(Lead, caller.role),
        )
        .order_by(col(Lead.id), step.event_on, step.recognised_at)
    )
    return await pool.fetch(statement.sql, *statement.arguments(caller.binds))


def _stays(rows: list[Any]) -> Iterator[tuple[Stage, date, int, bool]]:
    """A lead's stays: stage, day of entry, days, and whether it moved on."""
    entered = [(Stage.identified, rows[0]["received_on"])]
    for row in rows:
        if row["kind"] == TransitionKind.advance and order(row["to_stage"]) > order(entered[-1][0]):
            entered.append((Stage(row["to_stage"]), row["event_on"]))
    pauses, ends = _pauses(rows), [*(day for _, day in entered[1:]), None]
    for (stage, start), end in zip(entered, ends, strict=True):
        days = stay(stage, None, start, end, pauses=pauses, today=today()).days
        yield stage, start, days, end is not None


def _pauses(rows: list[Any]) -> list[Pause]:
    """When the clock stood still: from suspension, and from the end of a lead that was given up."""
    pauses: list[Pause] = []
    for row in rows:
        if row["kind"] in {None, TransitionKind.advance}:
            continue
        if pauses and pauses[-1].end is None:
            pauses[-1].end = row["event_on"]
        if row["kind"] in _PAUSING:
            pauses.append(Pause(start=row["event_on"], end=None))
    return pauses


def _estimate(stage: Stage, stays: list[tuple[int, bool]]) -> StageDuration:
    steps, left = kaplan_meier(stays), sum(has_left for _, has_left in stays)
    return StageDuration(
        stage=stage,
        n=len(stays),
        left_count=left,
        censored_count=len(stays) - left,
        median_days=median(steps),
        steps=[
            SurvivalStep(days=step.days, survival=f"{rounded(step.as_decimal, 4)}")
            for step in steps
        ],
    )
