"""Changing or removing many rows in one statement, audited row by row.

The unit of work sends one UPDATE or DELETE per row, so its cost grows with their number.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.audit import BULK_WITH_OWN_AUDIT, note
from app.core.base import Record, Row
from app.core.clock import now


async def change_all(session: AsyncSession, rows: Sequence[Row], **values: Any) -> None:
    """Give all rows of one table the same values; they leave the session.

    The caller holds a lock that keeps others from changing them, since versions are not compared.
    """
    if not rows:
        return
    model: Any = type(rows[0])
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    await note(session, "update", rows)
    if issubclass(model, Record):
        values |= {"version": model.version + 1, "updated_at": now()}
    await _run(session, sa.update(model).values(values), rows)


async def remove_all(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Delete all rows of one table; they leave the session."""
    if rows:
        await note(session, "delete", rows)
        await _run(session, sa.delete(type(rows[0])), rows)


async def _run(session: AsyncSession, statement: Any, rows: Sequence[Row]) -> None:
    for row in rows:
        session.expunge(row)
    ids = sa.bindparam("ids", [row.id for row in rows], type_=ARRAY(sa.Uuid))
    options = {**BULK_WITH_OWN_AUDIT, "synchronize_session": False}
    model: Any = type(rows[0])
    await session.exec(statement.where(model.id == sa.any_(ids)), execution_options=options)
