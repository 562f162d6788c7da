"""`yinfeng import …`: bring in files."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.progress import Progress

from app.commands.base import database_url, out, session_at
from app.core import migrations
from app.core.faults import ImportFault
from app.models.chain_documents import ChainImportRead
from app.models.company_flags import ListKind
from app.models.company_lists import CompanyListCreate, CompanyListImportRead, head_of
from app.services.chain_documents import import_chain
from app.services.company_lists import Phase, import_list

imports = typer.Typer(no_args_is_help=True, help="Bring in files.")


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
