"""`yinfeng kpi …`: the ledger."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.commands.base import database_url, out, progress, session_at
from app.core.db import Database
from app.kpis import ledger, maturity, rollup

kpi = typer.Typer(no_args_is_help=True, help="The KPI ledger.")


@kpi.command()
def verify(
    subject: Annotated[
        UUID | None, typer.Option(help="One fact's id (of milestones: the lead's) instead of all.")
    ] = None,
) -> None:
    """Run every definition over all facts and compare with the ledger; sums and locks, too."""
    with database_url() as url:
        found = asyncio.run(_verify(url, subject))
    table = Table("metric", "scope", "scope id", "subject", "dimension", "counted on", "missing")
    for d in found:
        cells = (d.metric, d.scope, d.scope_id, d.subject_id, d.dimension, d.counted_on, d.quantity)
        table.add_row(*map(str, cells))
    if found:
        out.print(table)
    out.print(f"{len(found)} differences between the ledger and the facts.")
    raise typer.Exit(1 if found else 0)


async def _verify(url: str, subject: UUID | None) -> list[ledger.Difference]:
    async with session_at(url) as session:
        if subject is not None:
            return await ledger.verify_subject(session, subject)
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


@kpi.command()
def rebuild() -> None:
    """Append what the ledger is missing, and sum it anew; after the zone got another city."""
    with database_url() as url:
        count = asyncio.run(_rebuild(url))
    out.print(f"{count} entries appended.")


async def _rebuild(url: str) -> int:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction() as session:
            count = await ledger.rebuild(session)
        await rollup.fold_all(database)
    finally:
        await database.close()
    return count


@kpi.command()
def mature() -> None:
    """Write down which agreed starts were due before today, and post what follows; run nightly."""
    with database_url() as url:
        count = asyncio.run(_mature(url))
    out.print(f"{count} deadlines have passed.")


async def _mature(url: str) -> int:
    database = Database(url, pool_size=1)
    try:
        with progress("signings") as report:
            return await maturity.mature(database, report)
    finally:
        await database.close()
