"""A tap on the wire to PostgreSQL: every statement that a server is told to execute, in order.

It stands between application and server as a Unix socket and reads the frontend messages
(PostgreSQL manual, "Message Formats"), so it sees BEGIN and COMMIT, every pool, every driver and
each execution of an `executemany`, whatever the client believes that it sends.
"""

import asyncio
import struct
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

_PORT = 5432
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
# asyncpg asks what the types of columns are, once on each connection.
_ONCE = ("typeinfo_tree", "set_config('jit'")


def of_work(statements: Iterable[str]) -> list[str]:
    """Those that a request needs on every connection, whether new or warm."""
    return [sql for sql in statements if not any(word in sql for word in _ONCE)]


class Tap:
    """`url` leads through the tap; `statements` grows with each execution."""

    def __init__(self, url: str, folder: Path) -> None:
        self._server = sa.make_url(url)
        query = {"host": str(folder), "port": str(_PORT)}
        through = self._server.set(host=None, port=None, query=query)
        self.url = through.render_as_string(hide_password=False)
        self.statements: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        server = await self._upstream()
        back = asyncio.create_task(_copy(server[0], writer))
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._listen(reader, server[1])
        server[1].close()
        await back

    async def _upstream(self) -> Ends:
        query = self._server.query
        host, port = query.get("host") or self._server.host, query.get("port") or self._server.port
        if str(host).startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port or _PORT}")
        return await asyncio.open_connection(str(host), int(str(port or _PORT)))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = await reader.readexactly(4)
        writer.write(length + await reader.readexactly(struct.unpack("!i", length)[0] - 4))
        parsed: dict[bytes, str] = {}
        bound: dict[bytes, str] = {}
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)
            self._note(head[:1], body, parsed, bound)
            writer.write(head + body)
            await writer.drain()

    def _note(
        self, kind: bytes, body: bytes, parsed: dict[bytes, str], bound: dict[bytes, str]
    ) -> None:
        if kind == b"Q":
            parts = body.rstrip(b"\0").decode().split(";")
            self.statements += [part for part in parts if part.strip()]
        elif kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            parsed[name] = sql.decode()
        elif kind == b"B":
            portal, name, _ = body.split(b"\0", 2)
            bound[portal] = parsed[name]
        elif kind == b"E":
            self.statements.append(bound[body.partition(b"\0")[0]])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def tapped(url: str) -> AsyncIterator[Tap]:
    """A tap before the database of a SQLAlchemy URL (without TLS)."""
    with tempfile.TemporaryDirectory(prefix="yinfeng-tap-") as folder:
        tap = Tap(url, Path(folder))
        path = Path(folder) / f".s.PGSQL.{_PORT}"
        async with await asyncio.start_unix_server(tap.serve, path):
            yield tap
