"""`yinfeng report …`: the zone's year to date as text, page or workbook."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID

import typer
from pydantic import ValidationError

from app.commands.base import database_url, out, progress
from app.core import audit
from app.core.base import new_id
from app.core.db import Database
from app.core.errors import Problem
from app.core.export import snapshot
from app.core.i18n import language
from app.models.reports import ReportQuery
from app.models.roles import Role
from app.services import report_pages, report_workbooks, reports
from app.services.access import Caller

Form = Literal["text", "html", "xlsx"]
Progress = Callable[[int, int | None], None]
# Whoever runs commands beside the database reads the zone, and is no officer.
_OPERATOR = Caller(UUID(int=0), Role.auditor, "", None, ())


def report(
    period: Annotated[str, typer.Argument(help="January to a month: 2026-01..2026-06.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = "text",
    file: Annotated[Path | None, typer.Option("--out", help="Where to; text may go here.")] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="The language.")] = "zh",
) -> None:
    """Write the year-to-date report of the zone."""
    if file is None and form != "text":
        raise typer.BadParameter("a file is needed for this format", param_hint="--out")
    language.set(lang)
    try:
        query = ReportQuery.model_validate({"period": period})
        query.check()
    except (ValidationError, Problem) as error:
        message = "should be whole months from January on, like 2026-01..2026-06"
        raise typer.BadParameter(message, param_hint="period") from error
    with (
        database_url() as url,
        file.open("wb") if file else nullcontext() as target,
        progress("rows") if form == "xlsx" else nullcontext(_silent) as told,
    ):
        count = asyncio.run(_write(url, query, form, target, told))
    if file is not None:
        rows = f": {count} ledger rows" if form == "xlsx" else ""
        out.print(f"{file} is written{rows}.", soft_wrap=True)


def _silent(_done: int, _total: int | None) -> None:
    """No bar beside a text that may go to another program."""


async def _write(
    url: str, query: ReportQuery, form: Form, file: BinaryIO | None, told: Progress
) -> int:
    """How many rows of the ledger are in the file."""
    count = 0

    def counted(rows: int) -> None:
        nonlocal count
        count += rows
        told(count, None)

    database = Database(url, pool_size=2)
    try:
        pool = await database.reads()
        async with pool.acquire() as connection, snapshot(connection):
            async for part in _parts(connection, query, form, counted):
                _put(file, part)
        await _note(database, query, form, count)
    finally:
        await database.close()
    return count


async def _parts(
    connection: Any, query: ReportQuery, form: Form, counted: Callable[[int], None]
) -> AsyncIterator[bytes]:
    if form == "xlsx":
        async for part in report_workbooks.workbook(connection, _OPERATOR, query, counted):
            yield part
        return
    made = await reports.year_to_date(connection, _OPERATOR, query)
    whole = made.text[language.get()] + "\n" if form == "text" else report_pages.page(made)
    yield whole.encode()


def _put(file: BinaryIO | None, part: bytes) -> None:
    if file is None:
        out.print(part.decode(), end="", markup=False, highlight=False, soft_wrap=True)
    else:
        file.write(part)


async def _note(database: Database, query: ReportQuery, form: Form, count: int) -> None:
    """An audit row without an actor: whoever holds the database's password."""
    asked = {"period": query.period.text, "format": form}
    changes = {"query": [None, asked], "row_count": [None, count]}
    async with database.transaction() as session:
        await audit.write(session, [audit.entry("export", "reports", new_id(), None, changes)])
