"""Presence of local companies at chain nodes."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.node_presences import (
    NodePresenceCreate,
    NodePresenceQuery,
    NodePresenceRead,
    NodePresenceUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import node_presences

router = APIRouter(prefix=f"{API}/node-presences", tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.presences_write)]


@router.get("", dependencies=READ, response_model=Page[NodePresenceRead])
async def list_node_presences(
    reader: ReaderDep, query: Annotated[NodePresenceQuery, asked(NodePresenceQuery)]
) -> Response:
    """Who is at which node; `company_id` gives a company's nodes."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=NodePresenceRead)
async def create_node_presence(write: WriteDep, payload: NodePresenceCreate) -> Response:
    """State that a company is at a node; each pair once."""
    row = await node_presences.create(write.session, write.caller, payload)
    return await write.created(NodePresenceRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=NodePresenceRead)
async def get_node_presence(reader: ReaderDep, presence_id: IdPath, view: ViewDep) -> Response:
    """One presence."""
    return await reader.one(NodePresenceRead, presence_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=NodePresenceRead)
async def update_node_presence(change: ChangeDep, payload: NodePresenceUpdate) -> Response:
    """Change a presence; another share or other days have to be verified again."""
    await node_presences.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(NodePresenceRead)


@router.post(
    "/{id:uuid}/verifications",
    status_code=201,
    dependencies=[needs(Permission.presences_verify)],
    response_model=NodePresenceRead,
)
async def verify_node_presence(change: ChangeDep) -> Response:
    """Vouch for what somebody else stated. Answers the presence."""
    await node_presences.verify(change.session, change.caller, change.id, change.version)
    return await change.changed(NodePresenceRead, 201)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_node_presence(change: ChangeDep) -> None:
    """Remove a presence that was never verified; one that was ends with `to_on`."""
    await node_presences.delete(change.session, change.caller, change.id, change.version)
