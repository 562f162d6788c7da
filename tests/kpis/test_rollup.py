"""The monthly sums: whatever has been folded, summaries say what the ledger says, to the byte."""

import asyncio
import importlib.util
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app.core.clock import today
from app.core.db import Database
from app.kpis import ledger, rollup
from app.kpis.folding import folding
from app.models.ledger_entries import ZONE_ID
from tests.kpis.page import SCOPES, check
from tests.tap import of_work
from tests.world import World

SEED = 7
MIGRATIONS = Path(__file__).parents[2] / "alembic/versions"


async def fold(app: FastAPI, limit: int = rollup.AT_ONCE) -> int:
    async with app.state.db.transaction() as session:
        return await rollup.fold(session, limit)


async def differences(app: FastAPI) -> list[ledger.Difference]:
    async with app.state.db.transaction() as session:
        return await ledger.verify(session)


async def pending(world: World) -> int:
    return int(await world.database.fetchval("SELECT count(*) FROM kpi_pending") or 0)


async def sums(world: World) -> list[Any]:
    """All that is folded."""
    months = f"SELECT {rollup.KEY}, quantity, {rollup.COUNTS} FROM kpi_months"
    companies = f"SELECT {rollup.KEY}, company_id, quantity FROM kpi_company_months"
    rows = await world.database.fetch(months) + await world.database.fetch(companies)
    return sorted(map(str, rows))


async def a_history(world: World, visits: int = 24) -> list[Any]:
    """Visits of two months by some people on few companies, leads at three stages."""
    pick = random.Random(SEED)
    companies = [(await world.company(f"{name}公司"))["id"] for name in "甲乙丙"]
    people = [world.officer.id, world.colleague.id, world.stranger.id, world.team_lead.id]
    made = [
        await world.visit(
            company_id=pick.choice(companies),
            visited_on=(today() - timedelta(days=pick.randint(0, 70))).isoformat(),
            kind=pick.choice(["outbound", "inbound", "local", "online"]),
            mechanism=pick.choice(["leader_led", "department", "stationed", "commissioned"]),
            guest_count=pick.randint(0, 3),
            participant_ids=pick.sample(people, pick.randint(1, 3)),
        )
        for _ in range(visits)
    ]
    await world.lead_at("registered", agreed_amount="333333333.34", mechanism="leader_led")
    signed = await world.lead_at("pre_signing", client=world.stranger)
    people = [(world.officer, "lead_negotiator", "66.67"), (world.stranger, "supporter", "33.33")]
    await world.members(signed["id"], *people)
    await world.move(signed["id"], "signed", agreed_amount="0.05")
    return made


async def take_back(world: World, visit: Any) -> None:
    record = await world.officer.seen(f"/visits/{visit['id']}")
    await world.take_back("visits", record, world.officer)


def _last_month() -> date:
    return today().replace(day=1) - timedelta(days=1)


def windows() -> list[str]:
    """Whole months, several of them, days only, and months with days beside them."""
    first = _last_month()
    return [
        "period=this_month",
        f"period={first:%Y-%m}",
        f"period={first:%Y-%m}&mechanism=leader_led",
        "period=this_quarter",
        f"period={first.year}-01..{today():%Y-%m}",
        f"period={first.year}-01..{today():%Y-%m}&mechanism=department",
        "period=this_year",
        "period=today",
        "period=last_30d",
        "period=last_70d&mechanism=stationed",
        f"period={first - timedelta(days=9)}..{today()}",
    ]


@pytest.mark.long
async def test_every_window_folded_half_folded_and_unfolded(world: World, app: FastAPI) -> None:
    visits = await a_history(world)
    for query in windows():
        await check(world, query)
    before = await world.instant()
    assert await fold(app, await pending(world) // 2) > 0
    for visit in visits[:5]:
        await take_back(world, visit)
    for query in windows():
        await check(world, query)
    while await fold(app):
        pass
    assert await pending(world) == 0
    for query in [*windows(), f"period=this_year&as_of={before}"]:
        await check(world, query)
    assert await differences(app) == []


@pytest.mark.long
async def test_folding_in_pieces_is_folding_at_once(world: World, app: FastAPI) -> None:
    pick = random.Random(SEED)
    visits = await a_history(world, 12)
    while await fold(app, pick.randint(1, 60)):
        await check(world, "period=this_month")
        if visits:
            await take_back(world, visits.pop())
    in_pieces = await sums(world)
    async with app.state.db.transaction() as session:
        await rollup.rebuild(session)
    assert await sums(world) == []
    await check(world, "period=this_quarter")
    assert await fold(app) > 0
    assert await sums(world) == in_pieces
    assert await differences(app) == []


async def counts(world: World, query: str) -> str:
    zone = next(iter((await world.kpis("zone", f"{query}&metrics=T02")).values()))
    return zone["T02"]["value"]


async def test_a_company_under_two_mechanisms_is_one_company(world: World, app: FastAPI) -> None:
    company = (await world.company())["id"]
    for mechanism in ("leader_led", "department"):
        await world.visit(company_id=company, mechanism=mechanism)
    narrowed = [f"period=this_month&mechanism={m}" for m in ("leader_led", "department")]
    for _ in range(2):
        assert await counts(world, "period=this_month") == "1"
        assert [await counts(world, query) for query in narrowed] == ["1", "1"]
        await fold(app)


async def test_a_company_whose_visit_is_taken_back_after_folding(
    world: World, app: FastAPI
) -> None:
    company = (await world.company())["id"]
    visits = [await world.visit(company_id=company) for _ in range(2)]
    await world.visit()
    await fold(app)
    found = []
    for visit in visits:
        await take_back(world, visit)
        found.append(await counts(world, "period=this_month"))
        await fold(app)
        found.append(await counts(world, "period=this_month"))
    assert found == ["2", "2", "1", "1"]
    await world.visit(company_id=company)
    assert await counts(world, "period=this_month") == "2"
    assert await fold(app) > 0
    assert await counts(world, "period=this_month") == "2"
    assert await differences(app) == []


async def test_quarter_and_year_share_companies(world: World, app: FastAPI) -> None:
    both, once = [(await world.company(f"{name}公司"))["id"] for name in "AB"]
    for day, company in (("2025-01-31", both), ("2025-02-01", both), ("2025-12-31", once)):
        await world.visit(company_id=company, visited_on=day)
    windows = ("2025-01", "2025-02", "2025-Q1", "2025-H2", "2025", "2025-01-15..2025-12-30")
    for _ in range(2):
        found = [await counts(world, f"period={period}") for period in windows]
        assert found == ["1", "1", "1", "1", "2", "1"]
        await fold(app)


async def test_one_folder_at_a_time(world: World, app: FastAPI) -> None:
    await a_history(world, 6)
    count = await pending(world)
    async with app.state.db.transaction() as session:
        assert await rollup.fold(session, 5) == 5
        assert await fold(app) == 0
        await check(world, "period=this_month")
    folded = await asyncio.gather(*(rollup.fold_all(app.state.db, 10) for _ in range(4)))
    assert sum(folded) + await rollup.fold_all(app.state.db) == count - 5
    await check(world, "period=this_month")
    assert await differences(app) == []


async def test_posting_while_folding(world: World, app: FastAPI) -> None:
    company = (await world.company())["id"]
    for _ in range(5):
        visits = [world.visit(company_id=company) for _ in range(3)]
        await asyncio.gather(*visits, rollup.fold_all(app.state.db, 7))
        await check(world, "period=this_month")
    assert await differences(app) == []


async def test_a_killed_fold_leaves_everything_as_it_was(world: World, app: FastAPI) -> None:
    await a_history(world, 6)
    await fold(app, 20)
    before, count = await sums(world), await pending(world)
    session = app.state.db.sessions()
    assert await rollup.fold(session) == count
    pid = await (await session.connection()).scalar(sa.text("SELECT pg_backend_pid()"))
    assert await world.database.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    with pytest.raises(DBAPIError):
        await rollup.fold(session)
    await session.invalidate()
    assert (await sums(world), await pending(world)) == (before, count)
    await check(world, "period=this_month")
    assert await fold(app) == count
    await check(world, "period=this_month")


@pytest.mark.parametrize(
    ("statement", "about"),
    [
        (
            "UPDATE kpi_months SET quantity = quantity + 2 WHERE metric = 'T09' AND {zone}",
            {("T09", "kpi_months value outbound", -2)},
        ),
        (
            "DELETE FROM kpi_months WHERE metric = 'T02' AND {zone}",
            {("T02", "kpi_months value", 1)},
        ),
        (
            "UPDATE kpi_months SET company_count = 2 WHERE metric = 'T02' AND {zone}",
            {("T02", "company_count value", -1)},
        ),
        (
            "DELETE FROM kpi_company_months WHERE {zone}",
            {("T02", "kpi_company_months value", 1)}
            | {("T02", f"{count} value", -1) for count in rollup.SPANS},
        ),
        (
            "UPDATE kpi_months SET half_company_count = 0 WHERE metric = 'T02' AND {zone}",
            {("T02", "half_company_count value", 1)},
        ),
        (
            "INSERT INTO kpi_pending ({key}, quantity) SELECT {key}, 1 FROM kpi_months WHERE {one}",
            {("T09", f"kpi_months value outbound{m}", -1) for m in ("", " department")},
        ),
    ],
)
async def test_tampered_sums_are_named_and_healed(
    world: World, app: FastAPI, statement: str, about: set[Any]
) -> None:
    await world.visit(mechanism="department")
    await fold(app)
    assert await differences(app) == []
    places = {
        "key": rollup.KEY,
        "zone": "scope = 'zone' AND mechanism = ''",
        "one": "scope = 'zone' AND metric = 'T09' AND mechanism <> ''",
    }
    await world.database.execute(statement.format(**places))
    found = await differences(app)
    assert {(d.metric, d.dimension, d.quantity) for d in found} == about
    assert {(d.scope, d.scope_id, d.counted_on) for d in found} == {
        ("zone", ZONE_ID, today().replace(day=1))
    }
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) == 0
    assert await differences(app) == []
    await fold(app)
    assert await differences(app) == []
    await check(world, "period=this_month")


async def test_officers_who_left_stay_where_they_have_entries(world: World, app: FastAPI) -> None:
    await world.visit(world.stranger, visited_on="2025-03-03")
    await world.database.execute(
        "UPDATE officers SET is_active = false WHERE id = $1::text::uuid", world.stranger.id
    )
    for _ in range(2):
        listed = [
            world.stranger.id in await world.kpis("officers", f"period={period}")
            for period in ("2025-03", "2025", "2025-03-01..2025-03-10", "2025-04")
        ]
        assert listed == [True, True, True, False]
        await fold(app)


async def test_a_summary_is_one_statement_beside_the_caller(world: World, app: FastAPI) -> None:
    await a_history(world, 3)
    await fold(app, 10)
    await world.kpis("officers", "period=this_month")
    seen: list[str] = []
    pool = await app.state.db.reads()
    connections = [holder._con for holder in pool._holders if holder._con is not None]
    loggers = [lambda record: seen.append(record.query) for _ in connections]
    for connection, logger in zip(connections, loggers, strict=True):
        connection.add_query_logger(logger)
    for query in ("period=this_month", "period=this_year", "period=today"):
        for scope in SCOPES:
            seen.clear()
            await world.kpis(scope, query)
            assert len(of_work(seen)) <= 2
            assert sum("string_agg" in statement for statement in seen) == 1
    for connection, logger in zip(connections, loggers, strict=True):
        connection.remove_query_logger(logger)


async def test_the_background_folds(world: World, app: FastAPI) -> None:
    await world.visit()
    async with folding(app.state.db, pause=0), asyncio.timeout(10):
        while await pending(world):
            pass
    assert await counts(world, "period=this_month") == "1"


async def test_the_background_survives_a_lost_database(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Database("postgresql+asyncpg://nobody@/none?host=/nowhere", 1)
    async with folding(gone, pause=0), asyncio.timeout(10):
        while [record.message for record in caplog.records].count("not folded") < 2:
            await pending(world)
    await gone.close()


@pytest.mark.long
async def test_the_command_folds(world: World, database_url: str) -> None:
    await world.visit()
    count = await pending(world)
    command = [sys.executable, "-c", "from app.cli import cli; cli()", "kpi", "fold"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env={"YINFENG_DATABASE_URL": database_url, "PATH": ""},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == f"{count} entries folded.\n"
    assert await pending(world) == 0


def migration(name: str) -> Any:
    spec = importlib.util.spec_from_file_location("revision", MIGRATIONS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    revision = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(revision)
    return revision


@pytest.mark.long
async def test_the_migration_queues_what_was_posted_before_it(world: World, app: FastAPI) -> None:
    await a_history(world, 6)
    await fold(app)
    before = await sums(world)
    for table in ("kpi_months", "kpi_company_months"):
        await world.database.execute(f"DELETE FROM {table}")
    await world.database.execute(migration("0002_kpi_months")._BACKFILL)
    await check(world, "period=this_month")
    await fold(app)
    assert await sums(world) == before
