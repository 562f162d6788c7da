"""Seed a data set of a stated size straight into the tables, from a fixed seed.

Rows go in by binary COPY without indexes and foreign-key checks, which are put back afterwards;
visits are made inside PostgreSQL. Ledger and monthly sums are filled by the application's own
definitions, month by month, so that no month has to fit into memory together with the others.
"""

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from rich.progress import Progress

from app.core import migrations
from app.models.companies import Company
from app.models.leads import Lead
from benchmarks import cluster, deals, loading, rows, visits
from benchmarks.loading import Step
from benchmarks.names import company_names, derived

ROOT = Path(__file__).parents[1]
_SOURCES = (
    "alembic/versions",
    "app/kpis",
    "app/core/search.py",
    *(f"benchmarks/{name}.py" for name in ("world", "loading", "rows", "deals", "names", "visits")),
)
_CHUNK = 20_000
_ID = list(Company.model_fields).index("id")
_SESSION = (
    "SET session_replication_role = replica; SET maintenance_work_mem = '1GB';"
    " SET work_mem = '512MB'; SET jit = off"
)


@dataclass(frozen=True)
class Size:
    """How much, and which dice."""

    leads: int
    companies: int
    visits: int
    officers: int = 300
    seed: int = 20190630
    names: Path | None = None
    has_ledger: bool = True

    def folder(self, data_dir: Path) -> Path:
        """Where this world is kept: another size or another schema is another folder."""
        digest = hashlib.sha256(repr(astuple(self)).encode())
        for source in (ROOT / name for name in _SOURCES):
            for file in sorted(source.rglob("*.py")) or [source]:
                digest.update(file.read_bytes())
        return data_dir / f"{self.leads}-{self.visits}-{digest.hexdigest()[:10]}"


def ready(size: Size, data_dir: Path) -> Path:
    """The folder of the seeded world, made now unless a run before has made it."""
    folder = size.folder(data_dir.absolute())
    if not cluster.is_seeded(folder):
        with cluster.loading(folder) as url:
            migrations.upgrade(url)
            with Progress(transient=True) as bar:
                asyncio.run(_seed(url, size, _steps(bar)))
        cluster.note_seeded(folder)
    return folder


def _steps(bar: Progress) -> Step:
    def start(name: str, total: int) -> Callable[[int], None]:
        task = bar.add_task(name, total=total)
        return lambda done: bar.update(task, advance=done)

    return start


async def _seed(url: str, size: Size, step: Step) -> None:
    connection = await asyncpg.connect(cluster.dsn(url))
    await connection.execute(_SESSION)
    dice = random.Random(size.seed)
    indexes = await loading.drop_indexes(connection)
    members, people = rows.people(dice, size.officers)
    await _copy(connection, people)
    names = company_names(size.companies, size.seed, size.names)
    ids = await _copy_companies(connection, dice, names, step)
    await _copy_leads(connection, dice, size.leads, (names, ids, members), step)
    await visits.make(connection, dice, size.visits, step)
    late = {name: made for name, made in indexes.items() if "ledger_entries" in name}
    await loading.create_indexes(
        connection, {n: m for n, m in indexes.items() if n not in late}, step
    )
    await connection.execute("ANALYZE")
    if size.has_ledger:
        await loading.post(connection, step)
    await loading.create_indexes(connection, late, step)
    await loading.sum_up(connection, step)
    await connection.execute("SELECT setval('lead_codes', $1)", size.leads + 1)
    await cluster.count_statements(connection)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _copy(connection: asyncpg.Connection, found: rows.Rows) -> None:
    for model, records in found.items():
        await connection.copy_records_to_table(
            model.__tablename__, records=records, columns=list(rows.columns(model))
        )


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


async def _copy_companies(
    connection: asyncpg.Connection, dice: random.Random, names: list[str], step: Step
) -> list[UUID]:
    codes = (rows.credit_code(index) for index in range(len(names)))
    texts = [(name, code) if code else (name,) for name, code in zip(names, codes, strict=True)]
    advance, ids = step("companies", len(names)), []
    for chunk in _chunks(enumerate(map(derived, texts))):
        made = [rows.company(dice, i, len(names), names[i], more) for i, more in chunk]
        ids += [record[_ID] for record in made]
        await _copy(connection, {Company: made})
        advance(len(chunk))
    return ids


async def _copy_leads(
    connection: asyncpg.Connection,
    dice: random.Random,
    count: int,
    of: tuple[list[str], list[UUID], list[rows.Member]],
    step: Step,
) -> None:
    """Leads with their members and history."""
    names, ids, members = of
    picks = [dice.randrange(len(names)) for _ in range(count)]
    texts = [deals.lead_names(i, count, names[pick]) for i, pick in enumerate(picks)]
    advance = step("leads", count)
    for chunk in _chunks(enumerate(map(derived, texts))):
        found: rows.Rows = {Lead: []}
        for i, more in chunk:
            at = rows.noon(rows.spread(i, count)) + timedelta(seconds=i % 3600)
            owner = 1 + i % (len(members) - 1)
            person = (owner, members[owner])
            deal, values, way = deals.lead(dice, at, person, texts[i], more, ids[picks[i]])
            found[Lead].append(values)
            for model, records in deals.history(dice, deal, at, way, members).items():
                found.setdefault(model, []).extend(records)
        await _copy(connection, found)
        advance(len(chunk))
