"""Linking nodes of one chain."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.models.chain_links import ChainLink, ChainLinkCreate
from app.models.chain_nodes import ChainNode


async def create(session: AsyncSession, payload: ChainLinkCreate) -> ChainLink:
    """A new link; 422 where its ends are no two nodes of one chain."""
    ends = {payload.from_node_id, payload.to_node_id}
    query = select(ChainNode.id, ChainNode.industry_chain_id).where(col(ChainNode.id).in_(ends))
    chains: dict[UUID, UUID] = dict(list(await session.exec(query)))
    chain_id = payload.check_ends(chains)
    return await records.add(session, ChainLink, payload, industry_chain_id=chain_id)
