"""Uploading, handing out and sweeping evidence: a row never points to nothing.

The file is durable before its row commits. Whoever adds or takes away a content holds the lock of
its SHA-256 until the transaction ends, so the sweep cannot take what an upload counts on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import audit
from app.core.content import ContentError, media_type_of
from app.core.db import Database
from app.core.errors import Problem, invalid
from app.core.storage import Storage
from app.core.strict import FILE_LIMIT
from app.models.evidence_files import EvidenceFile, EvidenceUpload, readable_name
from app.services.access import Caller, readable

_AT_ONCE = 500
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('evidence ' || $1::text, 0))"


async def lock_content(session: AsyncSession, digest: str) -> None:
    """Be alone with a content until the transaction ends."""
    await (await session.connection()).exec_driver_sql(_LOCK, (digest,))


async def upload(
    session: AsyncSession, storage: Storage, payload: EvidenceUpload, content: bytes, name: str
) -> EvidenceFile:
    """Keep a file and say so. 413 above the limit, 422 for what is empty, unsafe or not a kind."""
    if len(content) > FILE_LIMIT:
        raise Problem("too_large")
    media_type, digest = await asyncio.to_thread(_judged, content)
    seen = {
        "name": readable_name(name),
        "media_type": media_type,
        "size": len(content),
        "sha256": digest,
    }
    file = EvidenceFile.model_validate(payload, update=seen)
    file.check_dates()
    await lock_content(session, digest)
    with _stored():
        await storage.keep(digest, content)
    session.add(file)
    await session.flush()
    return file


def _judged(content: bytes) -> tuple[str, str]:
    try:
        return media_type_of(content), sha256(content).hexdigest()
    except ContentError as error:
        raise invalid("/file", error.code) from error


@contextmanager
def _stored() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Problem("storage_unavailable") from error


async def content_of(storage: Storage, file: EvidenceFile) -> AsyncIterator[bytes]:
    """The bytes of a file in pieces; 503 where the storage does not give them."""
    with _stored():
        return await storage.pieces(file.sha256)


async def visible_file(session: AsyncSession, caller: Caller, file_id: UUID) -> EvidenceFile:
    """A file that the caller may read; 404 where it is absent or hidden."""
    query = readable(EvidenceFile, caller).where(col(EvidenceFile.id) == file_id)
    file = (await session.exec(query)).one_or_none()
    if file is None:
        raise Problem("not_found")
    return file


async def note_download(session: AsyncSession, caller: Caller, file: EvidenceFile) -> None:
    """Who took a file home; `changes` says which content."""
    changes = {"sha256": [None, file.sha256]}
    taken = audit.entry("download", EvidenceFile.__tablename__, file.id, caller.id, changes)
    await audit.write(session, [taken])


async def sweep(
    database: Database, storage: Storage, progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Take away what no row points to: uploads that died before their row. Answers how many.

    `progress` is told how many files were looked at and how many were removed.
    """
    looked_at = removed = 0
    async for digests in _slices(storage.digests()):
        for digest in await _unknown(database, digests):
            removed += await _remove(database, storage, digest)
        looked_at += len(digests)
        progress(looked_at, removed)
    return removed


async def _slices(digests: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    found: list[str] = []
    async for digest in digests:
        found.append(digest)
        if len(found) == _AT_ONCE:
            yield found
            found = []
    if found:
        yield found


async def _unknown(database: Database, digests: Sequence[str]) -> list[str]:
    async with database.sessions() as session:
        query = select(EvidenceFile.sha256).where(col(EvidenceFile.sha256).in_(digests))
        known = set((await session.exec(query)).all())
    return [digest for digest in digests if digest not in known]


async def _remove(database: Database, storage: Storage, digest: str) -> int:
    """Looked at again under the lock: an upload may have come in between."""
    async with database.transaction() as session:
        await lock_content(session, digest)
        if await _is_known(session, digest):
            return 0
        await storage.remove(digest)
    return 1


async def _is_known(session: AsyncSession, digest: str) -> bool:
    query = select(EvidenceFile.id).where(col(EvidenceFile.sha256) == digest).limit(1)
    return (await session.exec(query)).first() is not None
