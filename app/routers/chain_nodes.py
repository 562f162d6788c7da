"""Chain nodes."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.chain_nodes import (
    ChainNode,
    ChainNodeCreate,
    ChainNodeQuery,
    ChainNodeRead,
    ChainNodeUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/chain-nodes", tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.chains_write)]


@router.get("", dependencies=READ, response_model=Page[ChainNodeRead])
async def list_chain_nodes(
    reader: ReaderDep, query: Annotated[ChainNodeQuery, asked(ChainNodeQuery)]
) -> Response:
    """The nodes of all chains by code, each with the status last declared."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ChainNodeRead)
async def create_chain_node(write: WriteDep, payload: ChainNodeCreate) -> Response:
    """Add a node to a chain; its code is unique there."""
    row = await records.add(write.session, ChainNode, payload)
    return await write.created(ChainNodeRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ChainNodeRead)
async def get_chain_node(reader: ReaderDep, node_id: IdPath, view: ViewDep) -> Response:
    """One node."""
    return await reader.one(ChainNodeRead, node_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ChainNodeRead)
async def update_chain_node(change: ChangeDep, payload: ChainNodeUpdate) -> Response:
    """Change a node; it stays in its chain."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, ChainNode, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(ChainNodeRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_chain_node(change: ChangeDep) -> None:
    """Remove a node that no link, presence or status points to."""
    row = await claimed(change.session, ChainNode, change.caller, change.id, change.version)
    await records.remove(change.session, row)
