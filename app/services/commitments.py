"""Commitments: entered with what the law asks for, decided by somebody else, counted in R14."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.commitments import (
    Commitment,
    CommitmentCreate,
    CommitmentDecision,
    CommitmentUpdate,
)
from app.models.leads import Lead
from app.services.access import Caller, check_reach, claimed, lead_in_reach
from app.services.teams import paths_of


async def create(session: AsyncSession, caller: Caller, payload: CommitmentCreate) -> Commitment:
    """A promise on a lead in reach; 422 where the law asks for a review that it lacks."""
    lead = await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    paths = await paths_of(session, [lead.owner_id])
    stamped = {
        "owner_id": lead.owner_id,
        "team_path": paths[lead.owner_id],
        "mechanism": lead.mechanism,
        "company_id": lead.company_id,
        "combination_id": lead.combination_id,
    }
    row = Commitment.model_validate(payload, update=stamped)
    row.check_entries()
    session.add(row)
    await session.flush()
    await ledger.post(session, Family.commitment, row.id)
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    commitment_id: UUID,
    payload: CommitmentUpdate,
    if_match: int,
) -> None:
    """Change an open promise; the law is asked again."""
    changes = payload.changes()
    row = await _claimed(session, caller, commitment_id, if_match, frozenset(changes))
    row.check_open()
    row.apply(changes)
    row.check_entries()
    await session.flush()


async def decide(
    session: AsyncSession,
    caller: Caller,
    commitment_id: UUID,
    payload: CommitmentDecision,
    if_match: int,
) -> None:
    """Kept, broken or waived; nobody decides on the own entry."""
    row = await _claimed(session, caller, commitment_id, if_match)
    row.decide(payload.decision, payload.reason, caller.id)
    await session.flush()
    await ledger.post(session, Family.commitment, row.id)


async def _claimed(
    session: AsyncSession,
    caller: Caller,
    commitment_id: UUID,
    if_match: int,
    fields: frozenset[str] = frozenset(),
) -> Commitment:
    row = await claimed(session, Commitment, caller, commitment_id, if_match, fields=fields)
    lead = await session.get_one(Lead, row.lead_id)
    await check_reach(session, lead, caller)
    return row
