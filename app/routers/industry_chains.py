"""Industry chains and their graphs."""

from typing import Annotated

from fastapi import APIRouter, Response, UploadFile

from app.core import records
from app.core.endpoint import Endpoint
from app.core.export import File, attachment, documented
from app.core.faults import refuse_faulty
from app.core.listing import Page
from app.core.reader import json_response
from app.models.chain_documents import ChainImportRead, DocumentQuery
from app.models.chain_gaps import ChainGaps
from app.models.chain_graphs import ChainGraph, GraphQuery
from app.models.industry_chains import (
    IndustryChain,
    IndustryChainCreate,
    IndustryChainQuery,
    IndustryChainRead,
    IndustryChainUpdate,
)
from app.models.roles import Permission
from app.routers.deps import (
    API,
    ChangeDep,
    IdPath,
    ReaderDep,
    SessionDep,
    ViewDep,
    WriteDep,
    asked,
    needs,
)
from app.services import chain_documents, chain_gaps, chain_graphs
from app.services.access import claimed

router = APIRouter(prefix=API, tags=["industry chains"], route_class=Endpoint)
READ, WRITE = [needs(Permission.chains_read)], [needs(Permission.chains_write)]


@router.get("/industry-chains", dependencies=READ, response_model=Page[IndustryChainRead])
async def list_industry_chains(
    reader: ReaderDep, query: Annotated[IndustryChainQuery, asked(IndustryChainQuery)]
) -> Response:
    """The zone's chains, the first industry first."""
    return await reader.page(query)


@router.post(
    "/industry-chains", status_code=201, dependencies=WRITE, response_model=IndustryChainRead
)
async def create_industry_chain(write: WriteDep, payload: IndustryChainCreate) -> Response:
    """Open an empty chain."""
    row = await records.add(write.session, IndustryChain, payload)
    return await write.created(IndustryChainRead, row.id)


@router.get("/industry-chains/{id:uuid}", dependencies=READ, response_model=IndustryChainRead)
async def get_industry_chain(reader: ReaderDep, chain_id: IdPath, view: ViewDep) -> Response:
    """One chain."""
    return await reader.one(IndustryChainRead, chain_id, view)


@router.patch("/industry-chains/{id:uuid}", dependencies=WRITE, response_model=IndustryChainRead)
async def update_industry_chain(change: ChangeDep, payload: IndustryChainUpdate) -> Response:
    """Change a chain; one that is given up becomes inactive."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, IndustryChain, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(IndustryChainRead)


@router.get("/industry-chains/{id:uuid}/graph", dependencies=READ, response_model=ChainGraph)
async def get_chain_graph(
    reader: ReaderDep, chain_id: IdPath, query: Annotated[GraphQuery, asked(GraphQuery)]
) -> Response:
    """The chain ready to draw: nodes with status, presence and coverage on a day, and links."""
    pool = await reader.db.reads()
    return json_response(await chain_graphs.graph(pool, reader.caller, chain_id, query.as_of))


@router.get("/industry-chains/{id:uuid}/gaps", dependencies=READ, response_model=ChainGaps)
async def get_chain_gaps(
    reader: ReaderDep, chain_id: IdPath, query: Annotated[GraphQuery, asked(GraphQuery)]
) -> Response:
    """How much each node is wanted on a day, the most wanted first, with every term."""
    pool = await reader.db.reads()
    return json_response(await chain_gaps.gaps(pool, reader.caller, chain_id, query.as_of))


@router.get(
    "/industry-chains/{id:uuid}/export",
    dependencies=READ,
    response_class=File,
    responses=documented("csv", "xlsx", "json"),
)
async def export_industry_chain(
    reader: ReaderDep, chain_id: IdPath, query: Annotated[DocumentQuery, asked(DocumentQuery)]
) -> Response:
    """Chain, nodes and links in one file, ready to be imported; without presence and status."""
    body = await chain_documents.export(reader.db, reader.caller, chain_id, query.format)
    return attachment(body, "industry_chain", query.format)


@router.post("/industry-chain-imports", status_code=201, dependencies=WRITE)
async def import_industry_chain(session: SessionDep, file: UploadFile) -> ChainImportRead:
    """Import a chain from CSV, XLSX or JSON: all of it or nothing; repeating it changes nothing.

    Nothing is removed. With faults it answers 422, and `report` names line and column.
    """
    report = await chain_documents.import_chain(session, await file.read(), file.filename or "")
    refuse_faulty(report)
    return report
