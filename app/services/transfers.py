"""Transfers: leads change their owner, all or none; undone while nothing has changed since."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core.bulk import change_all
from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.models.lead_actions import is_in_team
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.officers import Officer
from app.models.roles import Role
from app.models.transfers import (
    MOST_LEADS,
    Transfer,
    TransferCreate,
    TransferDryRun,
    TransferLead,
    TransferLeadRead,
)
from app.models.transition_decisions import ReversalCreate
from app.services.access import Caller, claimed, readable
from app.services.handovers import Seat, hand_over, opened
from app.services.teams import officers_of


async def create(
    session: AsyncSession, caller: Caller, payload: TransferCreate
) -> Transfer | TransferDryRun:
    """Hand leads in reach to an officer: owner, team and the owner's seat move, nothing else."""
    payload.check_subject()
    wanted = {"/to_officer_id": payload.to_officer_id}
    to = (await officers_of(session, wanted))[payload.to_officer_id]
    if caller.role is Role.team_lead and to.team_id not in caller.team_ids:
        raise invalid("/to_officer_id", "owner_out_of_reach")
    leads = await _leads(session, caller, payload)
    _check_owners(payload, leads, to)
    before = [_before(lead) for lead in leads]
    if payload.dry_run:
        return TransferDryRun(
            to_officer_id=to.id,
            to_team_id=to.team_id,
            lead_count=len(leads),
            leads=before,
        )
    return await _carried_out(session, payload, to, leads, before)


async def _carried_out(
    session: AsyncSession,
    payload: TransferCreate,
    to: Officer,
    leads: Sequence[Lead],
    before: Sequence[TransferLeadRead],
) -> Transfer:
    placed = {"to_team_id": to.team_id, "lead_count": len(leads)}
    transfer = Transfer.model_validate(
        payload.model_dump(include={"to_officer_id", "reason"}) | placed
    )
    session.add(transfer)
    await session.flush()
    seats = await hand_over(session, leads, to)
    session.add_all(
        _row(transfer, place, held, seats[held.lead_id]) for place, held in enumerate(before)
    )
    await session.flush()
    return transfer


def _before(lead: Lead) -> TransferLeadRead:
    return TransferLeadRead(
        lead_id=lead.id, from_officer_id=lead.owner_id, from_team_id=lead.team_id
    )


def _row(transfer: Transfer, place: int, held: TransferLeadRead, seat: Seat) -> TransferLead:
    return TransferLead(
        transfer_id=transfer.id,
        place=place,
        seat_id=seat.seat and seat.seat.id,
        left_ids=seat.left_ids,
        **held.model_dump(),
    )


async def _leads(session: AsyncSession, caller: Caller, payload: TransferCreate) -> Sequence[Lead]:
    """The leads named, locked in one order so that two transfers never wait for each other."""
    query = _transferable(caller).order_by(col(Lead.id)).with_for_update(of=Lead)
    if payload.from_officer_id is None:
        leads = (await session.exec(query.where(_is_one_of(payload.lead_ids)))).all()
        _check_found(payload.lead_ids, {lead.id for lead in leads})
        return leads
    owned = query.where(col(Lead.owner_id) == payload.from_officer_id)
    leads = (await session.exec(owned.limit(MOST_LEADS + 1))).all()
    if not leads:
        raise invalid("/from_officer_id", "no_leads")
    if len(leads) > MOST_LEADS:
        raise invalid("/from_officer_id", "too_many_leads", limit=MOST_LEADS)
    return leads


def _transferable(caller: Caller) -> SelectOfScalar[Lead]:
    """Where a team lead is a mere member of another team's lead, it is not the team lead's."""
    query = readable(Lead, caller)
    if caller.role is Role.team_lead:
        query = query.where(sa.or_(col(Lead.owner_id) == caller.id, is_in_team(Lead)))
    return query


def _is_one_of(ids: Sequence[UUID]) -> sa.ColumnElement[bool]:
    return col(Lead.id) == sa.any_(sa.literal(list(ids), ARRAY(sa.Uuid)))


def _check_found(wanted: Sequence[UUID], known: set[UUID]) -> None:
    for place, lead_id in enumerate(wanted):
        if lead_id not in known:
            raise invalid(f"/lead_ids/{place}", "reference_not_found")


def _check_owners(payload: TransferCreate, leads: Sequence[Lead], to: Officer) -> None:
    owned = {lead.id for lead in leads if lead.owner_id == to.id}
    for place, lead_id in enumerate(payload.lead_ids):
        if lead_id in owned:
            raise invalid(f"/lead_ids/{place}", "already_owner")
    if owned:
        raise invalid("/to_officer_id", "already_owner")


async def reverse(
    session: AsyncSession,
    caller: Caller,
    transfer_id: UUID,
    payload: ReversalCreate,
    if_match: int,
) -> None:
    """Give the leads back, while owner and seat are as the transfer left them."""
    transfer = await claimed(session, Transfer, caller, transfer_id, if_match)
    if transfer.reversed_at is not None:
        raise Problem("already_reversed")
    rows = await _rows(session, transfer)
    lead_ids = [row.lead_id for row in rows]
    query = _transferable(caller).where(_is_one_of(lead_ids)).order_by(col(Lead.id))
    leads = (await session.exec(query.with_for_update(of=Lead))).all()
    if len(leads) < len(rows):
        raise Problem("forbidden")
    await _give_back(session, transfer, rows, leads)
    transfer.reversed_at, transfer.reversed_by_id = now(), caller.id
    transfer.reversal_reason = payload.reason
    await session.flush()


async def _rows(session: AsyncSession, transfer: Transfer) -> Sequence[TransferLead]:
    query = select(TransferLead).where(col(TransferLead.transfer_id) == transfer.id)
    return (await session.exec(query.order_by(col(TransferLead.place)))).all()


async def _give_back(
    session: AsyncSession,
    transfer: Transfer,
    rows: Sequence[TransferLead],
    leads: Sequence[Lead],
) -> None:
    members = await _members(session, rows)
    seats = [members[row.seat_id] for row in rows if row.seat_id]
    held = {(lead.owner_id, lead.team_id) for lead in leads}
    if held != {(transfer.to_officer_id, transfer.to_team_id)} or any(s.to_on for s in seats):
        raise Problem("changed_since")
    back = [members[member_id] for row in rows for member_id in row.left_ids]
    session.add_all(opened(old.lead_id, old.officer_id, old) for old in back)
    await change_all(session, seats, to_on=today())
    before = {row.lead_id: (row.from_officer_id, row.from_team_id) for row in rows}
    for owner_id, team_id in dict.fromkeys(before.values()):
        group = [lead for lead in leads if before[lead.id] == (owner_id, team_id)]
        await change_all(session, group, owner_id=owner_id, team_id=team_id)


async def _members(session: AsyncSession, rows: Sequence[TransferLead]) -> dict[UUID, LeadMember]:
    ids = [member_id for row in rows for member_id in (row.seat_id, *row.left_ids) if member_id]
    query = select(LeadMember).where(col(LeadMember.id) == sa.any_(sa.literal(ids, ARRAY(sa.Uuid))))
    return {member.id: member for member in await session.exec(query)}
