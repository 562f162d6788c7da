"""Statuses of chain nodes: declared, never changed."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.node_statuses import NodeStatusCreate, NodeStatusQuery, NodeStatusRead
from app.models.roles import Permission
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import node_statuses

router = APIRouter(prefix=f"{API}/node-statuses", tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.statuses_write)]


@router.get("", dependencies=READ, response_model=Page[NodeStatusRead])
async def list_node_statuses(
    reader: ReaderDep, query: Annotated[NodeStatusQuery, asked(NodeStatusQuery)]
) -> Response:
    """What was declared of nodes; `chain_node_id` gives a node's history, newest first."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=NodeStatusRead)
async def declare_node_status(write: WriteDep, payload: NodeStatusCreate) -> Response:
    """Declare a node strong, weak or missing from a day on; of one day the last one holds."""
    row = await node_statuses.declare(write.session, payload)
    return await write.created(NodeStatusRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=NodeStatusRead)
async def get_node_status(reader: ReaderDep, status_id: IdPath, view: ViewDep) -> Response:
    """One declaration."""
    return await reader.one(NodeStatusRead, status_id, view)
