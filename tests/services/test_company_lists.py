"""The bulk import leaves what the session itself would have written, or nothing at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.models.companies import Company
from app.models.company_lists import (
    CompanyListCreate,
    CompanyListEntry,
    CompanyListImportRead,
)
from app.services.company_lists import Phase, import_list
from tests.world import World

HEAD = CompanyListCreate(name="瞪羚企业", year=2024)
ROW = {"name": "重庆银行（5G）", "name_en": "Bank of CQ", "country": "美国", "revenue": "12.5"}
MASKED = {"id", "entity_id", "company_id", "at", "created_at", "updated_at", "changes"}
Made = dict[tuple[str, str], dict[str, Any]]


def csv(*rows: dict[str, str]) -> bytes:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]).encode()


def many(count: int) -> bytes:
    return csv(*({"name": f"企业{number}"} for number in range(count)))


async def run(world: World, content: bytes, **how: Any) -> CompanyListImportRead:
    db: Database = world.app.state.db
    async with db.sessions(info={"actor_id": UUID(world.team_lead.id)}) as session:
        report = await import_list(session, HEAD, content, "a.csv", **how)
        await session.commit()
        return report


async def by_session(world: World, *, is_update: bool) -> None:
    """The same company and entry, the same change, written by the session."""
    db: Database = world.app.state.db
    async with db.sessions(info={"actor_id": UUID(world.team_lead.id)}) as session:
        list_id: Any = await world.database.fetchval("SELECT id FROM company_lists")
        company = Company(name=ROW["name"], name_en=ROW["name_en"], country_code="US")
        entry = CompanyListEntry(
            listed_name=ROW["name"], listed_name_en=ROW["name_en"], country=ROW["country"],
            revenue_amount=Decimal("12500000.00"), company_id=company.id, company_list_id=list_id,
        )  # fmt: skip
        session.add_all([company, entry])
        await session.flush()
        if is_update:
            entry.apply({"revenue_amount": Decimal("13000000.00"), "country": None, "rank": 7})
        await session.commit()


async def written(world: World) -> Made:
    """The rows and their audit, by table and action; what differs by nature is masked."""
    found: Made = {}
    for table in ("companies", "company_list_entries"):
        for row in await world.database.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t"):
            found[table, "row"] = json.loads(row["row"])
    audit = "SELECT to_jsonb(a) AS row FROM audit_entries a WHERE entity = ANY($1)"
    for row in await world.database.fetch(audit, ["companies", "company_list_entries"]):
        entry = json.loads(row["row"])
        found[entry["entity"], entry["action"]] = entry
    return {key: masked(row) for key, row in found.items()}


def masked(row: dict[str, Any]) -> dict[str, Any]:
    """Ids and instants differ by nature; of audited ones the length tells the form."""
    return row | {
        name: masked(value) if name == "changes" else [len(f"{part}") for part in value]
        if isinstance(value, list) else "…"
        for name, value in row.items()
        if name in MASKED
    }  # fmt: skip


@pytest.mark.parametrize("is_update", [False, True])
async def test_rows_and_audit_are_those_that_the_session_writes(
    world: World, wipe: str, *, is_update: bool
) -> None:
    await run(world, csv(ROW))
    if is_update:
        report = await run(world, csv({**ROW, "country": "", "revenue": "13", "rank": "7"}))
        assert (report.updated_count, report.unchanged_count) == (1, 0)
    imported = await written(world)
    await world.database.execute(wipe.replace('DELETE FROM "company_lists";', ""))
    await by_session(world, is_update=is_update)
    assert imported == await written(world)
    actions = {action for _, action in imported}
    assert actions == {"row", "create", "update"} if is_update else {"row", "create"}


@pytest.mark.long
async def test_slices_make_one_import(world: World) -> None:
    report = await run(world, many(5200))
    assert (report.created_count, report.new_company_count) == (5200, 5200)
    before = await world.fingerprint()
    report = await run(world, many(5200))
    assert (report.row_count, report.unchanged_count, report.faults) == (5200, 5200, [])
    assert await world.fingerprint() == before


async def test_two_rows_that_mean_one_known_company_are_a_fault(world: World) -> None:
    await world.company("昆明钢铁", name_en="Kunming Steel")
    before = await world.fingerprint()
    report = await run(world, csv({"name": "昆明钢铁"}, {"name": "KUNMING  steel"}))
    assert [(f.line, f.code) for f in report.faults] == [(3, "row_repeated")]
    assert await world.fingerprint() == before


async def test_a_report_names_a_thousand_faults(world: World) -> None:
    report = await run(world, csv(*({"name": "x", "rank": "0"} for _ in range(1200))))
    assert [fault.line for fault in report.faults] == list(range(2, 1002))


async def test_a_fault_leaves_the_callers_own_work_alone(world: World) -> None:
    db: Database = world.app.state.db
    async with db.sessions() as session:
        session.add(Company(name="先前"))
        report = await import_list(session, HEAD, csv({"name": "x", "rank": "0"}), "a.csv")
        assert (report.company_list_id, len(report.faults)) == (None, 1)
        await import_list(session, HEAD, csv({"name": "甲"}), "a.csv")
        await session.commit()
    names = await world.database.fetch("SELECT name FROM companies ORDER BY name")
    assert [row["name"] for row in names] == ["先前", "甲"]


@pytest.mark.parametrize("phase", ["reading", "checking", "merging"])
async def test_an_error_in_any_phase_leaves_nothing(world: World, phase: Phase) -> None:
    def fail(now: Phase, _done: int, _total: int | None) -> None:
        if now == phase:
            raise KeyError(phase)

    before = await world.fingerprint()
    with pytest.raises(KeyError):
        await run(world, many(600), progress=fail)
    assert await world.fingerprint() == before


async def blocked(world: World) -> int:
    """The server process of the import, once it waits for the lock."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while (pid := await world.database.fetchval(waiting)) is None:
        continue
    return int(pid)


@pytest.fixture
async def importing(world: World) -> AsyncIterator[asyncio.Task[CompanyListImportRead]]:
    """An import held up in the middle of its merge."""
    db: Database = world.app.state.db
    async with db.sessions() as other:
        await (await other.connection()).execute(sa.text("LOCK company_list_entries IN SHARE MODE"))
        task = asyncio.create_task(run(world, many(300)))
        await blocked(world)
        yield task
        await other.rollback()


async def kill(world: World, _task: asyncio.Task[Any]) -> None:
    await world.database.execute("SELECT pg_terminate_backend($1)", await blocked(world))


async def cancel(_world: World, task: asyncio.Task[Any]) -> None:
    task.cancel()


@pytest.mark.parametrize("end", [kill, cancel])
async def test_an_import_that_is_cut_off_leaves_nothing(
    world: World,
    importing: asyncio.Task[CompanyListImportRead],
    end: Callable[[World, asyncio.Task[Any]], Awaitable[None]],
) -> None:
    before = await world.fingerprint()
    await end(world, importing)
    with pytest.raises((asyncio.CancelledError, DBAPIError)):
        await importing
    assert await world.fingerprint() == before
    assert not await world.database.fetch("SELECT FROM companies")
