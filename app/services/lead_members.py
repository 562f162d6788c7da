"""Who shares a lead's credit: replaced as a whole, dated, what was earned stays."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import change_all
from app.core.clock import today
from app.core.errors import Problem
from app.models.lead_members import (
    LeadMember,
    LeadMemberRole,
    MemberChangeCreate,
    MemberEntry,
    shares_of,
)
from app.models.leads import Lead
from app.models.pipeline import (
    LeadAction,
)
from app.services import credit_policies, qualifications
from app.services.access import Caller, claimed
from app.services.leads import check_action, has_part_today
from app.services.teams import officers_of, paths_of


async def change_members(
    session: AsyncSession,
    caller: Caller,
    lead_id: UUID,
    payload: MemberChangeCreate,
    if_match: int,
) -> Lead:
    """Replace the members from today on; what was earned before stays where it was.

    403 for who owns the lead, is one of its members or would become one.
    """
    lead = await claimed(session, Lead, caller, lead_id, if_match)
    await check_action(session, lead, caller, LeadAction.change_members)
    named = {member.officer_id for member in payload.members}
    if caller.id in named or await has_part_today(session, caller, lead):
        raise Problem("own_credit")
    await replace_members(session, lead, payload.members)
    await session.flush()
    return lead


async def replace_members(
    session: AsyncSession, lead: Lead, members: Sequence[MemberEntry]
) -> None:
    """Close every open part today and open these; the caller holds the lead's row."""
    is_by_hand = any(member.share is not None for member in members)
    policy = {} if is_by_hand else await credit_policies.parts_on(session, today())
    shares = shares_of(members, policy)
    wanted = {f"/members/{at}/officer_id": m.officer_id for at, m in enumerate(members)}
    await officers_of(session, wanted)
    await _check_negotiator(session, lead, members)
    await close_members(session, lead)
    session.add_all(
        LeadMember(
            lead_id=lead.id,
            officer_id=m.officer_id,
            role=m.role,
            share=share,
            from_on=today(),
        )
        for m, share in zip(members, shares, strict=True)
    )
    lead.touch()


async def _check_negotiator(
    session: AsyncSession, lead: Lead, members: Sequence[MemberEntry]
) -> None:
    negotiators = [
        (f"/members/{at}/officer_id", member.officer_id)
        for at, member in enumerate(members)
        if member.role is LeadMemberRole.lead_negotiator
    ]
    faults = await qualifications.faults(session, lead, negotiators, today())
    if faults:
        raise Problem("invalid_values", errors=faults)


async def close_members(session: AsyncSession, lead: Lead) -> None:
    """End every open part today."""
    await change_all(session, await open_members(session, [lead.id]), to_on=today())


async def open_members(session: AsyncSession, lead_ids: Sequence[UUID]) -> Sequence[LeadMember]:
    """The members of some leads today, in the order in which they came."""
    query = select(LeadMember).where(
        col(LeadMember.lead_id) == sa.any_(sa.literal(list(lead_ids), ARRAY(sa.Uuid))),
        col(LeadMember.to_on).is_(None),
    )
    return (await session.exec(query.order_by(col(LeadMember.id)))).all()


async def members_on(session: AsyncSession, lead: Lead, day: date) -> list[LeadMember]:
    """The members of a lead on a business day; on a day before any were named, today's."""
    query = select(LeadMember).where(col(LeadMember.lead_id) == lead.id)
    rows = (await session.exec(query.order_by(col(LeadMember.id)))).all()
    present = [m for m in rows if m.from_on <= day and (m.to_on is None or day < m.to_on)]
    return present or [m for m in rows if m.to_on is None]


async def has_part(session: AsyncSession, caller: Caller, lead: Lead, day: date) -> bool:
    """Whether the caller owns a lead or is one of its members on a day."""
    members = await members_on(session, lead, day)
    return caller.id in {lead.owner_id, *(member.officer_id for member in members)}


async def check_no_part(session: AsyncSession, caller: Caller, lead: Lead) -> None:
    """403 where the caller would decide on a lead of their own."""
    if await has_part(session, caller, lead, today()):
        raise Problem("self_recognition")


async def stamp_credit(
    session: AsyncSession, credit: Any, members: Sequence[LeadMember], **fact: UUID
) -> None:
    """Who earns which part of a fact, with the teams above them now; `credit` is the table."""
    paths = await paths_of(session, [member.officer_id for member in members])
    session.add_all(
        credit(
            **fact,
            officer_id=member.officer_id,
            role=member.role,
            share=member.share,
            place=place,
            team_path=paths[member.officer_id],
        )
        for place, member in enumerate(members)
    )
