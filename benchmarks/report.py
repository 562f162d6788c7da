"""The table on the screen, the file with the results, and the facts of the machine."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.client import WRK, Load
from benchmarks.measure import Cost
from benchmarks.operations import Caps

OUT = Console(width=200)
_RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("asyncpg", "fastapi", "httptools", "pydantic", "sqlalchemy", "uvicorn", "uvloop")
# CPU µs of the limit where the targets were set, app and PostgreSQL: one lead and a list of 50.
_LIMIT_THERE = (91 + 119, 69 + 356)
_HEADS = (
    "operation", "ours: app µs", "PG µs", "SQL", "p50 / p99 ms", "req/s 8 / 64",
    "limit: app / PG µs", "req/s 8 / 64", "CPU ratio", "target",
)  # fmt: skip


@dataclass
class Line:
    """One operation: ours, the limit where there is one, and what it was held to."""

    operation: str
    ours: Cost | None = None
    ours_loads: dict[int, Load] = field(default_factory=dict)
    limit: Cost | None = None
    limit_loads: dict[int, Load] = field(default_factory=dict)
    caps: Caps = field(default_factory=Caps)
    target: str = ""
    passed: bool | None = None
    passed_at_pace: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """CPU of application and PostgreSQL against the limit's."""
        if self.ours is None or self.limit is None:
            return None
        return self.ours.cpu_us / self.limit.cpu_us


@dataclass(frozen=True)
class Pace:
    """How much more CPU the limit takes here than where the absolute targets were set."""

    app: float = 1.0
    pg: float = 1.0


def pace_of(lines: list[Line]) -> Pace:
    """From the limit's lines for one lead and for a list, the two known from there."""
    limits = [line.limit for line in lines if line.limit and line.caps.ratio]
    if not limits:
        return Pace()
    app, pg = sum(cost.app_us for cost in limits), sum(cost.pg_us for cost in limits)
    return Pace(app / _LIMIT_THERE[0], pg / _LIMIT_THERE[1])


def judged(line: Line, pace: Pace) -> Line:
    """The line with its target and whether all of it was met: as it stands, and at `pace`."""
    line.target = str(line.caps)
    if line.ours is not None and line.target:
        line.passed = _is_within(line, Pace())
        line.passed_at_pace = _is_within(line, pace)
    return line


def _is_within(line: Line, pace: Pace) -> bool:
    ours, caps = line.ours, line.caps
    pairs = (
        (ours and ours.app_us, caps.app_us and caps.app_us * pace.app),
        (ours and ours.pg_us, caps.pg_us and caps.pg_us * pace.pg),
        # The folding in the background now and then adds one to a thousand requests.
        (ours and round(ours.statements, 1), caps.statements),
        (line.ratio, caps.ratio),
    )
    return all(value <= cap for value, cap in pairs if cap is not None and value)


def say(what: str) -> None:
    """What is measured next."""
    OUT.print(f"… {what}")


def show(lines: list[Line], pace: Pace) -> None:
    """One table."""
    table = Table(*_HEADS, show_lines=True)
    for line in lines:
        table.add_row(*_cells(line))
    OUT.print(table)
    client = "wrk" if WRK else "asyncio over raw sockets, in the same two cores"
    OUT.print(
        f"This machine's pace: the limit takes {pace.app:.2f} × the application CPU and"
        f" {pace.pg:.2f} × the PostgreSQL CPU that it took where the targets were set."
    )
    OUT.print(f"Load for GET: {client}. req/s marked ? break Little's law: do not quote them.")


def _cells(line: Line) -> list[str]:
    ours = line.ours
    verdict = _verdict(line)
    if ours is None:
        return [line.operation, *[""] * 8, f"{line.note}\n{line.target} {verdict}".strip()]
    return [
        line.operation,
        f"{ours.app_us:,.0f}",
        f"{ours.pg_us:,.0f}",
        f"{ours.statements:.2f}",
        f"{ours.p50_ms:.2f} / {ours.p99_ms:.2f}",
        _rates(line.ours_loads),
        f"{line.limit.app_us:,.0f} / {line.limit.pg_us:,.0f}" if line.limit else "",
        _rates(line.limit_loads),
        f"{line.ratio:.2f}" if line.ratio else "",
        f"{line.target} {verdict} {line.note}".strip(),
    ]


def _verdict(line: Line) -> str:
    if line.passed is False and line.passed_at_pace:
        return "[yellow]pass at this machine's pace[/yellow]"
    return {True: "[green]pass[/green]", False: "[red]FAIL[/red]", None: ""}[line.passed]


def _rates(loads: dict[int, Load]) -> str:
    return " / ".join(
        f"{load.rate:,.0f}" + ("" if load.is_sound(connections) else "?")
        for connections, load in loads.items()
    )


async def machine(database: Any) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": await database.fetchval("SHOW server_version"),
        "packages": {name: version(name) for name in _PACKAGES},
        "commit": _git("rev-parse", "HEAD"),
        "is_clean": not _git("status", "--porcelain"),
        "client": "wrk" if WRK else "asyncio",
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")


def _git(*words: str) -> str:
    command = ["git", *words]  # the machine's own git
    done = subprocess.run(
        command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def write(what: str, head: dict[str, Any], lines: list[Line]) -> Path:
    """The results as JSON."""
    _RESULTS.mkdir(exist_ok=True)
    file = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{what}.json"
    found = [{**asdict(line), "ratio": line.ratio} for line in lines]
    document = {**head, "pace": asdict(head["pace"]), "lines": found}
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
    return file
