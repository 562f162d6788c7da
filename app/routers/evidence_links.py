"""Evidence links: which fact a file shows."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.evidence_links import EvidenceLinkCreate, EvidenceLinkQuery, EvidenceLinkRead
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import evidence_links

router = APIRouter(prefix=f"{API}/evidence-links", tags=["evidence"], route_class=Endpoint)
READ, WRITE = [needs(Permission.evidence_read)], [needs(Permission.evidence_write)]


@router.get("", dependencies=READ, response_model=Page[EvidenceLinkRead])
async def list_evidence_links(
    reader: ReaderDep, query: Annotated[EvidenceLinkQuery, asked(EvidenceLinkQuery)]
) -> Response:
    """What shows what: `subject_id` gives a fact's evidence, `expand=file` the files."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=EvidenceLinkRead)
async def attach_evidence(write: WriteDep, payload: EvidenceLinkCreate) -> Response:
    """Attach a file to a lead, visit, stage transition or agreement."""
    row = await evidence_links.attach(write.session, write.caller, payload)
    return await write.created(EvidenceLinkRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=EvidenceLinkRead)
async def get_evidence_link(reader: ReaderDep, link_id: IdPath, view: ViewDep) -> Response:
    """One link."""
    return await reader.one(EvidenceLinkRead, link_id, view)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def detach_evidence(change: ChangeDep) -> None:
    """Take a file from a fact while nothing recognised relies on it."""
    await evidence_links.detach(change.session, change.caller, change.id, change.version)
