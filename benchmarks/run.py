"""One command: seed, check the answers, measure, print one table, keep the results.

`python -m benchmarks.run --help`
"""

import asyncio
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer

from benchmarks import checks, cluster, extras, lines, measure, operations, report, servers
from benchmarks.lines import Bench, Effort
from benchmarks.measure import Target
from benchmarks.report import Line
from benchmarks.world import Size, ready

out = report.OUT
_SMOKE = Size(leads=2_000, companies=2_000, visits=4_000)
_SCALE = Size(leads=1_000_000, companies=1_000_000, visits=10_000_000)
_FEW_VISITS = 100_000
_ROUNDS = 3
_DATA = Path(tempfile.gettempdir()) / "yinfeng-benchmarks"


def main(  # noqa: PLR0917  options of a command line
    leads: int = 50_000,
    companies: int = 50_000,
    visits: int = 100_000,
    officers: int = 300,
    names: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    data_dir: Path = _DATA,
    requests: Annotated[int, typer.Option(min=200)] = 3000,
    seconds: Annotated[float, typer.Option(min=1)] = 5.0,
    memory_requests: Annotated[int, typer.Option(min=100)] = 100_000,
    imports: Annotated[int, typer.Option(min=100)] = 100_000,
    smoke: Annotated[bool, typer.Option(help="Check answers only, never time.")] = False,  # noqa: FBT002
    scale: Annotated[bool, typer.Option(help="1 M leads and companies, 10 M visits.")] = False,  # noqa: FBT002
    growth: Annotated[bool, typer.Option(help="KPI reads alone, 100 k and 10 M visits.")] = False,  # noqa: FBT002
) -> None:
    """Measure the API beside the limit; with --smoke only check that the answers are right."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    size = Size(leads, companies, visits, officers, names=names)
    if smoke:
        _smoke(replace(_SMOKE, names=names), data_dir)
        return
    effort = Effort(requests, seconds, memory_requests=memory_requests, imports=imports)
    rounds, only = list[tuple[list[Line], ...]](), "KPI" if growth else ""
    if scale or growth:
        many = replace(size, visits=_SCALE.visits) if growth else replace(_SCALE, officers=officers)
        size = replace(many, names=names, has_ledger=False)
        small = replace(size, leads=50_000, companies=50_000, visits=_FEW_VISITS)
        rounds = [
            tuple(_measured(world, data_dir, effort, "KPI")[1] for world in (small, size))
            for _ in range(_ROUNDS)
        ]
    head, found = _measured(size, data_dir, effort, only)
    found += lines.growth(rounds)
    report.show(found, head["pace"])
    what = f"{size.leads}-leads-{size.visits}-visits"
    out.print(f"Results: {report.write(what, {'size': _stated(size), **head}, found)}")


def _stated(size: Size) -> dict[str, Any]:
    """The size without the folders of this machine."""
    return {**asdict(size), "names": size.names and size.names.name}


def _smoke(size: Size, data_dir: Path) -> None:
    folder = ready(size, data_dir)
    try:
        _within(folder, size, _check)
    except checks.WrongAnswerError as error:
        out.print(f"[red]Wrong answer:[/red] {error}", soft_wrap=True)
        raise typer.Exit(1) from error
    out.print("All answers are right.")


async def _check(bench: Bench) -> None:
    database = bench.ours.database
    await checks.check_all(database, bench.known, bench.ours.port, bench.limit.port)
    depth = 1_800
    await checks.page_at(database, bench.known, bench.ours.port, depth)
    with servers.ours(bench.folder, bench.url, servers.UNPOSTED) as (_, port):
        await checks.check_unposted(database, bench.known, port)
    await extras.sweep_bare(database)
    said = extras.verify(bench.url)
    checks.expect("kpi verify", said.startswith("exit 0 "), True)


def _measured(
    size: Size, data_dir: Path, effort: Effort, only: str = ""
) -> tuple[dict[str, Any], list[Line]]:
    folder = ready(size, data_dir)

    async def measured(bench: Bench) -> tuple[dict[str, Any], list[Line]]:
        head = await report.machine(bench.ours.database)
        pace, found = await _lines(bench, effort, only)
        return {**head, "pace": pace}, found

    head, found = _within(folder, size, measured)
    return head, found if only else [*found, *lines.starts(folder)]


def _within(folder: Path, size: Size, work: Any) -> Any:
    """Run with the database, both servers and the sessions up, on the world as it was seeded."""
    with ExitStack() as stack:
        url, postmaster = stack.enter_context(cluster.measuring(folder))
        pids = [
            stack.enter_context(server)
            for server in (servers.ours(folder, url), servers.limit(url))
        ]

        async def run() -> Any:
            database = await asyncpg.connect(cluster.dsn(url))
            await extras.sweep(url, database)
            known = await operations.world(database)
            ours, limit = (Target(pid, port, postmaster, database) for pid, port in pids)
            answer = await work(Bench(url, folder, size.has_ledger, known, ours, limit))
            await database.close()
            return answer

        return asyncio.run(run())


async def _lines(bench: Bench, effort: Effort, only: str) -> tuple[report.Pace, list[Line]]:
    idle = measure.resident_mb(bench.ours.pid)
    database = bench.ours.database
    await checks.check_all(database, bench.known, bench.ours.port, bench.limit.port)
    out.print("All answers are right.")
    wanted = [o for o in operations.operations(bench.known) if o.name.startswith(only)]
    found = [await lines.compared(bench, operation, effort) for operation in wanted]
    pace = report.pace_of(found)
    found = [report.judged(line, pace) for line in found]
    if not only:
        found += await lines.others(replace(bench, pace=pace), effort, idle)
    return pace, found


if __name__ == "__main__":
    typer.run(main)
