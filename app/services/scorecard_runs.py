"""Scoring a whole field: numbers, entries, targets and subjects, a statement for each of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.db import driver
from app.core.errors import FieldError, field_error
from app.core.period import Days
from app.kpis.numbers import Numbers
from app.kpis.scorecards import Field, Goal, Goals
from app.models.kpi_targets import KpiTarget, KpiTargetVersion
from app.models.ledger_entries import Scope
from app.models.officers import Officer
from app.models.roles import Role
from app.models.scheme_items import SchemeItem, TargetSource
from app.models.schemes import Scheme, SchemeSubject
from app.models.scorecard_inputs import InputKind, ScorecardInput
from app.models.scorecards import ScoredSubject, Snapshot
from app.models.teams import Team

SCOPES = {SchemeSubject.person: Scope.officer, SchemeSubject.team: Scope.team}


class Run:
    """The cards of a field by rank, or the faults that there are none for."""

    def __init__(self, field: Field) -> None:
        self.subjects = {subject.id: subject for subject in field.subjects}
        self.snapshots: list[Snapshot] = field.snapshots()
        self.faults: list[FieldError] = field.faults
        if not field.subjects:
            self.faults = [field_error("/subject_ids", "no_subjects")]


async def scored(
    session: AsyncSession,
    scheme: Scheme,
    rows: list[SchemeItem],
    days: Days,
    as_of: datetime,
    *,
    added: dict[tuple[UUID, str], Any] | None = None,
    subjects: Sequence[ScoredSubject] | None = None,
    is_printed: bool = False,
) -> Run:
    """Everybody's card for some days as known at an instant; `added` is assumed on top.

    `subjects` are the field where it is not whom the scheme means today; `is_printed` takes rates
    as they are written.
    """
    numbers = Numbers(SCOPES[scheme.subject_kind], days, as_of, is_printed=is_printed)
    metrics = {measure["metric"] for row in rows for measure in row.measures}
    await numbers.read(await driver(session), sorted(metrics))
    numbers.added = added or {}
    subjects = await subjects_of(session, scheme) if subjects is None else subjects
    inputs = await _inputs(session, scheme, days, as_of)
    goals = await _goals(session, scheme, rows, as_of)
    return Run(Field(scheme, rows, subjects, numbers, inputs, goals))


async def _goals(
    session: AsyncSession, scheme: Scheme, rows: list[SchemeItem], as_of: datetime
) -> Goals:
    """The KPI targets of the scheme's year that the items ask for, in the version known then."""
    metrics = {
        measure["metric"]
        for row in rows
        for measure in row.measures
        if measure.get("target_source") == TargetSource.kpi_targets
    }
    if not metrics:
        return {}
    target, version = KpiTarget, KpiTargetVersion
    query = (
        select(target, version)
        .join(version, col(version.target_id) == target.id)
        .where(
            col(target.year) == scheme.year,
            col(target.scope) == SCOPES[scheme.subject_kind],
            col(target.metric).in_(metrics),
            col(version.set_at) <= as_of,
        )
        .order_by(col(version.number))
    )
    return {
        (held.scope_id, held.metric): Goal(then.value or None, then.number)
        for held, then in await session.exec(query)
    }


async def subjects_of(session: AsyncSession, scheme: Scheme) -> list[ScoredSubject]:
    """Whom the scheme names; all active officers and team leads, or all teams, where nobody."""
    is_person = scheme.subject_kind is SchemeSubject.person
    model: Any = Officer if is_person else Team
    above = model.team_id if is_person else model.parent_id
    query = sa.select(model.id, model.name, above)
    if scheme.subject_ids:
        query = query.where(model.id.in_(scheme.subject_ids))
    elif is_person:
        query = query.where(model.is_active, model.role.in_([Role.officer, Role.team_lead]))
    else:
        query = query.where(model.is_active)
    rows = await session.exec(query.order_by(model.id))  # pyright: ignore[reportCallIssue, reportArgumentType]
    return [ScoredSubject(id=row[0], name=row[1], team_id=row[2]) for row in rows]


async def _inputs(
    session: AsyncSession, scheme: Scheme, days: Days, as_of: datetime
) -> list[ScorecardInput]:
    """Entries known at the instant, and every correction: it was decided about that card."""
    known = sa.or_(
        col(ScorecardInput.kind) == InputKind.correction, col(ScorecardInput.created_at) <= as_of
    )
    held = sa.or_(
        col(ScorecardInput.reversed_at).is_(None), col(ScorecardInput.reversed_at) > as_of
    )
    query = select(ScorecardInput).where(
        col(ScorecardInput.scheme_id) == scheme.id,
        col(ScorecardInput.from_on) == days.start,
        col(ScorecardInput.to_on) == days.end,
        known,
        held,
    )
    return list((await session.exec(query)).all())
