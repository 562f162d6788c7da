"""What a scheduler runs every night: claims that lapsed, what is due, doubles, stray files."""

import asyncio

import typer

from app.commands.base import database_url, out, progress, session_at
from app.core.config import settings
from app.core.db import Database
from app.core.storage import first_line, storage_of
from app.services import evidence_files
from app.services.claims import end_lapsed
from app.services.duplicate_scans import scan
from app.services.reminders import refresh

claims = typer.Typer(no_args_is_help=True, help="Claims of first contact.")
duplicates = typer.Typer(no_args_is_help=True, help="Records that may be one.")
reminders = typer.Typer(no_args_is_help=True, help="What is due.")
evidence = typer.Typer(no_args_is_help=True, help="Evidence files.")


@claims.command("release")
def release_claims() -> None:
    """Write down which claims have ended by their clocks."""
    with database_url() as url:
        count = asyncio.run(_release(url))
    out.print(f"{count} claims ended.")


async def _release(url: str) -> int:
    with progress("claims") as report:
        async with session_at(url) as session:
            return await end_lapsed(session, report=report)


@duplicates.command("scan")
def scan_duplicates() -> None:
    """Compare all companies and open leads; what was decided stays decided."""
    with database_url() as url:
        count = asyncio.run(_scan(url))
    out.print(f"{count} new pairs that may be one.")


async def _scan(url: str) -> int:
    with progress("companies") as report:
        async with session_at(url) as session:
            return await scan(session, report)


@reminders.command("refresh")
def refresh_reminders() -> None:
    """Write down what is due today and end what no longer is; repeating it changes nothing."""
    with database_url() as url:
        made, ended = asyncio.run(_refresh(url))
    out.print(f"{made} reminders made or handed over, {ended} ended.")


async def _refresh(url: str) -> tuple[int, int]:
    with progress("reminders") as report:
        async with session_at(url) as session:
            counts = await refresh(session)
        report(1, 1)
        return counts


@evidence.command("sweep")
def sweep_evidence() -> None:
    """Remove files that no record points to: uploads that ended before their record."""
    try:
        with database_url() as url:
            count = asyncio.run(_sweep(url))
    except OSError as error:
        out.print(f"[red]Evidence storage cannot be read:[/red] {first_line(error)}")
        raise typer.Exit(1) from error
    out.print(f"{count} files removed.")


async def _sweep(url: str) -> int:
    database = Database(url, pool_size=2)
    try:
        with progress("files") as report:
            return await evidence_files.sweep(database, storage_of(settings()), report)
    finally:
        await database.close()
