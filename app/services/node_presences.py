"""Presence at nodes: stated by one officer, verified by another, ended rather than forgotten."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.clock import today
from app.core.errors import Problem
from app.models.node_presences import NodePresence, NodePresenceCreate, NodePresenceUpdate
from app.services.access import Caller, claimed
from app.services.companies import check_present


async def create(
    session: AsyncSession, caller: Caller, payload: NodePresenceCreate
) -> NodePresence:
    """A new presence; a company stands once at a node."""
    await check_present(session, payload.company_id)
    row = NodePresence.model_validate(payload, update={"stated_by_id": caller.id})
    row.check_days()
    session.add(row)
    await session.flush()
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    presence_id: UUID,
    payload: NodePresenceUpdate,
    if_match: int,
) -> None:
    """Change a presence; another share or other days have to be verified again."""
    changes = payload.changes()
    row = await claimed(
        session, NodePresence, caller, presence_id, if_match, fields=frozenset(changes)
    )
    row.state(changes, caller.id)
    await session.flush()


async def verify(session: AsyncSession, caller: Caller, presence_id: UUID, if_match: int) -> None:
    """Vouch for what somebody else stated, today; 403 for one's own statement."""
    row = await claimed(session, NodePresence, caller, presence_id, if_match)
    if row.stated_by_id == caller.id:
        raise Problem("self_recognition")
    row.apply({"verified_by_id": caller.id, "verified_on": today()})
    await session.flush()


async def delete(session: AsyncSession, caller: Caller, presence_id: UUID, if_match: int) -> None:
    """Remove what was never verified; 409 for the rest: it ends with `to_on`."""
    row = await claimed(session, NodePresence, caller, presence_id, if_match)
    if row.verified_on is not None:
        raise Problem("presence_verified")
    await records.remove(session, row)
