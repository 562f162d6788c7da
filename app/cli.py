"""The `yinfeng` command: serve, migrate, demo, import, kpi."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import audit, embedded, migrations
from app.core.config import settings
from app.core.db import Database
from app.core.faults import ImportFault
from app.core.storage import storage_of
from app.kpis import ledger, rollup
from app.models.chain_documents import ChainImportRead
from app.models.company_flags import ListKind
from app.models.company_lists import CompanyListCreate, CompanyListImportRead, head_of
from app.services import evidence_files
from app.services.chain_documents import import_chain
from app.services.company_lists import Phase, import_list

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Yinfeng 引凤: investment-promotion CRM.",
)
kpi = typer.Typer(no_args_is_help=True, help="The KPI ledger.")
imports = typer.Typer(no_args_is_help=True, help="Bring in files.")
cli.add_typer(kpi, name="kpi")
cli.add_typer(imports, name="import")
evidence = typer.Typer(no_args_is_help=True, help="Evidence files.")
cli.add_typer(evidence, name="evidence")
out = Console()


@contextmanager
def database_url() -> Iterator[str]:
    """The configured database, or the embedded one, shared with a running server."""
    url = settings().database_url
    if url is not None:
        yield url
        return
    with embedded.using(settings().data_dir) as own:
        yield own


@asynccontextmanager
async def session_at(url: str) -> AsyncIterator[AsyncSession]:
    """One transaction for a command."""
    audit.install()
    database = Database(url, pool_size=2)
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


def _stop_in_order(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


@cli.command()
def serve() -> None:
    """Start the database where none is configured, migrate, prepare the zone and serve the API."""
    from app import server  # noqa: PLC0415  the web stack is needed for this command alone

    signal.signal(signal.SIGTERM, _stop_in_order)
    try:
        with database_url() as url:
            server.serve(url, out)
    except embedded.EmbeddedError as error:
        out.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


@cli.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    with database_url() as url:
        migrations.upgrade(url)
    out.print("Migrations are at head.")


@imports.command("company-list")
def import_company_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option("--list", help="The list's name.")],
    *,
    year: Annotated[int, typer.Option(help="Its edition.")],
    source: Annotated[str | None, typer.Option(help="Where it was published.")] = None,
    kind: Annotated[ListKind | None, typer.Option(help="What it says of a company.")] = None,
    published_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it was published.")
    ] = None,
) -> None:
    """Import a ranking from CSV or XLSX: all rows or none; repeating it changes nothing."""
    day = published_on.date() if published_on else None
    head = head_of(name=name, year=year, source=source, kind=kind, published_on=day)
    with database_url() as url:
        migrations.upgrade(url)
        report = asyncio.run(_import(url, head, file.read_bytes(), file.name))
    _print_faults(report.faults)
    out.print(
        f"{report.row_count} rows: {report.created_count} created, {report.updated_count} updated,"
        f" {report.unchanged_count} unchanged; {report.new_company_count} new companies."
    )


@imports.command("industry-chain")
def import_industry_chain(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
) -> None:
    """Import a chain from CSV, XLSX or JSON: all of it or nothing; repeating it changes nothing."""
    with database_url() as url:
        migrations.upgrade(url)
        report = asyncio.run(_import_chain(url, file.read_bytes(), file.name))
    _print_faults(report.faults)
    out.print(
        f"{report.row_count} records: {report.created_count} created,"
        f" {report.updated_count} updated, {report.unchanged_count} unchanged."
    )


async def _import_chain(url: str, content: bytes, filename: str) -> ChainImportRead:
    async with session_at(url) as session:
        return await import_chain(session, content, filename)


async def _import(
    url: str, head: CompanyListCreate, content: bytes, filename: str
) -> CompanyListImportRead:
    with Progress(console=out) as bar:
        tasks = {phase: bar.add_task(phase, total=None) for phase in get_args(Phase)}
        async with session_at(url) as session:
            return await import_list(
                session,
                head,
                content,
                filename,
                lambda phase, done, total: bar.update(tasks[phase], completed=done, total=total),
            )


def _print_faults(faults: list[ImportFault]) -> None:
    """End with 1 where there are any."""
    for fault in faults:
        where = f"line {fault.line}" + (f", {fault.column}" if fault.column else "")
        out.print(f"[red]{where}: {fault.code} {fault.message}[/red]")
    if faults:
        out.print(f"Nothing was imported: {len(faults)} faults.")
        raise typer.Exit(1)


@kpi.command()
def verify() -> None:
    """Run every definition over all facts and compare with the ledger."""
    with database_url() as url:
        found = asyncio.run(_verify(url))
    table = Table("metric", "scope", "scope id", "subject", "dimension", "counted on", "missing")
    for d in found:
        cells = (d.metric, d.scope, d.scope_id, d.subject_id, d.dimension, d.counted_on, d.quantity)
        table.add_row(*map(str, cells))
    if found:
        out.print(table)
    out.print(f"{len(found)} differences between the ledger and the facts.")
    raise typer.Exit(1 if found else 0)


async def _verify(url: str) -> list[ledger.Difference]:
    async with session_at(url) as session:
        return await ledger.verify(session)


@kpi.command()
def fold() -> None:
    """Add what was posted since the last fold to the monthly sums; serving processes do so too."""
    with database_url() as url:
        count = asyncio.run(_fold(url))
    out.print(f"{count} entries folded.")


async def _fold(url: str) -> int:
    database = Database(url, pool_size=1)
    try:
        return await rollup.fold_all(database)
    finally:
        await database.close()


@evidence.command("sweep")
def sweep_evidence() -> None:
    """Remove files that no record points to: uploads that ended before their record."""
    with database_url() as url:
        count = asyncio.run(_sweep(url))
    out.print(f"{count} files removed.")


async def _sweep(url: str) -> int:
    database = Database(url, pool_size=2)
    try:
        with Progress(console=out) as bar:
            task = bar.add_task("files", total=None)
            return await evidence_files.sweep(
                database, storage_of(settings()), lambda done, _: bar.update(task, completed=done)
            )
    finally:
        await database.close()


@cli.command()
def revise(message: str) -> None:
    """Write a migration from the difference between the models and the database."""
    with database_url() as url:
        migrations.upgrade(url)
        migrations.revise(url, message)


@cli.command()
def openapi(file: Path) -> None:
    """Write the OpenAPI document: the contract, reviewed as a diff."""
    from app.main import create_app  # noqa: PLC0415  the web stack is needed for this command alone

    document = create_app(database_url="postgresql+asyncpg://unused").openapi()
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
