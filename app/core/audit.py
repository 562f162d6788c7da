"""An audit row for every change of every record, written by the session itself in the same flush.

Nothing calls this per write: a `before_flush` listener sees all that changed. Bulk statements would
slip past it, so they are refused unless they say that they write their own audit.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper, ORMExecuteState, UOWTransaction
from sqlmodel import Field, Session
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Record, Row, new_id
from app.core.clock import now
from app.core.logging import request_id
from app.core.search import Searchable

BULK_WITH_OWN_AUDIT = {"audited": True}
_HIDDEN = {"password_hash", "token_hash", "phone"}
_DERIVED = {"search_text", "name_sort", "name_keys", "normal_name", "version", "updated_at"}

_COLUMNS = "id, at, actor_id, action, entity, entity_id, entity_version, request_id, changes"
_INSERT = f"""
INSERT INTO audit_entries ({_COLUMNS})
SELECT {_COLUMNS} FROM jsonb_populate_recordset(NULL::audit_entries, $1::text::jsonb)
"""  # noqa: S608  our own columns
# A row of `audit_entries` as JSON.
Entry = dict[str, Any]


class AuditEntry(Row, table=True):
    """Who changed what, when and in which request; `changes` maps a field to `[before, after]`."""

    __tablename__ = "audit_entries"

    at: datetime = Field(default_factory=now, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    action: str
    entity: str
    entity_id: UUID
    entity_version: int | None = None
    request_id: str = Field(index=True)
    changes: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__: ClassVar[Any] = (sa.Index(None, "entity_id", "entity_version"),)


def install() -> None:
    """Attach the listeners; call once per process."""
    if not event.contains(Session, "before_flush", _before_flush):
        event.listen(Session, "before_flush", _before_flush)
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "do_orm_execute", _refuse_unaudited_bulk)


async def note(session: AsyncSession, action: str, rows: Sequence[Row]) -> None:
    """Audit what a bulk statement is about to do to some rows, changed in memory already."""
    actor_id = session.info.get("actor_id")
    if any(getattr(row, "changes_callers", False) for row in rows):
        session.info["changes_callers"] = True
    await write(session, [_entry(action, row, actor_id) for row in rows])


async def write(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Add entries that no flush makes."""
    connection = await session.connection()
    await connection.exec_driver_sql(_INSERT, (json.dumps(entries),))


def entry(
    action: str, entity: str, entity_id: UUID, actor_id: UUID | None, changes: dict[str, Any]
) -> Entry:
    """What somebody did in this request, now."""
    return {
        "id": str(new_id()),
        "at": now().isoformat(),
        "actor_id": actor_id and str(actor_id),
        "action": action,
        "entity": entity,
        "entity_id": str(entity_id),
        "entity_version": None,
        "request_id": request_id.get(),
        "changes": changes,
    }


def _before_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    actor_id = session.info.get("actor_id")
    changed = [item for item in session.dirty if session.is_modified(item)]
    for item in (*session.new, *changed, *session.deleted):
        if getattr(item, "changes_callers", False):
            session.info["changes_callers"] = True
    for item in (*session.new, *changed):
        _stamp(item, actor_id, is_new=item in session.new)
    session.info["audit"] = list(_entries(session, changed, actor_id))


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    """All entries of a flush in one statement; no rule ever loads them as objects."""
    rows = session.info.pop("audit")
    if rows:
        session.connection().exec_driver_sql(_INSERT, (json.dumps(rows),))


def _stamp(item: Any, actor_id: UUID | None, *, is_new: bool) -> None:
    if isinstance(item, Searchable):
        item.index_names()
    if isinstance(item, Record):
        if not is_new:
            item.updated_at = now()
        elif item.created_by_id is None:
            item.created_by_id = actor_id


def _entries(session: Session, changed: list[Any], actor_id: UUID | None) -> Iterator[Entry]:
    for action, items in (
        ("create", session.new),
        ("update", changed),
        ("delete", session.deleted),
    ):
        for item in items:
            if isinstance(item, Row) and getattr(item, "is_audited", True):
                yield _entry(action, item, actor_id)


def _entry(action: str, item: Row, actor_id: UUID | None) -> Entry:
    version = getattr(item, "version", None)
    made = entry(action, item.__tablename__, item.id, actor_id, _changes(action, item))
    made["entity_version"] = version + 1 if action == "update" and version else version
    return made


def _changes(action: str, item: Row) -> dict[str, Any]:
    names = _audited_columns(sa.inspect(item).mapper)
    if action == "create":
        return creation_changes({name: getattr(item, name) for name in names})
    if action == "delete":
        return {
            name: _change(name, before, None)
            for name in names
            if (before := getattr(item, name)) is not None
        }
    return dict(_differences(item, names))


@cache
def _audited_columns(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(a.key for a in mapper.column_attrs if a.key not in _DERIVED)


def _differences(item: Row, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    attributes = sa.inspect(item).attrs
    for name in names:
        history = attributes[name].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = getattr(item, name)
            if before is not None or after is not None:
                yield name, _change(name, before, after)


def creation_changes(values: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` of a new row, for bulk statements that write their own audit."""
    return {
        name: _change(name, None, value)
        for name, value in values.items()
        if name not in _DERIVED and value is not None
    }


def _change(name: str, before: Any, after: Any) -> list[Any]:
    return ["***", "***"] if name in _HIDDEN else [_plain(before), _plain(after)]


def _plain(value: Any) -> Any:
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _refuse_unaudited_bulk(state: ORMExecuteState) -> None:
    is_bulk = state.is_update or state.is_delete
    if is_bulk and not state.execution_options.get("audited"):
        message = "bulk statement would bypass the audit: pass BULK_WITH_OWN_AUDIT"
        raise RuntimeError(message)
