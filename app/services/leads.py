"""Leads: registering, changing, removing, and who shares the credit."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import change_all
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.models.claims import Claim
from app.models.lead_members import (
    WHOLE,
    LeadMember,
    LeadMemberRole,
    MemberChangeCreate,
    MemberEntry,
    shares_of,
)
from app.models.leads import Lead, LeadCreate, LeadUpdate
from app.models.officers import Officer
from app.models.pipeline import (
    TRACK_NEEDED_FROM,
    LeadAction,
    Standing,
    Track,
    allowed_actions,
    order,
)
from app.models.roles import Role
from app.models.visits import Visit
from app.services.access import Caller, check_reach, claimed
from app.services.companies import check_present
from app.services.teams import officers_of

LEAD_CODES = sa.Sequence("lead_codes")


async def create(session: AsyncSession, caller: Caller, payload: LeadCreate) -> Lead:
    """A new lead at `identified`; its owner negotiates and holds the whole credit until changed."""
    owner_id = payload.owner_id or caller.id
    owner = (await officers_of(session, {"/owner_id": owner_id}))[owner_id]
    _check_owner(caller, owner)
    number = (
        await (await session.connection()).execute(sa.select(LEAD_CODES.next_value()))
    ).scalar_one()
    placed = {
        "owner_id": owner.id,
        "team_id": owner.team_id,
        "code": f"XM-{today().year}-{number:05d}",
    }
    await check_present(session, payload.company_id)
    lead = Lead.model_validate(payload, update=placed)
    lead.check_entries()
    session.add(lead)
    await session.flush()
    session.add(_sole_member(lead))
    await session.flush()
    return lead


def _check_owner(caller: Caller, owner: Officer) -> None:
    is_mate = caller.role is Role.team_lead and owner.team_id in caller.team_ids
    if owner.id != caller.id and not is_mate:
        raise invalid("/owner_id", "owner_out_of_reach")


def _sole_member(lead: Lead) -> LeadMember:
    return LeadMember(
        lead_id=lead.id,
        officer_id=lead.owner_id,
        role=LeadMemberRole.lead_negotiator,
        share=WHOLE,
        from_on=today(),
    )


async def update(
    session: AsyncSession,
    caller: Caller,
    lead_id: UUID,
    payload: LeadUpdate,
    if_match: int,
) -> Lead:
    """Change what is not moved by a resource of its own."""
    changes = payload.changes()
    lead = await claimed(session, Lead, caller, lead_id, if_match, fields=frozenset(changes))
    await check_action(session, lead, caller, LeadAction.edit)
    if "track" in changes:
        _check_track(lead, changes["track"])
    await check_present(session, changes.get("company_id"))
    lead.apply(changes)
    lead.check_entries()
    await session.flush()
    return lead


def _check_track(lead: Lead, track: Track | None) -> None:
    is_open = order(lead.stage) < order(TRACK_NEEDED_FROM) and not lead.is_pending
    if track != lead.track and not is_open:
        raise invalid("/track", "track_fixed")


async def check_action(
    session: AsyncSession, lead: Lead, caller: Caller, action: LeadAction
) -> None:
    """403 where the lead is out of reach, 409 where its standing does not allow the action."""
    await check_reach(session, lead, caller)
    check_standing(lead.standing, caller, action)


def check_standing(standing: Standing, caller: Caller, action: LeadAction) -> None:
    """409 where the standing of a lead in reach does not allow the action."""
    if action not in allowed_actions(caller.role, standing):
        raise Problem(
            "action_not_allowed",
            action=action.value,
            stage=standing.stage,
            status=standing.status,
        )


async def delete(session: AsyncSession, caller: Caller, lead_id: UUID, if_match: int) -> None:
    """To the trash, while nothing but the first signal is known."""
    lead = await claimed(session, Lead, caller, lead_id, if_match)
    await check_action(session, lead, caller, LeadAction.delete)
    visit = select(Visit.id).where(col(Visit.lead_id) == lead.id)
    claim = select(Claim.id).where(col(Claim.lead_id) == lead.id)
    if (await session.exec(select(sa.or_(visit.exists(), claim.exists())))).one():
        raise Problem("in_use")
    lead.remove()
    await session.flush()


async def change_members(
    session: AsyncSession,
    caller: Caller,
    lead_id: UUID,
    payload: MemberChangeCreate,
    if_match: int,
) -> Lead:
    """Replace the members from today on; what was earned before stays where it was."""
    lead = await claimed(session, Lead, caller, lead_id, if_match)
    await check_action(session, lead, caller, LeadAction.change_members)
    await replace_members(session, lead, payload.members)
    await session.flush()
    return lead


async def replace_members(
    session: AsyncSession, lead: Lead, members: Sequence[MemberEntry]
) -> None:
    """Close every open part today and open these; the caller holds the lead's row."""
    shares = shares_of(members)
    wanted = {f"/members/{at}/officer_id": m.officer_id for at, m in enumerate(members)}
    await officers_of(session, wanted)
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
