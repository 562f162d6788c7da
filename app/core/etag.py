"""`If-Match`: every change names the version it was made against (RFC 9110 §13.1.1)."""

import re

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.audit import AuditEntry
from app.core.base import Record
from app.core.errors import Problem, invalid_parameter

_TAG = re.compile(r'(?:W/)?"v(\d{1,9})"')


def version_in(header: str | None) -> int:
    """The version in an `If-Match` header: 428 without one, 422 where it is no tag of ours."""
    if header is None:
        raise Problem("precondition_required")
    match = _TAG.fullmatch(header.strip())
    if match is None:
        raise invalid_parameter("If-Match", "etag_form")
    return int(match[1])


async def check_version(
    session: AsyncSession,
    record: Record,
    version: int,
    fields: frozenset[str] = frozenset(),
) -> None:
    """412 with the current version and the fields that both sides changed.

    Between this look and the UPDATE the version in the UPDATE's WHERE keeps watch.
    """
    if record.version == version:
        return
    clashing = await _changed_since(session, record, version) & fields if fields else set[str]()
    extra = {"current_version": record.version, "clashing_fields": sorted(clashing)}
    raise Problem("stale_version", extra=extra)


async def _changed_since(session: AsyncSession, record: Record, version: int) -> set[str]:
    query = select(sa.func.jsonb_object_keys(AuditEntry.changes)).where(
        col(AuditEntry.entity_id) == record.id, col(AuditEntry.entity_version) > version
    )
    return set((await session.exec(query)).all())
