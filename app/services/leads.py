"""Leads: registering, changing, removing, and who shares the credit."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.errors import Problem, invalid
from app.models.claims import Claim, stands
from app.models.duplicate_checks import LeadLook
from app.models.duplicates import DuplicateReason
from app.models.lead_actions import is_own
from app.models.lead_members import (
    WHOLE,
    LeadMember,
    LeadMemberRole,
)
from app.models.leads import Lead, LeadCreate, LeadUpdate
from app.models.officers import Officer
from app.models.pipeline import (
    TRACK_NEEDED_FROM,
    LeadAction,
    Standing,
    Track,
    TransitionStatus,
    allowed_actions,
    order,
)
from app.models.roles import RECOGNISERS, Role
from app.models.stage_transitions import StageTransition
from app.models.teams import Team
from app.models.visits import Visit
from app.models.zone_credits import CREDIT
from app.services import duplicate_pairs, duplicates, lead_clocks, qualifications
from app.services.access import Caller, check_reach, claimed
from app.services.combinations import check_place
from app.services.companies import check_present
from app.services.teams import officers_of

LEAD_CODES = sa.Sequence("lead_codes")


async def create(session: AsyncSession, caller: Caller, payload: LeadCreate) -> Lead:
    """A new lead at `identified`; its owner negotiates and holds the whole credit until changed."""
    owner_id = payload.owner_id or caller.id
    owner = (await officers_of(session, {"/owner_id": owner_id}))[owner_id]
    _check_owner(caller, owner)
    given = payload.model_dump(include=set(CREDIT))
    if given != {name: LeadCreate.model_fields[name].default for name in CREDIT}:
        _check_credit(caller, is_mine=owner.id == caller.id)
    number, own_mechanism, team_path = await _number_and_team(session, owner)
    placed: dict[str, Any] = {
        "owner_id": owner.id,
        "team_id": owner.team_id,
        "code": f"XM-{today().year}-{number:05d}",
    }
    if own_mechanism and "mechanism" not in payload.model_fields_set:
        placed["mechanism"] = own_mechanism
    await check_present(session, payload.company_id)
    decided = await _not_known(session, caller, payload)
    lead = Lead.model_validate(payload, update=placed)
    lead.check_entries()
    await check_place(session, lead, payload.model_dump(exclude_unset=True))
    await qualifications.check_plan(session, lead, owner.id)
    session.add(lead)
    await session.flush()
    session.add(_sole_member(lead))
    await lead_clocks.begin(session, lead, team_path or [])
    if decided:
        await duplicate_pairs.dismiss(session, caller, lead.id, decided, payload.duplicate_decision)
    return lead


async def _not_known(
    session: AsyncSession, caller: Caller, payload: LeadCreate
) -> list[DuplicateReason]:
    """409 where the investor has an open lead like it; answers what was decided away."""
    if payload.company_id is None:
        return []
    look = LeadLook(**{name: getattr(payload, name) for name in LeadLook.model_fields})
    found = await duplicates.like_leads(session, caller, look)
    return duplicates.refuse(found, payload.duplicate_decision)


def _check_owner(caller: Caller, owner: Officer) -> None:
    is_mate = caller.role is Role.team_lead and owner.team_id in caller.team_ids
    if owner.id != caller.id and not is_mate:
        raise invalid("/owner_id", "owner_out_of_reach")


async def _number_and_team(session: AsyncSession, owner: Officer) -> Any:
    """The next number; how the owner's team works where it says so, and the teams above."""
    team: Any = Team
    own = (
        sa.select(column).where(team.id == owner.team_id).scalar_subquery()
        for column in (team.mechanism, team.path)
    )
    query = sa.select(LEAD_CODES.next_value(), *own)
    return (await (await session.connection()).execute(query)).one()


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
    await _check_kept(session, lead, changes)
    if any(changes.get(name, getattr(lead, name)) != getattr(lead, name) for name in CREDIT):
        _check_credit(caller, is_mine=await has_part_today(session, caller, lead))
    with session.no_autoflush:
        changed = lead.apply(changes)
        lead.check_entries()
        await check_place(session, lead, changes)
    await session.flush()
    if changed & {"planned_investment", "currency"}:
        await qualifications.check_plan(session, lead)
    await lead_clocks.follow(session, lead, changed)
    return lead


def _check_track(lead: Lead, track: Track | None) -> None:
    is_open = order(lead.stage) < order(TRACK_NEEDED_FROM) and not lead.is_pending
    if track != lead.track and not is_open:
        raise invalid("/track", "track_fixed")


async def _check_kept(session: AsyncSession, lead: Lead, changes: dict[str, Any]) -> None:
    """A claim is on the lead's own company, and no move precedes the first signal."""
    if changes.get("company_id", lead.company_id) != lead.company_id:
        held = select(Claim.id).where(col(Claim.lead_id) == lead.id, stands(Claim))
        if (await session.exec(held.limit(1))).first() is not None:
            raise invalid("/company_id", "company_claimed")
    if changes.get("received_on", lead.received_on) > lead.received_on:
        first_on = (await session.exec(_first_move_on(lead))).one()
        if first_on is not None and first_on < changes["received_on"]:
            raise invalid("/received_on", "received_after_move", day=first_on.isoformat())


def _check_credit(caller: Caller, *, is_mine: bool) -> None:
    """How much of a lead is credited is said by who recognises, and is not paid by it."""
    if caller.role not in RECOGNISERS:
        raise Problem("forbidden")
    if is_mine:
        raise Problem("own_credit")


async def has_part_today(session: AsyncSession, caller: Caller, lead: Lead) -> bool:
    """Whether the caller owns a lead or is one of its members."""
    query = select(Lead.id).where(col(Lead.id) == lead.id, is_own(Lead))
    return (await session.exec(query.params(**caller.binds))).first() is not None


def _first_move_on(lead: Lead) -> Any:
    """The day of the first move that counts or is asked for."""
    return select(sa.func.min(StageTransition.event_on)).where(
        col(StageTransition.lead_id) == lead.id,
        col(StageTransition.status).in_((TransitionStatus.pending, TransitionStatus.recognised)),
    )


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
    await lead_clocks.posted(session, lead.id)
