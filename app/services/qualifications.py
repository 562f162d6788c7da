"""Who is qualified for the own post, and the rule of who may lead a large negotiation."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.errors import FieldError, Problem, field_error, invalid
from app.models.lead_members import LeadMember, LeadMemberRole
from app.models.leads import Lead
from app.models.money import in_yuan
from app.models.officer_certificates import OfficerCertificate
from app.models.officer_profiles import OfficerProfile
from app.models.officers import Officer
from app.models.posts import Post
from app.models.qualifications import LackRead, QualificationRead, lacks
from app.models.zone_profiles import ZoneProfile
from app.services.access import Caller
from app.services.row_rules import of_officer

_NEWEST_RATE = sa.text("""
SELECT exchange_rate FROM (
  SELECT rate_on, exchange_rate FROM agreements
  WHERE currency = :currency AND status IN ('active', 'superseded')
  UNION ALL
  SELECT rate_on, exchange_rate FROM stage_transitions
  WHERE currency = :currency AND status = 'recognised'
  UNION ALL
  SELECT rate_on, exchange_rate FROM capital_arrivals
  WHERE currency = :currency AND status = 'recognised'
) AS known
WHERE rate_on IS NOT NULL AND exchange_rate IS NOT NULL
ORDER BY rate_on DESC, exchange_rate DESC LIMIT 1
""")


async def qualification(
    session: AsyncSession, caller: Caller, officer_id: UUID, day: date
) -> QualificationRead:
    """What an officer lacks for the own post on a day; 404 for whom the caller may not look at."""
    query = select(Officer.id).where(
        col(Officer.id) == officer_id, of_officer(col(Officer.id), caller.role)
    )
    if (await session.exec(query.params(**caller.binds))).first() is None:
        raise Problem("not_found")
    post, found = await _lacks(session, officer_id, day)
    return QualificationRead(
        officer_id=officer_id,
        post_id=post.id if post else None,
        as_of=day,
        is_qualified=not found,
        lacks=found,
    )


async def _lacks(
    session: AsyncSession, officer_id: UUID, day: date
) -> tuple[Post | None, list[LackRead]]:
    about = (
        select(OfficerProfile, Post)
        .outerjoin(Post, col(Post.id) == OfficerProfile.post_id)
        .where(col(OfficerProfile.officer_id) == officer_id)
    )
    profile, post = (await session.exec(about)).first() or (None, None)
    held = select(OfficerCertificate).where(col(OfficerCertificate.officer_id) == officer_id)
    return post, lacks(post, profile, (await session.exec(held)).all(), day)


async def is_qualified(session: AsyncSession, officer_id: UUID, day: date) -> bool:
    """Whether nothing is lacking."""
    return not (await _lacks(session, officer_id, day))[1]


async def asks(session: AsyncSession, lead: Lead) -> bool:
    """Whether the zone wants a qualified negotiator for a lead: planned yuan at or above its limit.

    A plan in another currency goes by the newest rate to the yuan that was recognised with an
    agreement, a signing or an arrival; without one nothing is asked.
    """
    if lead.planned_investment is None:
        return False
    limit = await _limit(session)
    return limit is not None and await _is_large(session, lead, limit)


async def _limit(session: AsyncSession) -> Decimal | None:
    return (await session.exec(select(ZoneProfile))).one().negotiator_qualification_above


async def _is_large(session: AsyncSession, lead: Lead, limit: Decimal) -> bool:
    planned = await planned_yuan(session, lead)
    return planned is not None and planned >= limit


async def planned_yuan(session: AsyncSession, lead: Lead) -> Decimal | None:
    """A lead's plan in yuan by the newest recognised rate; 0 without one, none without a plan."""
    rate = None if lead.currency == "CNY" else await _newest_rate(session, lead.currency)
    return in_yuan(lead.planned_investment, lead.currency, rate)


async def _newest_rate(session: AsyncSession, currency: str) -> Decimal | None:
    found = await (await session.connection()).execute(_NEWEST_RATE, {"currency": currency})
    return found.scalar_one_or_none()


async def check_plan(session: AsyncSession, lead: Lead, owner_id: UUID | None = None) -> None:
    """422 where a plan asks for a better qualified negotiator; of a new lead that is its owner."""
    if not await asks(session, lead):
        return
    day = today()
    for officer_id in [owner_id] if owner_id else await _negotiators(session, lead):
        if not await is_qualified(session, officer_id, day):
            raise invalid("/planned_investment", "not_qualified")


async def check_handed(session: AsyncSession, leads: Sequence[Lead], officer_id: UUID) -> None:
    """422 where the officer would become lead negotiator of a lead that asks for a better one."""
    limit = await _limit(session)
    if not leads or limit is None or await is_qualified(session, officer_id, today()):
        return
    for lead in leads:
        if await _is_large(session, lead, limit):
            raise invalid("/to_officer_id", "not_qualified")


async def _negotiators(session: AsyncSession, lead: Lead) -> Sequence[UUID]:
    query = select(LeadMember.officer_id).where(
        col(LeadMember.lead_id) == lead.id,
        col(LeadMember.to_on).is_(None),
        col(LeadMember.role) == LeadMemberRole.lead_negotiator,
    )
    return (await session.exec(query)).all()


async def faults(
    session: AsyncSession, lead: Lead, negotiators: Sequence[tuple[str, UUID]], day: date
) -> list[FieldError]:
    """The negotiators, each with the pointer that names it, whom a lead's size forbids."""
    if not await asks(session, lead):
        return []
    return [
        field_error(pointer, "not_qualified")
        for pointer, officer_id in negotiators
        if not await is_qualified(session, officer_id, day)
    ]
