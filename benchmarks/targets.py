"""Recomputing targets of one chain: 500 nodes × 50,000 companies, three runs (make bench-targets).

The first run writes all targets, the second finds nothing changed, before the third the signals
have aged. Fixed seed, a throw-away PostgreSQL that syncs as in production.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from uuid import UUID

import asyncpg

from app.core import audit, migrations
from app.core.config import DRIVER
from app.core.db import Database
from app.core.embedded import running
from app.models.reference import industries, regions
from app.models.target_recomputations import TargetRecomputationCreate
from app.services.target_recomputations import recompute

NODES, COMPANIES, LINKS, PER_NODE = 500, 50_000, 1_500, 50
FOUR, THREE = ([c for c in industries() if len(c) == size] for size in (5, 4))
REGIONS = list(regions())[:300]
RECORD, NEW = "id, version, created_at, updated_at", "1, now(), now()"


def one_of(values: list[str]) -> str:
    listed = ",".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + floor(random() * {len(values)})::int]"


def key(number: str) -> str:
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def rows(table: str, columns: str, values: str, count: int = 1) -> str:
    return (
        f"INSERT INTO {table} ({RECORD}, {columns}) SELECT {key('n')}, {NEW}, {values}"  # noqa: S608  own constants
        f" FROM generate_series(1, {count}) AS n ON CONFLICT DO NOTHING"
    )


WORLD = (
    "SET session_replication_role = replica",
    "SELECT setseed(0.5)",
    rows(
        "industry_chains",
        "name, kind, is_active, is_demo, search_text, name_sort",
        "'链', 'key_industry', true, false, '', ''",
    ),
    rows(
        "combinations",
        "name, industry_chain_id, status, is_demo, search_text, name_sort",
        f"'组合', {key('1')}, 'active', false, '', ''",
    ),
    rows(
        "chain_nodes",
        "industry_chain_id, code, name, tier, importance, needed_share, industry_codes,"
        " search_text, name_sort",
        f"{key('1')}, 'N' || n, 'N' || n, 'midstream', 1 + n % 5, 1,"
        f" ARRAY[{one_of(FOUR)}, {one_of(THREE)}], '', ''",
        NODES,
    ),
    rows(
        "chain_links",
        "industry_chain_id, from_node_id, to_node_id, strength, basis",
        f"{key('1')}, {key(f'1 + n % {NODES}')}, {key(f'1 + (n + 1 + n / 500 * 7) % {NODES}')},"
        " 1 + n % 3, 'expert'",
        LINKS,
    ),
    rows(
        "companies",
        "name, country_code, region_code, industry_code, is_listed, is_demo, search_text,"
        " name_sort, name_keys",
        f"'企业' || n, 'CN', {one_of(REGIONS)}, {one_of(FOUR)}, false, false, '', '',"
        " ARRAY['k' || n]",
        COMPANIES,
    ),
    rows(
        "company_controls",
        "company_id, controller_id, from_on",
        f"{key('n')}, {key('40001 + n % 8000')}, '2020-01-01'",
        15_000,
    ),
    rows(
        "company_lists",
        "name, year, kind, valid_until_year, is_demo, search_text, name_sort",
        "'榜' || n, 2026, (ARRAY['global500', 'listed', 'gazelle', 'high_tech'])[1 + n % 4],"
        " 2030, false, '', ''",
        20,
    ),
    rows(
        "company_list_entries",
        "company_list_id, company_id, listed_name",
        f"{key('1 + n % 20')}, {key(f'1 + (n * 13) % {COMPANIES}')}, 'x'",
        20_000,
    ),
    rows(
        "company_signals",
        "company_id, kind, happened_on, text",
        f"{key(f'1 + (n * 17) % {COMPANIES}')}, (ARRAY['new_plant', 'tender', 'penalty'])"
        "[1 + n % 3], current_date - (n % 500), 'x'",
        30_000,
    ),
    rows(
        "node_presences",
        "chain_node_id, company_id, local_share",
        f"{key(f'1 + n % {NODES}')}, {key(f'1 + (n * 19) % {COMPANIES}')}, 0.2",
        600,
    ),
    "RESET session_replication_role",
    "VACUUM ANALYZE",
)


async def timed(database: Database, unit: UUID, what: str) -> None:
    start = time.perf_counter()
    async with database.transaction() as session:
        asked = TargetRecomputationCreate(combination_id=unit, per_node=PER_NODE)
        run = await recompute(session, asked)
        counts = run.candidate_count, run.created_count, run.changed_count, run.unchanged_count
    print(f"{what:28} {time.perf_counter() - start:6.1f} s  ", end="")
    print("{:,} pairs, {:,} new, {:,} changed, {:,} unchanged".format(*counts), flush=True)


async def measure(url: str) -> None:
    connection = await asyncpg.connect(url.replace(DRIVER, "postgresql://", 1))
    for statement in WORLD:
        await connection.execute(statement)
    audit.install()
    database = Database(url, pool_size=2)
    unit = await connection.fetchval("SELECT id FROM combinations")
    print(f"{NODES} nodes, {LINKS} links, {COMPANIES:,} companies", flush=True)
    await timed(database, unit, "first run")
    await timed(database, unit, "nothing changed")
    await connection.execute("UPDATE company_signals SET happened_on = happened_on - 30")
    await timed(database, unit, "signals a month older")
    await database.close()
    await connection.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yinfeng-") as folder:
        Path(folder).chmod(0o755)  # the server's own account has to reach it
        with running(Path(folder)) as own:
            migrations.upgrade(own)
            asyncio.run(measure(own))
