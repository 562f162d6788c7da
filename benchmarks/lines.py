"""The lines of the table: how each is measured and judged."""

from dataclasses import dataclass

from benchmarks import extras, measure, report
from benchmarks.checks import page_at
from benchmarks.client import at_once, p50_p99
from benchmarks.measure import Target
from benchmarks.operations import (
    API,
    LIST,
    Operation,
    World,
    gets,
    same,
    search_wires,
    visits,
)
from benchmarks.report import Line

_WRITERS = 32


@dataclass(frozen=True)
class Effort:
    """How many requests per operation, how many seconds per load, and the other counts."""

    requests: int = 3000
    seconds: float = 5.0
    terms: int = 60
    memory_requests: int = 100_000
    imports: int = 100_000


@dataclass(frozen=True)
class Bench:
    """A world under both servers."""

    url: str
    known: World
    ours: Target
    limit: Target


async def compared(bench: Bench, operation: Operation, effort: Effort) -> Line:
    """Ours, then the limit where there is one, in one go."""
    report.say(operation.name)
    count = effort.requests // operation.slowness
    line = Line(operation.name)
    line.ours = await measure.cost(bench.ours, operation.wires, count)
    line.ours_loads = await measure.loads(bench.ours, operation.wires, effort.seconds)
    if operation.limit is not None:
        line.limit = await measure.cost(bench.limit, operation.limit, count)
        line.limit_loads = await measure.loads(bench.limit, operation.limit, effort.seconds)
    return report.judged(line, operation.caps)


async def others(bench: Bench, effort: Effort, idle_mb: float) -> list[Line]:
    """What is no plain cost per request."""
    found = [await _memory(bench, effort, idle_mb)]
    for step in (_searches, _deep, _writers, _import):
        report.say(step.__name__.strip("_"))
        found += await step(bench, effort)
    return found


async def _memory(bench: Bench, effort: Effort, idle_mb: float) -> Line:
    report.say("memory")
    half = effort.memory_requests // 2
    await extras.after_requests(bench.ours.port, gets(bench.known), half)
    await extras.after_requests(bench.ours.port, same(LIST, bench.known.leader), half)
    full_mb = measure.resident_mb(bench.ours.pid)
    return Line(
        "memory",
        target=f"≤ 120 MB idle, ≤ 150 MB after {effort.memory_requests:,} requests and all above",
        passed=idle_mb <= 120 and full_mb <= 150,
        note=f"{idle_mb:.0f} MB idle, {full_mb:.0f} MB after",
    )


async def _searches(bench: Bench, effort: Effort) -> list[Line]:
    database = bench.ours.database
    await measure.option(database, "pg_stat_statements.track_planning", "on")
    found = []
    for kind, terms in search_wires(bench.known, effort.terms).items():
        requests = [request for _, request in terms]
        p50, p99 = p50_p99(await measure.search_times(bench.ours, requests))
        note = f"PG p50 {p50:.2f}, p99 {p99:.2f} ms of {len(requests)} terms"
        target = "PG p50 ≤ 2 ms, p99 ≤ 60 ms"
        found.append(Line(f"search, {kind}", None, target=target, passed=p50 <= 2 and p99 <= 60))
        found[-1].note = note
    await measure.option(database, "pg_stat_statements.track_planning", "off")
    return found


async def _deep(bench: Bench, effort: Effort) -> list[Line]:
    """The page after nine tenths of the leads beside the first one."""
    known, count = bench.known, effort.requests // 4
    total = await bench.ours.database.fetchval("SELECT count(*) FROM leads")
    depth = total * 9 // 10 // 200 * 200
    path = await page_at(bench.ours.database, known, bench.ours.port, depth)
    first = await measure.cost(
        bench.ours, same(f"{API}/leads?sort=created_at&limit=50", known.leader), count
    )
    deep = await measure.cost(bench.ours, same(path, known.leader), count)
    ratio = deep.cpu_us / first.cpu_us
    return [
        Line("page 1", first),
        Line(
            f"page at row {depth:,}",
            deep,
            target="± 20 % of page 1",
            passed=ratio <= 1.2,
            note=f"{ratio:.2f} ×",
        ),
    ]


async def _writers(bench: Bench, effort: Effort) -> list[Line]:
    """Everybody writes to one officer and month: with posting, bare, and what the audit says."""
    rates = []
    for target in (bench.ours, bench.limit):
        await measure.drained(target)
        wires = visits(bench.known)
        rates.append((await at_once(target.port, wires, _WRITERS, effort.seconds)).rate)
    await extras.sweep_bare(bench.ours.database)
    said = extras.verify(bench.url)
    full, bare = rates
    share = f"{full:,.0f} and {bare:,.0f} req/s: {full / bare:.2f} of the bare insert"
    return [
        Line(f"{_WRITERS} writers, one officer and month: ours, bare", note=share),
        Line("kpi verify", target="exit 0", passed=said.startswith("exit 0 "), note=said),
    ]


async def _import(bench: Bench, effort: Effort) -> list[Line]:
    target = "≥ 10,000 rows/s, ≥ 0.15 × COPY, ≤ 150 MB"
    name = f"import {effort.imports:,} companies"
    done = await extras.imported(bench.url, bench.ours.database, effort.imports)
    if isinstance(done, str):
        return [Line(name, target=target, passed=False, note=f"not available: {done}")]
    share = done.rate / done.copy_rate
    passed = done.rate >= 10_000 and share >= 0.15 and done.peak_mb <= 150
    note = f"{done.rate:,.0f} rows/s, {share:.2f} × COPY ({done.copy_rate:,.0f}), "
    return [Line(name, target=target, passed=passed, note=f"{note}{done.peak_mb:.0f} MB")]


def growth(few: list[Line], many: list[Line]) -> list[Line]:
    """How the latency of each KPI read grows from the small world to the large one."""
    found = []
    for old in few:
        new = next(line for line in many if line.operation == old.operation)
        if old.ours and new.ours:
            times = new.ours.p50_ms / old.ours.p50_ms
            target = "median grows < 1.3 ×"
            found.append(Line(f"{old.operation}: growth", target=target, passed=times < 1.3))
            found[-1].note = f"{times:.2f} ×"
    return found
