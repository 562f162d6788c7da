"""What one operation costs: CPU of application and PostgreSQL, statements, latency, throughput.

CPU comes from /proc (user + system, clock ticks of 10 ms), so the number of requests has to be
large enough; statements come from pg_stat_statements and are exact.
"""

import asyncio
import os
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import Load, Wires, at_once, in_sequence, p50_p99

_TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
_QUIET_S = 0.3
_CALLS = "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE query !~ 'pg_stat_'"
_TIMES = """SELECT coalesce(sum(total_exec_time + total_plan_time), 0)
FROM pg_stat_statements WHERE query ~ 'search_name'"""
_FRESH = "UPDATE officer_sessions SET last_seen_at = now()"


@dataclass(frozen=True)
class Target:
    """A server under measurement, and the PostgreSQL behind it."""

    pid: int
    port: int
    postmaster: int
    database: Any


@dataclass(frozen=True)
class Cost:
    """Per request: CPU in µs, SQL statements (BEGIN and COMMIT included), latency in ms."""

    app_us: float
    pg_us: float
    statements: float
    p50_ms: float
    p99_ms: float

    @property
    def cpu_us(self) -> float:
        """Application and PostgreSQL together."""
        return self.app_us + self.pg_us


def cpu_us(root: int) -> float:
    """CPU that a process, its live descendants and the ended ones have used, µs."""
    used: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(entry.parent.name)
        children[int(fields[1])].append(pid)
        used[pid] = sum(map(int, fields[11:15]))
    todo, total = [root], 0
    while todo:
        pid = todo.pop()
        total += used.get(pid, 0)
        todo += children[pid]
    return total * _TICK_US


def resident_mb(pid: int) -> float:
    """Resident memory of a process, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def drained(target: Target) -> None:
    """Write what is dirty and wait until neither server nor PostgreSQL does anything."""
    await target.database.execute("CHECKPOINT")
    await target.database.execute(_FRESH)
    before = -1.0
    while (used := cpu_us(target.pid) + cpu_us(target.postmaster)) != before:
        before = used
        await asyncio.sleep(_QUIET_S)


async def cost(target: Target, requests: Wires, count: int) -> Cost:
    """Exactly `count` requests, one after another, after a warm-up."""
    await in_sequence(target.port, requests, max(20, count // 10))
    await drained(target)
    calls = await target.database.fetchval(_CALLS)
    app, pg = cpu_us(target.pid), cpu_us(target.postmaster)
    latencies = await in_sequence(target.port, requests, count)
    await asyncio.sleep(_QUIET_S)
    app, pg = cpu_us(target.pid) - app, cpu_us(target.postmaster) - pg
    calls = await target.database.fetchval(_CALLS) - calls
    return Cost(app / count, pg / count, calls / count, *p50_p99(latencies))


async def loads(target: Target, requests: Wires, seconds: float) -> dict[int, Load]:
    """Throughput at 8 and at 64 connections."""
    found = {}
    for connections in (8, 64):
        await drained(target)
        found[connections] = await at_once(target.port, requests, connections, seconds)
    return found


async def search_times(target: Target, requests: list[bytes]) -> list[float]:
    """Planning and execution inside PostgreSQL of each search, ms."""
    times: list[float] = []
    for request in requests:
        await target.database.execute("SELECT pg_stat_statements_reset()")
        await in_sequence(target.port, iter([request]), 1)
        times.append(await target.database.fetchval(_TIMES))
    return times


async def option(database: Any, name: str, value: str) -> None:
    """Change a setting of the running server."""
    await database.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await database.execute("SELECT pg_reload_conf()")


def as_json(what: Cost | Load | None) -> dict[str, Any] | None:
    """For the results file."""
    return {name: round(value, 3) for name, value in asdict(what).items()} if what else None
