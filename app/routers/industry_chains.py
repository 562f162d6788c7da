"""Industry chains and their graphs."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.chain_graphs import ChainGraph, GraphQuery
from app.models.industry_chains import (
    IndustryChain,
    IndustryChainCreate,
    IndustryChainQuery,
    IndustryChainRead,
    IndustryChainUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import chain_graphs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/industry-chains", tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.chains_write)]


@router.get("", dependencies=READ, response_model=Page[IndustryChainRead])
async def list_industry_chains(
    reader: ReaderDep, query: Annotated[IndustryChainQuery, asked(IndustryChainQuery)]
) -> Response:
    """The zone's chains, the first industry first."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=IndustryChainRead)
async def create_industry_chain(write: WriteDep, payload: IndustryChainCreate) -> Response:
    """Open an empty chain."""
    row = await records.add(write.session, IndustryChain, payload)
    return await write.created(IndustryChainRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=IndustryChainRead)
async def get_industry_chain(reader: ReaderDep, chain_id: IdPath, view: ViewDep) -> Response:
    """One chain."""
    return await reader.one(IndustryChainRead, chain_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=IndustryChainRead)
async def update_industry_chain(change: ChangeDep, payload: IndustryChainUpdate) -> Response:
    """Change a chain; one that is given up becomes inactive."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, IndustryChain, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(IndustryChainRead)


@router.get("/{id:uuid}/graph", dependencies=READ, response_model=ChainGraph)
async def get_chain_graph(
    reader: ReaderDep, chain_id: IdPath, query: Annotated[GraphQuery, asked(GraphQuery)]
) -> Response:
    """The chain ready to draw: nodes with status, presence and coverage on a day, and links."""
    pool = await reader.db.reads()
    return json_response(await chain_graphs.graph(pool, reader.caller, chain_id, query.as_of))
