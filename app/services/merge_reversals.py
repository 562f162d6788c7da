"""Taking a merge back: exactly the rows that moved, where nobody has moved them on since."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Row
from app.core.bulk import change_all
from app.core.clock import now
from app.core.errors import Problem
from app.models.company_former_names import CompanyFormerName
from app.models.duplicate_pairs import DuplicatePair, DuplicatePairStatus
from app.models.leads import Lead
from app.models.merges import Merge, MergeReversalCreate
from app.models.pipeline import LeadStatus
from app.services.access import Caller, check_reach, claimed, found
from app.services.merges import MODELS, check_role, post, subjects_of
from app.services.references import Reference, references_to, rows_at


async def reverse(
    session: AsyncSession,
    caller: Caller,
    merge_id: UUID,
    payload: MergeReversalCreate,
    version: int,
) -> Merge:
    """Take a merge back in the version that the caller has seen; once."""
    merge = await claimed(session, Merge, caller, merge_id, version)
    if merge.reversed_at is not None:
        raise Problem("merge_reversed")
    return await take_back(session, caller, merge, payload.reason)


async def take_back(session: AsyncSession, caller: Caller, merge: Merge, reason: str) -> Merge:
    """Exactly the rows that moved go back, where nobody has moved them on since."""
    model = MODELS[merge.kind]
    check_role(caller, merge.kind)
    kept = await found(session, model, caller, merge.kept_id)
    if isinstance(kept, Lead):
        await check_reach(session, kept, caller)
    merged = (await session.exec(_tombstone(model, merge.merged_id))).one()
    moved = await _moved_rows(session, merge)
    subjects = await subjects_of(session, moved, (kept.id, merged.id))
    for reference, rows in moved.items():
        await change_all(session, rows, **{reference.column: merged.id})
    await _restore(session, merge, kept, merged)
    merge.apply(
        {
            "reversed_at": now(),
            "reversed_by_id": caller.id,
            "reversal_reason": reason,
        }
    )
    await session.flush()
    await post(session, merge, subjects)
    return merge


def _tombstone(model: Any, merged_id: UUID) -> Any:
    return select(model).where(model.id == merged_id).with_for_update()


async def _moved_rows(session: AsyncSession, merge: Merge) -> dict[Reference, list[Row]]:
    """The rows that moved and still are where the merge put them."""
    rows: dict[Reference, list[Row]] = {}
    for reference in references_to(MODELS[merge.kind]):
        wanted = set(merge.moved.get(reference.name, ()))
        there = await rows_at(session, reference, merge.kept_id) if wanted else []
        rows[reference] = [row for row in there if str(row.id) in wanted]
    return rows


async def _restore(session: AsyncSession, merge: Merge, kept: Any, merged: Any) -> None:
    before = merge.before
    merged.apply({"deleted_at": None, "merged_into_id": None})
    if isinstance(kept, Lead):
        merged.apply({"status": LeadStatus(before["merged"]["status"])})
        if kept.last_visited_on == merged.last_visited_on:
            day = before["kept"]["last_visited_on"]
            kept.apply({"last_visited_on": day and date.fromisoformat(day)})
    if before["former_name_id"]:
        row = await session.get(CompanyFormerName, UUID(before["former_name_id"]))
        if row is not None:
            await session.delete(row)
    for pair_id, status in before["pairs"].items():
        pair = await session.get(DuplicatePair, UUID(pair_id))
        assert pair is not None
        pair.apply({"status": DuplicatePairStatus(status)})
