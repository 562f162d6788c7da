"""Setting KPI targets: nothing is overwritten unseen, and a team's lead splits within the team."""

from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, invalid
from app.kpis.catalogue import METRICS
from app.models.combinations import Combination
from app.models.kpi_targets import (
    KpiTarget,
    KpiTargetCreate,
    KpiTargetUpdate,
    KpiTargetUpload,
    KpiTargetVersion,
)
from app.models.ledger_entries import ZONE_ID, Scope
from app.models.officers import Officer
from app.models.teams import Team
from app.services.access import Caller, claimed

_SUBJECTS: dict[Scope, type[SQLModel]] = {
    Scope.officer: Officer,
    Scope.team: Team,
    Scope.combination: Combination,
}
_VERSIONED = ("value", "curve", "weights", "reason")


async def create(session: AsyncSession, caller: Caller, payload: KpiTargetCreate) -> KpiTarget:
    """A new target; 409 naming the version of one that is there."""
    return await upload(session, caller, KpiTargetUpload(**payload.model_dump()))


async def upload(session: AsyncSession, caller: Caller, payload: KpiTargetUpload) -> KpiTarget:
    """A new target, or the next version of the one whose version is named."""
    if payload.metric not in METRICS:
        raise invalid("/metric", "metric_unknown", value=payload.metric)
    await _check_subject(session, caller, payload.scope, payload.scope_id)
    held = await _held(session, payload)
    if held is None:
        return await _add(session, caller, payload)
    if payload.replaces_version is None:
        raise Problem("target_exists", extra={"current_version": held.version})
    if payload.replaces_version != held.version:
        raise Problem("stale_version", extra={"current_version": held.version})
    await _set(session, caller, held, payload.model_dump(include=set(_VERSIONED)))
    return held


async def _add(session: AsyncSession, caller: Caller, payload: KpiTargetUpload) -> KpiTarget:
    if payload.replaces_version is not None:
        raise invalid("/replaces_version", "nothing_to_replace")
    given = payload.model_dump(exclude={"replaces_version"})
    target = KpiTarget.model_validate(given, update={"unit": METRICS[payload.metric].unit})
    target.check_curve()
    session.add(target)
    await session.flush()
    await _keep(session, caller, target)
    return target


async def _held(session: AsyncSession, payload: KpiTargetUpload) -> KpiTarget | None:
    query = select(KpiTarget).where(
        col(KpiTarget.year) == payload.year,
        col(KpiTarget.scope) == payload.scope,
        col(KpiTarget.scope_id) == payload.scope_id,
        col(KpiTarget.metric) == payload.metric,
    )
    return (await session.exec(query.with_for_update())).one_or_none()


async def _check_subject(
    session: AsyncSession, caller: Caller, scope: Scope, scope_id: UUID
) -> None:
    """422 where there is no such subject, 403 where it is not the caller's to set.

    Whoever is measured against a target does not set it.
    """
    if scope is Scope.zone:
        team_id, is_there = None, scope_id == ZONE_ID
    else:
        row: Any = await session.get(_SUBJECTS[scope], scope_id)
        team_id, is_there = _team_of(scope, row), row is not None
    if not is_there:
        raise invalid("/scope_id", "reference_not_found")
    is_own = scope_id in ({caller.id, caller.team_id} if caller.leads_team else {caller.id})
    if is_own or (caller.leads_team and team_id not in caller.team_ids):
        raise Problem("forbidden")


def _team_of(scope: Scope, row: Any) -> UUID | None:
    """The team whose lead splits a target among its members; units are set by the zone."""
    if row is None or scope is Scope.combination:
        return None
    return row.id if scope is Scope.team else row.team_id


async def update(
    session: AsyncSession,
    caller: Caller,
    target_id: UUID,
    payload: KpiTargetUpdate,
    if_match: int,
) -> None:
    """Set another value or curve; what it was stays among the versions."""
    changes = payload.changes()
    target = await claimed(
        session, KpiTarget, caller, target_id, if_match, fields=frozenset(changes)
    )
    await _check_subject(session, caller, target.scope, target.scope_id)
    await _set(session, caller, target, changes)


async def _set(
    session: AsyncSession, caller: Caller, target: KpiTarget, changes: dict[str, Any]
) -> None:
    changed = target.apply(changes)
    if not changed:
        return
    if not changes.get("reason"):
        raise invalid("/reason", "missing")
    target.check_curve()
    await session.flush()
    await _keep(session, caller, target)


async def _keep(session: AsyncSession, caller: Caller, target: KpiTarget) -> None:
    kept = {name: getattr(target, name) for name in _VERSIONED}
    session.add(
        KpiTargetVersion(target_id=target.id, number=target.version, set_by_id=caller.id, **kept)
    )
    await session.flush()
