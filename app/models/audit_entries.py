"""The audit log as answered; the table is written by `core/audit.py`."""

from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import SQLModel

from app.core.audit import AuditEntry
from app.core.base import ReadShape
from app.core.listing import list_query
from app.core.types import Instant


class AuditEntryRead(ReadShape):
    """One change; `changes` maps a field to `[before, after]`, secrets hidden."""

    table: ClassVar[type[SQLModel]] = AuditEntry
    id: UUID
    at: Instant
    actor_id: UUID | None
    action: str
    entity: str
    entity_id: UUID
    entity_version: int | None
    request_id: str
    changes: dict[str, Any]


class AuditEntryQuery(
    list_query(
        AuditEntryRead,
        filters=("at", "actor_id", "action", "entity", "entity_id", "request_id"),
        sorts=("at",),
    )
):
    """Parameters of the audit log."""
