"""Plain records: create, change and remove for nouns that have no rule of their own."""

from typing import Any, TypeVar

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Patch, Record
from app.core.clock import now

AnyRecord = TypeVar("AnyRecord", bound=Record)


async def add(
    session: AsyncSession,
    model: type[AnyRecord],
    payload: SQLModel,
    **placed: Any,
) -> AnyRecord:
    """A new row from a create shape; table models do not validate by themselves."""
    record = model.model_validate(payload, update=placed)
    session.add(record)
    await session.flush()
    return record


async def change(session: AsyncSession, record: AnyRecord, payload: Patch) -> AnyRecord:
    """Apply a merge patch; what is equal already changes nothing."""
    record.apply(payload.changes())
    await session.flush()
    return record


async def trash(session: AsyncSession, record: Any) -> None:  # has `deleted_at`
    """Hide a row; it stays."""
    record.deleted_at = now()
    await session.flush()


async def remove(session: AsyncSession, record: Record) -> None:
    """Take a row away; 409 while anything points to it. The audit log keeps what it held."""
    await session.delete(record)
    await session.flush()
