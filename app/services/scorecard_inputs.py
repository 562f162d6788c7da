"""Entries for items that no metric gives."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import invalid
from app.models.scorecard_inputs import InputKind, ScorecardInput, ScorecardInputCreate
from app.models.scoring_rules import Peer, Promotion
from app.models.transition_decisions import ReversalCreate
from app.services import schemes
from app.services.access import Caller, claimed
from app.services.scorecard_runs import subjects_of
from app.services.scorecards import applied


async def enter(session: AsyncSession, payload: ScorecardInputCreate) -> ScorecardInput:
    """A score or a promotion for one item of one subject; counts in the next run."""
    scheme = await applied(session, payload.scheme_id, payload.period)
    rows = await schemes.items_of(session, scheme.id)
    if payload.place >= len(rows):
        raise invalid("/place", "item_unknown")
    rule = rows[payload.place].item().scoring
    if not isinstance(rule, (Peer, Promotion)):
        raise invalid("/place", "item_is_measured")
    if payload.subject_id not in {s.id for s in await subjects_of(session, scheme)}:
        raise invalid("/subject_id", "not_a_subject")
    days = payload.period
    row = ScorecardInput(
        **payload.model_dump(exclude={"period"}),
        from_on=days.start,
        to_on=days.end,
        kind=InputKind.score if isinstance(rule, Peer) else InputKind.promotion,
    )
    session.add(row)
    await session.flush()
    return row


async def reverse(
    session: AsyncSession, caller: Caller, input_id: UUID, payload: ReversalCreate, if_match: int
) -> None:
    """Take an entry back: it stays and counts no more. 409 for a correction."""
    row = await claimed(session, ScorecardInput, caller, input_id, if_match)
    row.check_open()
    row.apply(
        {"reversed_at": now(), "reversed_by_id": caller.id, "reversal_reason": payload.reason}
    )
    await session.flush()
