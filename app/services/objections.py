"""Objections to published cards: raised in time by the subject, decided by somebody else."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.models.objections import (
    Objection,
    ObjectionCreate,
    ObjectionDecision,
    ObjectionStatus,
)
from app.models.scorecard_inputs import InputKind, ScorecardInput
from app.models.scorecards import Scorecard
from app.services import schemes, scorecards
from app.services.access import Caller, claimed, found


async def raise_one(
    session: AsyncSession, caller: Caller, card_id: UUID, payload: ObjectionCreate, if_match: int
) -> Objection:
    """An objection to an item of a card of one's own, or of the team that one leads.

    403 for others' cards; 409 after the window.
    """
    card = await claimed(session, Scorecard, caller, card_id, if_match)
    if card.officer_id != caller.id and not (caller.leads_team and card.team_id == caller.team_id):
        raise Problem("forbidden")
    if card.objections_until is None or today() > card.objections_until:
        raise Problem("objection_window_closed")
    if payload.place >= len(card.edited.lines):
        raise invalid("/place", "item_unknown")
    row = Objection(scorecard_id=card.id, **payload.model_dump())
    session.add(row)
    await session.flush()
    return row


async def decide(
    session: AsyncSession,
    caller: Caller,
    objection_id: UUID,
    payload: ObjectionDecision,
    if_match: int,
) -> None:
    """Uphold with points that the item can have, or reject; not by who published the card.

    What is upheld makes a new edition of the card, from the numbers that the old one was made of;
    others' cards get one where their rank or list changes with it.
    """
    objection = await claimed(session, Objection, caller, objection_id, if_match)
    objection.check_open()
    card = await found(session, Scorecard, caller, objection.scorecard_id)
    if card.published_by_id == caller.id:
        raise Problem("self_recognition")
    is_upheld = payload.points is not None
    objection.apply(
        {
            "status": ObjectionStatus.upheld if is_upheld else ObjectionStatus.rejected,
            "decided_at": now(),
            "decided_by_id": caller.id,
            "decision_text": payload.text,
        }
    )
    await session.flush()
    if payload.points is not None:
        await _correct(session, caller, card, objection, payload.points)


async def _correct(
    session: AsyncSession, caller: Caller, card: Scorecard, objection: Objection, points: Decimal
) -> None:
    rows = await schemes.items_of(session, card.scheme_id)
    rows[objection.place].item().check_points(points)
    correction = ScorecardInput(
        scheme_id=card.scheme_id,
        place=objection.place,
        from_on=card.from_on,
        to_on=card.to_on,
        subject_id=card.subject_id,
        kind=InputKind.correction,
        value=points,
        reason=objection.decision_text or "",
        objection_id=objection.id,
    )
    session.add(correction)
    await session.flush()
    await scorecards.correct(session, caller, card)
