"""Evidence files: upload, what they are, their content."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, UploadFile
from starlette.responses import StreamingResponse

from app.core.content import ENDINGS
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import holds
from app.core.types import BusinessDate
from app.models.evidence_files import (
    EvidenceFile,
    EvidenceFileQuery,
    EvidenceFileRead,
    EvidenceKind,
    EvidenceUpload,
)
from app.models.roles import Permission
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import evidence_files

router = APIRouter(prefix=f"{API}/evidence-files", tags=["evidence"], route_class=Endpoint)
READ = [needs(Permission.evidence_read)]
# The browser saves what it gets, believes the type and runs nothing.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


class Content(Response):
    """Any kind of file, for the documentation."""

    media_type = None


@router.get("", dependencies=READ, response_model=Page[EvidenceFileRead])
async def list_evidence_files(
    reader: ReaderDep, query: Annotated[EvidenceFileQuery, asked(EvidenceFileQuery)]
) -> Response:
    """The caller's own that are not attached yet, and those attached to what the caller sees."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.evidence_write)],
    response_model=EvidenceFileRead,
)
async def upload_evidence_file(
    write: WriteDep,
    file: UploadFile,
    kind: Annotated[EvidenceKind, Form()],
    dated_on: Annotated[BusinessDate | None, Form()] = None,
) -> Response:
    """Upload at most 20 MB of PDF, JPEG, PNG, WebP, DOCX, XLSX or OFD, judged by the content."""
    payload = EvidenceUpload(kind=kind, dated_on=dated_on)
    storage = write.request.app.state.storage
    content, name = await file.read(), file.filename or ""
    row = await evidence_files.upload(write.session, storage, payload, content, name)
    return await write.created(EvidenceFileRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=EvidenceFileRead)
async def get_evidence_file(reader: ReaderDep, file_id: IdPath, view: ViewDep) -> Response:
    """What is known of one file."""
    return await reader.one(EvidenceFileRead, file_id, view)


@router.get(
    "/{id:uuid}/content",
    dependencies=READ,
    response_class=Content,
    responses={200: {"content": dict.fromkeys(ENDINGS, _BYTES), "description": "The bytes."}},
)
async def get_evidence_content(request: Request, file_id: IdPath) -> Response:
    """The bytes as an attachment; each download is in the audit log. The ETag is the SHA-256."""
    state, caller = request.app.state, request.state.caller
    async with state.db.sessions() as session:
        file = await evidence_files.visible_file(session, caller, file_id)
        tag = f'"{file.sha256}"'
        if holds(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers={"ETag": tag})
        pieces = await evidence_files.content_of(state.storage, file)
        await evidence_files.note_download(session, caller, file)
        await session.commit()
    return StreamingResponse(pieces, headers=_headers(file, tag), media_type=file.media_type)


def _headers(file: EvidenceFile, tag: str) -> dict[str, str]:
    saved = {"Content-Disposition": f'attachment; filename="{file.served_name}"'}
    return {**_HARMLESS, **saved, "Content-Length": str(file.size), "ETag": tag}
