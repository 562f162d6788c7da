"""Merging two companies or leads: all that points to one moves to the other, and can come back.

A lead's own history (its members and transitions) stays with it: credit never moves.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Row
from app.core.bulk import change_all
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.reading import Caller as Reading
from app.core.shapes import visible
from app.core.statements import Statement, compiled
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.companies import Company
from app.models.company_former_names import former_name
from app.models.duplicate_pairs import DuplicatePair, DuplicatePairStatus
from app.models.duplicates import DuplicateKind
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.light_turns import LightTurn
from app.models.merges import Merge, MergeCreate, MergePreview
from app.models.pipeline import LeadStatus, Stage, order
from app.models.platform_companies import PlatformCompany
from app.models.platform_fundings import PlatformFunding
from app.models.roles import Role
from app.models.stage_transitions import StageTransition
from app.services import company_lists
from app.services.access import Caller, check_reach, found
from app.services.references import Reference, clashing_at, references_to, rows_at

MODELS: dict[DuplicateKind, Any] = {
    DuplicateKind.company: Company,
    DuplicateKind.lead: Lead,
}
_OWN_HISTORY = (LeadMember, LightTurn, StageTransition)


@dataclass
class Plan:
    """Rows by reference."""

    moved: dict[Reference, list[Row]] = field(default_factory=dict)
    stayed: dict[Reference, list[Row]] = field(default_factory=dict)

    def preview(self) -> MergePreview:
        """How many of each."""
        moved, stayed = (
            {reference.name: len(rows) for reference, rows in part.items() if rows}
            for part in (self.moved, self.stayed)
        )
        return MergePreview(moved=moved, stayed=stayed)


async def preview(session: AsyncSession, caller: Caller, payload: MergeCreate) -> MergePreview:
    """What a merge would move and what it would leave."""
    await _claimed_pair(session, caller, payload)
    return (await _plan(session, payload)).preview()


async def create(
    session: AsyncSession,
    caller: Caller,
    payload: MergeCreate,
    staying: Collection[UUID] = (),
) -> Merge:
    """Merge; the merged record stays as a tombstone that points to the kept one.

    `staying` are rows that go on pointing to the merged record.
    """
    kept, merged = await _claimed_pair(session, caller, payload)
    plan = await _plan(session, payload, staying)
    merge = Merge.model_validate(
        payload, update={"moved": _ids(plan.moved), "stayed": _ids(plan.stayed)} | {"before": {}}
    )
    subjects = await subjects_of(session, plan.moved, (kept.id, merged.id))
    for reference, rows in plan.moved.items():
        await change_all(session, rows, **{reference.column: kept.id})
    merge.before = {
        "kept": _note_visits(kept, merged),
        "merged": _bury(merged, kept.id),
        "former_name_id": _former(session, kept, merged),
        "pairs": await _close_pairs(session, payload),
    }
    session.add(merge)
    await session.flush()
    await post(session, merge, subjects)
    return merge


async def moved(
    problem: Problem, pool: Any, caller: Reading, model: type[Any], record_id: UUID
) -> Problem:
    """404 becomes 410 where the record was merged into one that the caller may see."""
    if problem.code != "not_found":
        return problem
    statement, binds = _moved(model, caller.role), {**caller.binds, "id": record_id}
    kept_id = await pool.fetchval(statement.sql, *statement.arguments(binds))
    if kept_id is None:
        return problem
    return Problem("merged_away", extra={"merged_into_id": str(kept_id)})


@lru_cache
def _moved(model: type[Any], role: str) -> Statement:
    kept: Any = aliased(model)
    query = sa.select(kept.id).join(model, model.merged_into_id == kept.id)
    return compiled(
        query.where(model.id == sa.bindparam("id", type_=sa.Uuid), *visible(kept, role))
    )


def check_role(caller: Caller, kind: DuplicateKind) -> None:
    """403 where the caller may not merge records of this kind at all."""
    if kind is DuplicateKind.company and caller.role is not Role.leader:
        raise Problem("forbidden")


async def _claimed_pair(
    session: AsyncSession, caller: Caller, payload: MergeCreate
) -> tuple[Any, Any]:
    """Both records, locked in the order of their ids; 409 where they cannot become one."""
    check_role(caller, payload.kind)
    if payload.kept_id == payload.merged_id:
        raise invalid("/merged_id", "same_record")
    rows = {}
    for record_id in sorted((payload.kept_id, payload.merged_id)):
        rows[record_id] = await _referred(session, caller, payload, record_id)
    kept, merged = rows[payload.kept_id], rows[payload.merged_id]
    if isinstance(kept, Lead) and isinstance(merged, Lead):
        await check_reach(session, kept, caller)
        await check_reach(session, merged, caller)
        _check_leads(kept, merged)
    return kept, merged


async def _referred(
    session: AsyncSession, caller: Caller, payload: MergeCreate, record_id: UUID
) -> Any:
    try:
        return await found(session, MODELS[payload.kind], caller, record_id)
    except Problem:
        name = "kept_id" if record_id == payload.kept_id else "merged_id"
        raise invalid(f"/{name}", "reference_not_found") from None


def _check_leads(kept: Lead, merged: Lead) -> None:
    """One lead counts once, of one investor: what was signed cannot vanish into another."""
    if order(merged.stage) >= order(Stage.signed):
        raise Problem("merge_refused")
    if kept.is_pending or merged.is_pending:
        raise Problem("conflict")
    if merged.company_id not in {None, kept.company_id}:
        raise invalid("/merged_id", "other_company")


async def _plan(
    session: AsyncSession, payload: MergeCreate, staying: Collection[UUID] = ()
) -> Plan:
    plan = Plan()
    for reference in references_to(MODELS[payload.kind]):
        if payload.kind is DuplicateKind.lead and reference.model in _OWN_HISTORY:
            continue
        rows = await rows_at(session, reference, payload.merged_id)
        bound = (payload.merged_id, payload.kept_id)
        clashing = await clashing_at(session, reference, *bound) if rows else set()
        clashing |= {row.id for row in rows if row.id in staying}
        plan.moved[reference] = [row for row in rows if row.id not in clashing]
        plan.stayed[reference] = [row for row in rows if row.id in clashing]
    return plan


def _ids(part: dict[Reference, list[Row]]) -> dict[str, list[str]]:
    return {
        reference.name: [str(row.id) for row in rows] for reference, rows in part.items() if rows
    }


async def subjects_of(
    session: AsyncSession, moved: dict[Reference, list[Row]], ends: tuple[UUID, UUID]
) -> list[UUID]:
    """Whatever the ledger may know the moved rows by: themselves and what they are part of."""
    owners = ("id", "lead_id", "visit_id", "event_id")
    ids = {getattr(row, name, None) for rows in moved.values() for row in rows for name in owners}
    platforms = [row.id for rows in moved.values() for row in rows if type(row) is PlatformCompany]
    if platforms:
        of_platforms = col(PlatformFunding.platform_company_id).in_(platforms)
        ids |= set(await session.exec(select(PlatformFunding.id).where(of_platforms)))
    return sorted({*(one for one in ids if one is not None), *ends})


async def post(session: AsyncSession, merge: Merge, subjects: list[UUID]) -> None:
    """Bring the ledger in line with the facts that moved.

    An edition counts by its companies and by who was on the one before: all of both are posted.
    """
    for family in Family:
        await ledger.post_all(session, family, subjects)
    if merge.kind is DuplicateKind.company:
        await company_lists.post_of_companies(session, merge.kept_id, merge.merged_id)


def _note_visits(kept: Any, merged: Any) -> dict[str, Any]:
    """The kept lead has had the visits of both; answers what it had before."""
    if not isinstance(kept, Lead):
        return {}
    before = kept.last_visited_on
    days = [day for day in (before, merged.last_visited_on) if day is not None]
    kept.apply({"last_visited_on": max(days, default=None)})
    return {"last_visited_on": before and before.isoformat()}


def _bury(merged: Any, kept_id: UUID) -> dict[str, Any]:
    """The tombstone; answers the fields that it loses."""
    before = {"status": merged.status} if isinstance(merged, Lead) else {}
    merged.apply({"deleted_at": now(), "merged_into_id": kept_id})
    merged.apply({"status": LeadStatus.merged} if before else {})
    return before


def _former(session: AsyncSession, kept: Any, merged: Any) -> str | None:
    """The merged company's name leads to the kept one from now on."""
    if not isinstance(merged, Company) or merged.normal_name == kept.normal_name:
        return None
    row = former_name(kept.id, merged.name)
    session.add(row)
    return str(row.id)


async def _close_pairs(session: AsyncSession, payload: MergeCreate) -> dict[str, str]:
    both = (payload.kept_id, payload.merged_id)
    query = select(DuplicatePair).where(
        col(DuplicatePair.first_id) == min(both), col(DuplicatePair.second_id) == max(both)
    )
    before = {}
    for pair in (await session.exec(query)).all():
        before[str(pair.id)] = pair.status.value
        pair.apply({"status": DuplicatePairStatus.merged})
    return before
