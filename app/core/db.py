"""One database, two ways in: SQLModel sessions for writes and rules, asyncpg's own pool for reads.

The read pool skips the ORM and any transaction (one statement is its own snapshot); the measured
gain and the figures are in `docs/performance.md`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.config import DRIVER

# Bounds on what one request may cost, and so on how old an uncommitted ledger entry can be.
LONGEST_TRANSACTION_SECONDS = 30
# Each number of rows is a statement of its own to prepare and keep: few of them, none long.
INSERTED_AT_ONCE = 50
SERVER_SETTINGS = {
    "application_name": "yinfeng",
    "timezone": "UTC",
    "jit": "off",
    # Starting workers takes 20 ms or more, by the default as much as 250 pages read at random.
    "parallel_setup_cost": "10000",
    # Names less alike are not looked at: with the default of 0.3 five times as long.
    "pg_trgm.similarity_threshold": "0.5",
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": f"{LONGEST_TRANSACTION_SECONDS}000",
}


class ReadConnection(asyncpg.Connection):
    """A pooled connection that is never changed by a read, so that release costs no round trip."""

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


class Database:
    """The engine for sessions and the pool for reads; opened once per process."""

    def __init__(self, url: str, pool_size: int) -> None:
        self.url, self.pool_size = url, pool_size
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            # As asyncpg's own: the connection used last has its plans ready.
            pool_use_lifo=True,
            pool_pre_ping=False,
            insertmanyvalues_page_size=INSERTED_AT_ONCE,
            connect_args={
                "server_settings": SERVER_SETTINGS,
                "statement_cache_size": 500,
                "max_cacheable_statement_size": 0,
            },
        )
        # One INSERT for many rows, also where nothing has to come back: off for asyncpg by default.
        self.engine.dialect.use_insertmanyvalues_wo_returning = True
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self._pool: asyncpg.Pool | None = None
        # An export keeps a connection for minutes: half of them stay for everybody else.
        self.exports = asyncio.Semaphore(max(1, pool_size // 2))

    @property
    def dsn(self) -> str:
        """The URL as asyncpg itself takes it."""
        return self.url.replace(DRIVER, "postgresql://", 1)

    async def reads(self) -> asyncpg.Pool:
        """The read pool, opened on first use so that the server can start before its database."""
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                self.dsn,
                min_size=0,
                max_size=self.pool_size,
                connection_class=ReadConnection,
                server_settings=SERVER_SETTINGS,
                statement_cache_size=1000,
                # asyncpg would not keep a statement of more than 15 KB; `allowed_actions` alone is.
                max_cacheable_statement_size=0,
                max_cached_statement_lifetime=0,
            )
        return self._pool

    async def close(self) -> None:
        """Return every connection."""
        if self._pool is not None:
            await self._pool.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, **info: Any) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends well; for commands, which may take long."""
        async with self.sessions(info=info) as session:
            await (await session.connection()).exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield session
            await session.commit()


async def driver(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection inside a session's transaction, for the read path."""
    connection: Any = await (await session.connection()).get_raw_connection()
    return connection.driver_connection
