"""Stationings: whose days they are, and the ledger that counts them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.roles import Role
from app.models.stationings import Stationing, StationingCreate, StationingUpdate
from app.models.transition_decisions import ReversalCreate
from app.services import periods
from app.services.access import Caller, claimed
from app.services.activities import check_mine
from app.services.visit_subjects import team_paths


async def log(session: AsyncSession, caller: Caller, payload: StationingCreate) -> Stationing:
    """A closed span of days of one officer; 409 where the officer is stationed on one of them."""
    officer_id = payload.officer_id or caller.id
    paths = await team_paths(session, [officer_id])
    if officer_id not in paths:
        raise invalid("/officer_id", "reference_not_found")
    if caller.role is not Role.leader:
        check_mine(caller, paths[officer_id], officer_id)
    placed = {"officer_id": officer_id, "team_path": paths[officer_id]}
    row = Stationing.model_validate(payload.model_dump() | placed)
    row.check()
    await periods.check_day(session, row.from_on, row.late_reason)
    session.add(row)
    await _posted(session, row)
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    stationing_id: UUID,
    payload: StationingUpdate,
    if_match: int,
) -> None:
    """Correct a stationing; the ledger follows day by day."""
    changes = payload.changes()
    row = await _own(session, caller, stationing_id, if_match, frozenset(changes))
    changed = row.apply(changes)
    row.check()
    # Days in between come in too: the first one says whether there are late ones, as at first.
    changed |= {"from_on"} if "to_on" in changed else set()
    await periods.check_change(session, row, changed, "from_on")
    await _posted(session, row)


async def reverse(
    session: AsyncSession,
    caller: Caller,
    stationing_id: UUID,
    payload: ReversalCreate,
    if_match: int,
) -> None:
    """Take a stationing back: it stays and counts no more."""
    row = await _own(session, caller, stationing_id, if_match)
    row.take_back(caller.id, payload.reason)
    await _posted(session, row)


async def _own(
    session: AsyncSession,
    caller: Caller,
    stationing_id: UUID,
    if_match: int,
    fields: frozenset[str] = frozenset(),
) -> Stationing:
    row = await claimed(session, Stationing, caller, stationing_id, if_match, fields=fields)
    row.check_open()
    check_mine(caller, row.team_path, row.created_by_id, row.officer_id)
    return row


async def _posted(session: AsyncSession, row: Stationing) -> None:
    await session.flush()
    await ledger.post(session, Family.stationing, row.id)
