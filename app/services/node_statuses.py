"""Declaring how strong the zone is at a node: days only go forward, so that history stands."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.clock import today
from app.core.errors import invalid
from app.models.chain_nodes import ChainNode
from app.models.node_statuses import (
    NodeStatus,
    NodeStatusCreate,
    NodeStatusEntry,
    status_of,
)


async def declare(session: AsyncSession, payload: NodeStatusCreate) -> NodeStatusEntry:
    """A new status from a day on, which is not before the last one's and not after today.

    The node is locked, so that of two equal declarations at once one is refused.
    """
    query = select(ChainNode).where(col(ChainNode.id) == payload.chain_node_id)
    node = (await session.exec(query.with_for_update(key_share=True))).one_or_none()
    if node is None:
        raise invalid("/chain_node_id", "reference_not_found")
    if payload.from_on > today():
        raise invalid("/from_on", "date_in_future")
    last = await _last(session, payload)
    if last is not None and payload.from_on < last.from_on:
        raise invalid("/from_on", "status_before_last", last=last.from_on)
    if last is not None and payload.status == last.status:
        raise invalid("/status", "status_unchanged", last=last.from_on)
    node.touch()
    return await records.add(session, NodeStatusEntry, payload)


async def status_on(session: AsyncSession, node_id: UUID | None, day: date) -> NodeStatus | None:
    """A node's status on a day by what has been declared so far; null without node or word."""
    if node_id is None:
        return None
    query = select(status_of(ChainNode, day)).where(col(ChainNode.id) == node_id)
    return (await session.exec(query)).one_or_none()


async def _last(session: AsyncSession, payload: NodeStatusCreate) -> NodeStatusEntry | None:
    newest = (col(NodeStatusEntry.from_on).desc(), col(NodeStatusEntry.id).desc())
    query = select(NodeStatusEntry).where(
        col(NodeStatusEntry.chain_node_id) == payload.chain_node_id
    )
    return (await session.exec(query.order_by(*newest).limit(1))).first()
