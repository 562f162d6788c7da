"""What points to a record, read from the foreign keys of all tables: later nouns are included."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import Row


@dataclass(frozen=True)
class Reference:
    """A column whose values are ids of the table asked about."""

    model: type[Row]
    column: str

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.model.__tablename__}.{self.column}"


@cache
def references_to(model: Any) -> tuple[Reference, ...]:
    """Every mapped column that points to the table; ids of a table that points to itself stay."""
    mappers = sorted(_mappers(), key=lambda mapper: str(mapper.local_table.name))
    return tuple(
        Reference(mapper.class_, column.name)
        for mapper in mappers
        if mapper.class_ is not model
        for column in mapper.local_table.columns
        if any(key.column.table is model.__table__ for key in column.foreign_keys)
    )


def _mappers() -> Iterator[Any]:
    return iter(SQLModel._sa_registry.mappers)  # noqa: SLF001  SQLModel offers no other way


async def rows_at(session: AsyncSession, reference: Reference, record_id: UUID) -> list[Row]:
    """The rows that point to a record."""
    column = col(getattr(reference.model, reference.column))
    query = select(reference.model).where(column == record_id)
    return list((await session.exec(query.order_by(col(reference.model.id)))).all())


async def clashing_at(
    session: AsyncSession, reference: Reference, record_id: UUID, other_id: UUID
) -> set[UUID]:
    """Those that may not point to the other record, because a unique row does so already."""
    found: set[UUID] = set()
    table: Any = sa.inspect(reference.model).local_table
    for index in table.indexes:
        names = [column.name for column in index.columns]
        if index.unique and reference.column in names:
            found |= set(await session.exec(_clashing(reference, names, record_id, other_id)))
    return found


def _clashing(reference: Reference, names: list[str], record_id: UUID, other_id: UUID) -> Any:
    mine: Any = reference.model
    theirs: Any = aliased(reference.model)
    same = [getattr(mine, n) == getattr(theirs, n) for n in names if n != reference.column]
    there = select(theirs.id).where(getattr(theirs, reference.column) == other_id, *same)
    return select(mine.id).where(getattr(mine, reference.column) == record_id, there.exists())
