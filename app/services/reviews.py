"""Reviews: opened by those who work the lead, decided node by node by those who do not."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.leads import Lead
from app.models.review_conditions import ConditionClosing, ReviewCondition
from app.models.reviews import (
    Review,
    ReviewCreate,
    ReviewDecision,
    ReviewDecisionCreate,
    last_day,
)
from app.services.access import Caller, check_reach, claimed, found, lead_in_reach
from app.services.lead_members import check_no_part


async def create(session: AsyncSession, caller: Caller, payload: ReviewCreate) -> Review:
    """Open a review of a lead in reach; one at a time."""
    await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    review = Review.model_validate(payload)
    review.begin()
    session.add(review)
    await session.flush()
    return review


async def decide(
    session: AsyncSession,
    caller: Caller,
    review_id: UUID,
    payload: ReviewDecisionCreate,
    if_match: int,
) -> None:
    """Note a node's answer and its conditions; nobody decides on a lead of their own."""
    payload.check_conditions()
    review = await claimed(session, Review, caller, review_id, if_match)
    lead = await found(session, Lead, caller, review.lead_id)
    await check_no_part(session, caller, lead)
    query = select(ReviewDecision).where(col(ReviewDecision.review_id) == review.id)
    earlier = (await session.exec(query)).all()
    decision = ReviewDecision.model_validate(
        payload, update={"review_id": review.id, "created_by_id": caller.id}
    )
    review.decide(decision, last_day(earlier))
    review.touch()
    session.add(decision)
    await session.flush()
    session.add_all(
        ReviewCondition(
            review_id=review.id,
            decision_id=decision.id,
            lead_id=review.lead_id,
            text=condition.text,
            due_on=condition.due_on,
        )
        for condition in payload.conditions
    )
    await session.flush()


async def close_condition(
    session: AsyncSession,
    caller: Caller,
    condition_id: UUID,
    payload: ConditionClosing,
    if_match: int,
) -> None:
    """Vouch that a condition is met; not by who works the lead."""
    condition = await claimed(session, ReviewCondition, caller, condition_id, if_match)
    lead = await found(session, Lead, caller, condition.lead_id)
    await check_reach(session, lead, caller)
    await check_no_part(session, caller, lead)
    condition.close(caller.id, payload.note)
    await session.flush()
