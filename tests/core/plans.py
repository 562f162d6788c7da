"""Tables long enough for the planner to choose, and what it chose."""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg

from app.core.base import new_id
from app.core.search import names_index


async def many_companies(database: asyncpg.Connection) -> None:
    """Five thousand: 公司 is in each name, 翠湖 begins nearly all, 云岭 few, a number is in one."""
    names = [f"{'云岭' if n % 500 == 0 else '翠湖'}{n:05}有限公司" for n in range(5000)]
    rows = [(new_id(), name, *names_index([name])) for name in names]
    await database.execute("DROP TABLE IF EXISTS made")
    await database.execute("CREATE TEMP TABLE made (id uuid, name text, s text, k text)")
    await database.copy_records_to_table("made", records=rows)
    await database.execute(
        "INSERT INTO companies (id, version, created_at, updated_at, name, country_code, is_listed,"
        " search_text, name_sort, name_keys, is_demo)"
        " SELECT id, 1, now(), now(), name, 'CN', false, s, k, ARRAY[name], false FROM made"
    )
    await database.execute("VACUUM ANALYZE companies")


async def nodes(
    database: asyncpg.Connection, statement: str, *arguments: Any, run: bool = False
) -> list[dict[str, Any]]:
    """The nodes of a statement's plan; with `run` what they really met."""
    explain = f"EXPLAIN (FORMAT JSON, ANALYZE {'ON' if run else 'OFF'})"
    explained: Any = await database.fetchval(f"{explain} {statement}", *arguments)
    return list(_nodes(json.loads(explained)[0]["Plan"]))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
