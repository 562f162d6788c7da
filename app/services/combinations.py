"""Combinations: changing their parts, and which of them a lead may belong to."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.errors import Problem, invalid
from app.models.chain_nodes import ChainNode
from app.models.combinations import Combination, CombinationStatus, CombinationUpdate
from app.models.leads import Lead
from app.models.ledger_entries import LedgerEntry, Scope
from app.models.pipeline import Stage, order
from app.services.access import Caller, claimed


async def update(
    session: AsyncSession,
    caller: Caller,
    combination_id: UUID,
    payload: CombinationUpdate,
    if_match: int,
) -> None:
    """Change a unit; 409 for another chain while leads stand at nodes of this one."""
    fields = frozenset(payload.changes())
    row = await claimed(session, Combination, caller, combination_id, if_match, fields=fields)
    chain_id = row.industry_chain_id
    await records.change(session, row, payload)
    if chain_id != row.industry_chain_id and await _has_nodes(session, row):
        raise Problem("in_use")


async def _has_nodes(session: AsyncSession, row: Combination) -> bool:
    query = select(Lead.id).where(
        col(Lead.combination_id) == row.id, col(Lead.chain_node_id).is_not(None)
    )
    return (await session.exec(query.limit(1))).first() is not None


async def delete(
    session: AsyncSession, caller: Caller, combination_id: UUID, if_match: int
) -> None:
    """Remove a unit; 409 while anything points to it or was ever counted for it."""
    row = await claimed(session, Combination, caller, combination_id, if_match)
    entries = select(LedgerEntry.id).where(
        col(LedgerEntry.scope) == Scope.combination, col(LedgerEntry.scope_id) == row.id
    )
    if (await session.exec(entries.limit(1))).first() is not None:
        raise Problem("in_use")
    await records.remove(session, row)


async def check_place(session: AsyncSession, lead: Lead, changes: dict[str, Any]) -> None:
    """The unit a lead is given works; its node is of the unit's chain; in talks it keeps one."""
    if not {"combination_id", "chain_node_id"} & set(changes):
        return
    if lead.combination_id is None and order(lead.stage) >= order(Stage.negotiating):
        raise invalid("/combination_id", "combination_needed")
    unit = await _unit(session, lead.combination_id)
    if "combination_id" in changes and unit and unit.status is CombinationStatus.closed:
        raise invalid("/combination_id", "combination_closed")
    await _check_node(session, lead.chain_node_id, unit)


async def _unit(session: AsyncSession, combination_id: UUID | None) -> Combination | None:
    """Locked against another chain until the lead that stands at its nodes is written."""
    if combination_id is None:
        return None
    query = select(Combination).where(col(Combination.id) == combination_id)
    unit = (await session.exec(query.with_for_update(read=True))).one_or_none()
    if unit is None:
        raise invalid("/combination_id", "reference_not_found")
    return unit


async def _check_node(
    session: AsyncSession, node_id: UUID | None, unit: Combination | None
) -> None:
    if node_id is None:
        return
    query = select(ChainNode.industry_chain_id).where(col(ChainNode.id) == node_id)
    chain_id = (await session.exec(query)).one_or_none()
    if chain_id is None:
        raise invalid("/chain_node_id", "reference_not_found")
    if unit is None or unit.industry_chain_id != chain_id:
        raise invalid("/chain_node_id", "node_outside_combination")
