"""Chain links."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.chain_links import (
    ChainLink,
    ChainLinkCreate,
    ChainLinkQuery,
    ChainLinkRead,
    ChainLinkUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import chain_links
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/chain-links", tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.chains_write)]


@router.get("", dependencies=READ, response_model=Page[ChainLinkRead])
async def list_chain_links(
    reader: ReaderDep, query: Annotated[ChainLinkQuery, asked(ChainLinkQuery)]
) -> Response:
    """The links of all chains."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=ChainLinkRead)
async def create_chain_link(write: WriteDep, payload: ChainLinkCreate) -> Response:
    """Link two nodes of one chain; each ordered pair once."""
    row = await chain_links.create(write.session, payload)
    return await write.created(ChainLinkRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=ChainLinkRead)
async def get_chain_link(reader: ReaderDep, link_id: IdPath, view: ViewDep) -> Response:
    """One link."""
    return await reader.one(ChainLinkRead, link_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=ChainLinkRead)
async def update_chain_link(change: ChangeDep, payload: ChainLinkUpdate) -> Response:
    """Change a link's strength, basis or source."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, ChainLink, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(ChainLinkRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_chain_link(change: ChangeDep) -> None:
    """Remove a link."""
    row = await claimed(change.session, ChainLink, change.caller, change.id, change.version)
    await records.remove(change.session, row)
