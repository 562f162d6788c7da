"""Core statements compiled once and run as they are: no ORM, nothing built per request."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlmodel.ext.asyncio.session import AsyncSession

_DIALECT = asyncpg_dialect.dialect()
_DIALECT.paramstyle = "numeric_dollar"


@dataclass(frozen=True)
class Statement:
    """Compiled SQL and the names of its positional parameters."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]

    def arguments(self, binds: dict[str, Any]) -> list[Any]:
        """The parameters in order."""
        return [binds[name] if name in binds else self.fixed[name] for name in self.names]


def compiled(statement: Any) -> Statement:  # a select, or a change with RETURNING
    """Compile for asyncpg."""
    result: Any = statement.compile(dialect=_DIALECT)
    return Statement(str(result), tuple(result.positiontup or ()), dict(result.params))


async def first(session: AsyncSession, statement: Statement, binds: dict[str, Any]) -> Any:
    """The first row, inside the session's transaction; None where there is none.

    What the statement changes has to be audited by its caller: no listener sees it.
    """
    connection = await session.connection()
    found = await connection.exec_driver_sql(statement.sql, tuple(statement.arguments(binds)))
    return found.first()
