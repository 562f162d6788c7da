"""A whole list as a file, row by row: the list's own statement behind a server-side cursor.

Who exported what, and how much of it, is written down when the stream ends, however it ends and
before its last bytes leave: a complete file has its audit row.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from enum import Enum
from typing import Any

import asyncpg
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.core import audit
from app.core.base import new_id
from app.core.clock import today
from app.core.errors import Problem
from app.core.i18n import text
from app.core.listing import ExportQuery, bare
from app.core.reader import Reader, form_of
from app.core.reading import count_statement, rows_statement
from app.core.shapes import names_of
from app.core.sheets import FORMATS, Csv, Xlsx

BATCH, LONGEST_SECONDS = 200, 600
# So that whoever saves the file can show how far it is: of one snapshot with the rows.
ROW_COUNT = "X-Row-Count"
# Each batch is a statement of its own; between two the client may take its time to read.
_PATIENCE = (
    "SET LOCAL statement_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = '60s'"
)
MEDIA = {
    "csv": Csv.media_type,
    "xlsx": Xlsx.media_type,
    "json": "application/json",
    "html": "text/html",
}


def documented(*formats: str) -> dict[int | str, dict[str, Any]]:
    """How the contract describes a reply that is a file."""
    file, document = {"type": "string", "format": "binary"}, {"type": "object"}
    content = {MEDIA[name]: {"schema": document if name == "json" else file} for name in formats}
    return {200: {"description": "The file", "content": content}}


DOCUMENTED = documented("csv", "xlsx")
DOCUMENTED[200]["headers"] = {
    ROW_COUNT: {"description": "Rows of the file, its header aside.", "schema": {"type": "integer"}}
}


class File(Response):
    """What the contract calls the reply: CSV unless asked otherwise."""

    media_type = Csv.media_type


def attachment(body: bytes, name: str, format: str) -> Response:
    """A whole file, to be saved under a name with the day of today."""
    return Response(body, headers=saved_as(name, format), media_type=MEDIA[format])


def saved_as(name: str, format: str) -> dict[str, str]:
    """The header under which a browser keeps the file."""
    return {"Content-Disposition": f'attachment; filename="{name}-{today()}.{format}"'}


class Streamed(File, ABC):
    """A file whose parts are made while it is sent, all of one snapshot of the database."""

    row_count = 0

    def __init__(self, reader: Reader, name: str, asked: dict[str, Any], headers: Any) -> None:
        self._db, self._caller = reader.db, reader.caller
        self._name, self._asked, self._last = name, asked, b""
        super().__init__(headers=headers, media_type=self.media_type)
        del self.headers["content-length"]

    @abstractmethod
    def parts(self, connection: Any) -> AsyncGenerator[bytes, None]:  # a pooled connection
        """What to send; `row_count` says how much of it there was."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; 503 where as many are on their way as leave connections for lists."""
        if self._db.exports.locked():
            raise Problem("busy", headers={"Retry-After": "10"})
        gone = asyncio.create_task(_gone(receive))
        try:
            async with self._db.exports, asyncio.timeout(LONGEST_SECONDS):
                await self._stream(send, gone)
        finally:
            gone.cancel()
            await self._note()
        await send({"type": "http.response.body", "body": self._last})

    async def _stream(self, send: Send, gone: "asyncio.Task[None]") -> None:
        """All but the last part.

        Nothing is sent before there is a first one: a query that fails is answered by a problem.
        """
        pool = await self._db.reads()
        async with (
            pool.acquire() as connection,
            snapshot(connection),
            aclosing(self.parts(connection)) as parts,
        ):
            self._last = await anext(parts)
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            async for part in parts:
                message = {"type": "http.response.body", "body": self._last, "more_body": True}
                await send(message)
                self._last = part
                if gone.done():
                    break

    async def _note(self) -> None:
        changes = {"query": [None, self._asked], "row_count": [None, self.row_count]}
        taken = audit.entry("export", self._name, new_id(), self._caller.binds["me_id"], changes)
        async with self._db.sessions() as session:
            await audit.write(session, [taken])
            await session.commit()


@asynccontextmanager
async def snapshot(connection: Any) -> AsyncIterator[None]:  # a pooled connection
    """Every statement sees the same data; each may take its time."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_PATIENCE)
        yield


class Export(Streamed):
    """The rows of a list as the caller may see them, in the caller's language."""

    def __init__(self, reader: Reader, query: ExportQuery) -> None:
        self._query = query
        self._form, self._binds = form_of(query, reader.caller.role)
        self._sheet = FORMATS[query.format]()
        self.media_type = self._sheet.media_type
        table = str(query.shape.table.__tablename__)
        asked = query.model_dump(mode="json", exclude_unset=True)
        super().__init__(reader, table, asked, saved_as(table, query.format))

    async def parts(self, connection: Any) -> AsyncGenerator[bytes, None]:
        """The header, the rows in batches, the end; how many rows there will be is known before."""
        binds = {**self._binds, **self._caller.binds}
        counted = count_statement(replace(self._form, tier=None, null_keys=None), None)
        count = await connection.fetchval(counted.sql, *counted.arguments(binds))
        self.headers[ROW_COUNT] = str(count)
        statement = rows_statement(self._form)
        cursor = await connection.cursor(statement.sql, *statement.arguments(binds))
        rows = await cursor.fetch(BATCH)
        yield self._sheet.rows([[text("fields", name) for name in self._names]])
        while rows:
            self.row_count += len(rows)
            yield self._sheet.rows(map(self._cells, rows))
            rows = await cursor.fetch(BATCH)
        yield self._sheet.end()

    @property
    def _names(self) -> list[str]:
        return names_of(self._query.shape, self._form.fields, self._form.expand)

    def _cells(self, row: asyncpg.Record) -> list[str]:
        fields = self._query.shape.model_fields
        record = json.loads(row[0])
        return [cell(value, bare(fields[name].annotation)) for name, value in record.items()]


async def _gone(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def cell(value: Any, kind: Any) -> str:
    """A JSON value as people read it: codes by their labels, records by their names."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(cell(part, kind) for part in value)
    if isinstance(value, dict):
        return str(value.get("name") or next(iter(value.values())))
    if isinstance(value, bool):
        return text("words", "yes" if value else "no")
    is_code = isinstance(kind, type) and issubclass(kind, Enum)
    return text(kind.__name__, value) if is_code else str(value)
