"""A cache that PostgreSQL empties: values hold until a trigger notifies that their source changed.

Each process listens on a connection of its own. While that is down nothing is kept, so that a lost
notification can never leave an old value in force.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

import asyncpg

from app.core.db import Database

Value = TypeVar("Value")
_log = logging.getLogger("yinfeng.notified")
_MOST, _RETRY_SECONDS, _PAUSE_SECONDS = 10_000, 1.0, 0.005


class NotifiedCache(Generic[Value]):
    """Values by key, each until its deadline or the next notification."""

    def __init__(self, db: Database, channel: str) -> None:
        self.db, self.channel = db, channel
        self.generation = 0
        self._values: dict[bytes, tuple[float, Value]] = {}
        self._connection: asyncpg.Connection | None = None

    def get(self, key: bytes) -> Value | None:
        """A value that is still good."""
        deadline, value = self._values.get(key, (0.0, None))
        return value if deadline > time.monotonic() else None

    def put(self, key: bytes, value: Value, seconds: float, generation: int) -> None:
        """Keep a value that was read when `generation` was current."""
        if self._connection is None or generation != self.generation:
            return
        if len(self._values) >= _MOST:
            self._values.clear()
        self._values[key] = (time.monotonic() + seconds, value)

    async def settle(self) -> None:
        """Return once all notifications of transactions committed before now have arrived.

        PostgreSQL hands them over before it answers the next command of the listening connection.
        Other processes were signalled in the same instant; the pause lets their loops read it.
        """
        if self._connection is not None:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._connection.execute("SELECT 1")
            await asyncio.sleep(_PAUSE_SECONDS)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen for as long as the block runs; reconnect when the connection is lost."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("not listening on %s: %s", self.channel, error)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(self.db.dsn)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(self.channel, self._forget)
            self._forget()
            self._connection = connection
            await lost.wait()
        finally:
            self._connection = None
            self._forget()
            await connection.close(timeout=1)

    def _forget(self, *_: Any) -> None:
        self.generation += 1
        self._values.clear()
