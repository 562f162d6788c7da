"""What is not a cost per request: import, memory, restart, writers on one officer, the audit."""

import asyncio
import csv
import os
import random
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.core.db import Database
from app.kpis import rollup
from app.models.companies import Company
from benchmarks import rows
from benchmarks.client import Wires, in_sequence
from benchmarks.limit import BARE
from benchmarks.names import company_names, derived
from benchmarks.rows import DAYS, FIRST_DAY
from benchmarks.servers import ROOT, YINFENG, ours

_SWEPT = (
    f"""WITH gone AS (
      DELETE FROM ledger_entries e USING visits v WHERE e.subject_id = v.id AND {{which}}
      RETURNING e.*)
    INSERT INTO {rollup.PENDING} SELECT {rollup.OF_ENTRY}, -quantity FROM gone""",  # noqa: S608
    "DELETE FROM visit_participants p USING visits v WHERE p.visit_id = v.id AND {which}",
    "DELETE FROM visits v WHERE {which}",
)
_ALSO = ("idempotency_keys", "audit_entries", "company_list_entries", "company_lists")
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Imported:
    """An import beside a bare COPY of the same rows."""

    rate: float
    peak_mb: float
    copy_rate: float


def _environment(url: str) -> dict[str, str]:
    return os.environ | {"YINFENG_DATABASE_URL": url, "YINFENG_MODE": "development"}


def restart_seconds(folder: Path) -> float:
    """From `yinfeng serve` on its own database to the first answer of /health/ready."""
    begin = time.perf_counter()
    with ours(folder):
        return time.perf_counter() - begin


def cold_start_seconds() -> float:
    """The same in an empty folder, as `make run` does: cluster, migrations and the demo zone."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with ours(Path(folder), mode="demo"):
            return time.perf_counter() - begin


async def after_requests(port: int, wires: Wires, count: int) -> None:
    """So many requests over eight connections."""
    await asyncio.gather(*(in_sequence(port, wires, count // 8) for _ in range(8)))


def verify(url: str) -> str:
    """`yinfeng kpi verify`: the last line it prints, and what it took."""
    begin = time.perf_counter()
    command = [*YINFENG, "kpi", "verify"]
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(url), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begin
    return f"exit {done.returncode} in {seconds:.1f} s: {_said(done.stdout + done.stderr)}"


def _said(output: str) -> str:
    """The line that tells how a command ended."""
    found = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in found if "Error" in line]
    return (errors or found or [""])[-1][:160]


async def imported(url: str, database: Any, count: int) -> Imported | str:
    """Import companies from a CSV, a tenth of them known already; the reason where it fails."""
    known = await database.fetch("SELECT name FROM companies LIMIT $1", count // 10)
    made = [f"{name}{number}" for number, name in enumerate(company_names(count - len(known), 7))]
    names = [*dict.fromkeys(row["name"] for row in known), *made]
    done = await asyncio.to_thread(_import, url, names)
    if isinstance(done, str):
        return done
    seconds, peak = done
    return Imported(len(names) / seconds, peak, await _bare_copy(database, made))


def _import(url: str, names: list[str]) -> tuple[float, float] | str:
    """Seconds and peak memory (MB) of the command, or what it said when it failed."""
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "companies.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["企业名称"], *([name] for name in names)])
        command = [*YINFENG, "import", "company-list", str(file), "--list", "bench"]
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--year", "2025"],
            cwd=ROOT,
            env=_environment(url),
            stdout=log,
            stderr=log,
        )
        peak = _peak_mb(process)
        seconds = time.perf_counter() - begin
        log.seek(0)
        said = _said(log.read().decode(errors="replace"))
    return said if process.returncode else (seconds, peak)


def _peak_mb(process: subprocess.Popen[bytes]) -> float:
    """The peak of a process until it ends; `ru_maxrss` would be ours where that was higher."""
    peak = 0.0
    while process.poll() is None:
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        time.sleep(_LOOK_SECONDS)
    return peak


async def _bare_copy(database: Any, names: list[str]) -> float:
    """Rows per second of COPY into the same table with its indexes; taken back."""
    dice, every = random.Random(3), [derived((name,)) for name in names]
    no_code = list(Company.model_fields).index("credit_code")
    records = [
        (*record[:no_code], None, *record[no_code + 1 :])
        for record in (
            rows.company(dice, i, len(names), name, more)
            for i, (name, more) in enumerate(zip(names, every, strict=True))
        )
    ]
    transaction = database.transaction()
    await transaction.start()
    begin = time.perf_counter()
    await database.copy_records_to_table(
        "companies", records=records, columns=list(Company.model_fields)
    )
    seconds = time.perf_counter() - begin
    await transaction.rollback()
    return len(names) / seconds


async def sweep_bare(database: Any) -> None:
    """Take away the visits that were never posted to the ledger."""
    async with database.transaction():
        await database.execute("SET LOCAL session_replication_role = replica")
        for statement in _SWEPT:
            await database.execute(statement.format(which=f"v.summary = '{BARE}'"))


async def sweep(url: str, database: Any) -> None:
    """Take away all that earlier runs have written, so that every run finds the same world."""
    end = FIRST_DAY + timedelta(days=DAYS)
    async with database.transaction():
        await database.execute("SET LOCAL session_replication_role = replica")
        for statement in _SWEPT:
            await database.execute(statement.format(which=f"v.created_at >= '{end}'"))
        for table in _ALSO:
            await database.execute(f"DELETE FROM {table}")  # noqa: S608  constants
        await database.execute(f"DELETE FROM companies WHERE created_at >= '{end}'")  # noqa: S608
    await fold(url)
    await database.execute("VACUUM ANALYZE")


async def fold(url: str) -> None:
    """Leave nothing to fold for whoever is measured next."""
    database = Database(url, pool_size=1)
    await rollup.fold_all(database)
    await database.close()
