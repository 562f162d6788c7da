"""`yinfeng kpi …`: the ledger."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.commands.base import database_url, out, progress, session_at
from app.core.db import Database
from app.core.errors import Problem
from app.kpis import ledger, maturity, rollup, shadows
from app.kpis.catalogue import METRICS
from app.services import metric_definitions

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
def rebuild(
    shadow: Annotated[
        str | None, typer.Option(metavar="METRIC:VERSION", help="Count it beside the ledger.")
    ] = None,
    publish: Annotated[
        str | None, typer.Option(metavar="METRIC:VERSION", help="Let the draft count from now on.")
    ] = None,
) -> None:
    """Post and sum what the ledger is missing; or count a version of a definition beside it.

    A shadow is what the version counts over all facts, as if it held in all years; reports read
    it, no number does. It may be killed and run again. Publishing posts the differences, locked
    months keep their numbers; who posts meanwhile is told to come again.
    """
    if shadow and publish:
        message = "either --shadow or --publish"
        raise typer.BadParameter(message)
    with database_url() as url:
        try:
            if shadow is not None:
                count = asyncio.run(_shadow(url, *_version(shadow)))
                told = f"{count} entries counted beside the ledger."
            elif publish is not None:
                asyncio.run(_publish(url, *_version(publish)))
                told = f"{publish} counts from its first year on."
            else:
                told = f"{asyncio.run(_rebuild(url))} entries appended."
        except Problem as error:
            out.print(error.detail())
            raise typer.Exit(1) from error
    out.print(told)


def _version(text: str) -> tuple[str, int]:
    metric, _, number = text.partition(":")
    if metric not in METRICS or not number.isdecimal():
        message = "a metric and the number of a version, like M02:3"
        raise typer.BadParameter(message)
    return metric, int(number)


async def _shadow(url: str, metric: str, number: int) -> int:
    database = Database(url, pool_size=1)
    try:
        with progress("facts") as report:
            async with database.transaction() as session:
                version = await metric_definitions.version_of(session, metric, number)
            return await shadows.build(database, version, report)
    finally:
        await database.close()


async def _publish(url: str, metric: str, number: int) -> None:
    async with session_at(url) as session:
        await metric_definitions.publish(session, metric, number)


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
def mature() -> None:
    """Write down what passed by itself: starts, promises, lights; post it. Run nightly."""
    with database_url() as url:
        count = asyncio.run(_mature(url))
    out.print(f"{count} deadlines, promises and lights noted.")


async def _mature(url: str) -> int:
    database = Database(url, pool_size=1)
    try:
        with progress("signings") as report:
            return await maturity.mature(database, report)
    finally:
        await database.close()
