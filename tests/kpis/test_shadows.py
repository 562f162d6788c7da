"""Versions counted beside the ledger, kept, laid side by side, published and taken back."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from app.commands.root import cli
from app.core.clock import today
from app.core.config import settings
from app.kpis import shadows
from app.models.ledger_entries import ZONE_ID
from app.services.metric_definitions import version_of
from tests.kpis.test_metric_definitions import adopted, check_exact, drafted, number
from tests.routers.test_money_facts import recognised
from tests.world import World
from tests.writes.metric_definitions import capital, version

# Each amount is a digit of its own, so that a sum tells what is in it. The zone's city is 5301.
FACTS: list[tuple[str, dict[str, Any]]] = [
    ("1.00", {"payer_region_code": "530102"}),  # Kunming: in no column
    ("10.00", {"payer_region_code": "530302"}),  # Qujing, out of the city, in the province
    ("100.00", {"payer_region_code": "310115"}),  # Shanghai
    ("1000.00", {"payer_region_code": None, "payer_country_code": "SG"}),  # from abroad
    ("10000.00", {"payer_region_code": "310115", "excluded_tags": ["real_estate"]}),
    ("100000.00", {"payer_region_code": "310115", "excluded_tags": ["infrastructure"]}),
    ("1000000.00", {"payer_region_code": "310115", "excluded_tags": ["finance", "real_estate"]}),
    ("10000000.00", {"payer_region_code": "530302", "kind": "working"}),
    # A Kunming firm pays what a Shanghai investor ultimately owns, and the other way round.
    ("100000000.00", {
        "payer_region_code": "530102", "ultimate_country_code": "CN",
        "ultimate_region_code": "310115",
    }),
    ("1000000000.00", {
        "payer_region_code": "310115", "ultimate_country_code": "CN",
        "ultimate_region_code": "530102",
    }),
]  # fmt: skip
# 2022: what arrived as fixed capital, by who ultimately invests.
ARRIVED_2022 = version("M02", 2022, origin_of="ultimate", kinds=["fixed"])
COLUMNS = ["1011111110.00", "101111110.00", "1000001100.00"]


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YINFENG_DATABASE_URL", database_url)
    settings.cache_clear()
    yield
    settings.cache_clear()


async def run(*asked: str) -> Any:
    """In a thread: a command brings an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, ["kpi", *asked])


async def facts(world: World) -> None:
    lead = await world.lead_at("signed")
    for amount, more in FACTS:
        await recognised(world, lead=lead, amount=amount, arrived_on="2024-05-06", **more)


async def columns(world: World, metric: str = "M02", period: str = "2024", **more: Any) -> Any:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    path = f"/version-comparisons?metric={metric}&period={period}{query}"
    return await world.leader.seen(path)


async def test_three_official_definitions_side_by_side(world: World, app: FastAPI) -> None:
    """2019 市外资金, 2022 市外到位资金 and 2024 省外产业到位资金 over the same facts."""
    await facts(world)
    for body in (ARRIVED_2022, capital()):
        await drafted(world, body)
    told = await columns(world)
    assert [column["definition_id"] for column in told["versions"]] == ["M02@1", "M02@2", "M02@3"]
    assert told["versions"][2]["wording"]["zh"].startswith("省外；")
    (row,) = told["items"]
    assert (row["scope_id"], row["values"]) == (str(ZONE_ID), COLUMNS)
    officers = await columns(world, scope="officer")
    (own,) = officers["items"]
    assert (own["scope_id"], own["values"]) == (world.officer.id, COLUMNS)
    assert not (await columns(world, period="2023"))["items"]
    # Nothing of it counts.
    assert (await number(world, "M02", "2024"))["value"] == COLUMNS[0]
    await check_exact(app)


@pytest.mark.usefixtures("configured")
async def test_a_shadow_is_kept_and_replaced(world: World, app: FastAPI) -> None:
    await facts(world)
    row = await drafted(world, capital())
    now = (await columns(world))["items"]
    done = await run("rebuild", "--shadow", "M02:2")
    assert done.exit_code == 0, done.output
    # Eight facts count, three of them by the draft: for the officer, two teams and the zone.
    assert "32 entries counted beside the ledger." in done.output
    path = f"/metric-definitions/{row['id']}/shadow-report?period=2024"
    before = await world.leader.seen(path)
    assert (await columns(world))["items"] == now
    # What comes later is in the ledger, and in the report only when it is counted again.
    await recognised(world, amount="7.00", arrived_on="2024-05-06")
    assert await world.leader.seen(path) == before
    of_zone = {item["scope"]: item for item in before["items"]}["zone"]
    told = (of_zone["value"], of_zone["shadow_value"], of_zone["difference"])
    assert told == (COLUMNS[0], COLUMNS[2], "-11110010.00")
    assert (await run("rebuild", "--shadow", "M02:2")).exit_code == 0
    after = await world.leader.seen(path)
    assert {item["scope"]: item for item in after["items"]}["zone"]["value"] == "1011111117.00"
    assert after["as_of"] > before["as_of"]
    assert (await number(world, "M02", "2024"))["value"] == "1011111117.00"
    await check_exact(app)
    seen: list[int] = []
    kept = await world.leader.seen(path)
    async with app.state.db.transaction() as session:
        version_2 = await version_of(session, "M02", 2)
    given = (app.state.db, version_2, lambda done, _total: seen.append(done))
    assert await shadows.build(*given, limit=4) == 36
    assert seen == [4, 8, 11]
    assert (await world.leader.seen(path))["items"] == kept["items"]
    for wrong in ("M02", "M99:1", "M02:x"):
        assert (await run("rebuild", "--shadow", wrong)).exit_code == 2
    assert (await run("rebuild", "--shadow", "M02:9")).exit_code == 1


@pytest.mark.usefixtures("configured")
async def test_published_and_the_old_parameters_again(world: World, app: FastAPI) -> None:
    """A third version with the parameters of the first gives the first one's numbers."""
    await facts(world)
    await world.visit()
    before = await world.kpis("officers", f"period=2024..{today().year}")
    since = await world.instant()
    first = next(
        row for row in (await world.leader.seen("/metric-definitions?metric=M02"))["items"]
    )
    await drafted(world, capital())
    assert (await run("rebuild", "--publish", "M02:2")).exit_code == 0
    assert (await number(world, "M02", "2024"))["value"] == COLUMNS[2]
    await check_exact(app)
    assert (await run("rebuild", "--publish", "M02:2")).exit_code == 1
    (published,) = (
        await world.leader.seen("/metric-definitions?metric=M02&status=adopted&sort=-created_at")
    )["items"][:1]
    assert (published["definition_version"], published["adopted_by_id"]) == (2, None)
    await adopted(world, version("M02", 2024, **first["parameters"]))
    after = await world.kpis("officers", f"period=2024..{today().year}")
    for values in after.values():
        assert values["M02"].pop("definition_id") == "M02@3"
    for values in before.values():
        assert values["M02"].pop("definition_id") == "M02@1"
    assert after == before
    then = (await world.kpis("zone", f"period=2024&metrics=M02&as_of={since}"))[str(ZONE_ID)]["M02"]
    assert (then["value"], then["definition_id"]) == (COLUMNS[0], "M02@1")
    query = f"metric=M02&period=2024&scope=zone&scope_id={ZONE_ID}&from_at={since}"
    (part,) = (await world.leader.seen(f"/kpi-changes?{query}"))["parts"]
    assert part["value_then"] == part["value_now"] == COLUMNS[0]
    await check_exact(app)


async def test_the_ledger_names_versions_that_there_are(world: World) -> None:
    await facts(world)
    await world.visit()
    await adopted(world, version("T02", 2020, kinds=["outbound", "online"]))
    await world.visit(kind="online")
    unknown = """SELECT DISTINCT e.metric, e.definition_version FROM ledger_entries e
        LEFT JOIN metric_definitions d USING (metric, definition_version) WHERE d.id IS NULL"""
    assert await world.database.fetch(unknown) == []
    told = await number(world, "T02", "this_year")
    assert (told["value"], told["definition_id"]) == ("2", "T02@2")
    counting = """SELECT definition_version FROM ledger_entries WHERE metric = 'T02'
        GROUP BY definition_version HAVING sum(quantity) > 0"""
    assert [row[0] for row in await world.database.fetch(counting)] == [2]
    listed = {row["code"]: row for row in (await world.leader.seen("/kpis"))["items"]}
    assert (listed["T02"]["definition_id"], listed["T03"]["definition_id"]) == ("T02@2", "T03@1")
    assert listed["T02"]["parameters"] == {"kinds": ["outbound", "online"]}
