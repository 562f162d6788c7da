"""What takes back says of which entry; histories written out and pointed at by hand."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.kpis.test_activities import a_trip
from tests.kpis.test_ledger import differences, tamper
from tests.kpis.test_metric_definitions import adopted, arrived, capital
from tests.world import World
from tests.writes import etag

DAYS = [today() - timedelta(days=days) for days in range(3)]


async def told(world: World, subject: Any, metric: str, **more: str) -> list[tuple[str, ...]]:
    """The zone's entries of a subject as they came: day, quantity, place of the entry undone."""
    asked = {"subject_id": subject["id"], "metric": metric, "scope": "zone", **more}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    rows = await world.opened(f"/ledger-entries?{query}&sort=recorded_at")
    places = {None: "-"} | {row["id"]: f"{place}" for place, row in enumerate(rows)}
    return [(row["fact_on"], row["quantity"], places[row["reverses_id"]]) for row in rows]


async def corrected(world: World, path: str, record: Any, **body: Any) -> Any:
    return (await world.officer.patch(f"/{path}/{record['id']}", body, etag(record))).json()


async def on_day(world: World, visit: Any, day: date) -> Any:
    return await corrected(world, "visits", visit, visited_on=day.isoformat())


async def test_a_visit_there_and_back_and_gone(world: World, app: FastAPI) -> None:
    visit = await world.visit(visited_on=f"{DAYS[0]}")
    visit = await on_day(world, visit, DAYS[1])
    visit = await on_day(world, visit, DAYS[0])
    await world.take_back("visits", visit, world.officer)
    rows = await told(world, visit, "T09")
    days = [(day, quantity, undone) for day, quantity, undone in rows if day == f"{DAYS[0]}"]
    # Back on the day after it had gone: that stands alone, and is what the reversal takes back.
    places = [place for place, row in enumerate(rows) if row[0] == f"{DAYS[0]}"]
    assert days == [
        (f"{DAYS[0]}", "1.0000", "-"),
        (f"{DAYS[0]}", "-1.0000", f"{places[0]}"),
        (f"{DAYS[0]}", "1.0000", "-"),
        (f"{DAYS[0]}", "-1.0000", f"{places[2]}"),
    ]
    other = [(quantity, undone) for day, quantity, undone in rows if day == f"{DAYS[1]}"]
    (first,) = [place for place, row in enumerate(rows) if row[:2] == (f"{DAYS[1]}", "1.0000")]
    assert other == [("1.0000", "-"), ("-1.0000", f"{first}")]
    assert await differences(app) == []


async def test_another_participant_and_each_scope_of_its_own(world: World) -> None:
    visit = await world.visit(participant_ids=[world.officer.id])
    visit = await corrected(world, "visits", visit, participant_ids=[world.stranger.id])
    rows = await world.opened(f"/ledger-entries?subject_id={visit['id']}&metric=T09")
    by_id = {row["id"]: row for row in rows}
    undoing = [row for row in rows if row["reverses_id"]]
    # The officer and the own team; the bureau and the zone stay, the newcomers stand alone.
    assert {row["scope_id"] for row in undoing} == {world.officer.id, str(world.teams["bio"])}
    for row in undoing:
        undone = by_id[row["reverses_id"]]
        assert (undone["scope_id"], undone["quantity"]) == (row["scope_id"], "1.0000")


async def test_a_cost_that_gets_less_and_more_and_nothing(world: World, app: FastAPI) -> None:
    trip = await a_trip(world, world.officer, cost_amount="100.10")
    for cost in ("60.10", "80.10"):
        trip = await corrected(world, "trips", trip, cost_amount=cost)
    await world.take_back("trips", trip, world.officer)
    # 40 less takes back of the first; 20 more takes back nothing; the rest is of the newest.
    assert [row[1:] for row in await told(world, trip, "T08", part="numerator")] == [
        ("100.1000", "-"), ("-40.0000", "0"), ("20.0000", "-"), ("-80.1000", "2"),
    ]  # fmt: skip
    assert await differences(app) == []


async def test_by_another_definition(world: World, app: FastAPI) -> None:
    await arrived(world, await world.lead_at("signed"), 2024)
    await adopted(world, capital())
    rows = await world.opened("/ledger-entries?metric=M02&scope=zone")
    by_id = {row["id"]: row for row in rows}
    undoing = [row for row in rows if row["reverses_id"]]
    assert undoing
    assert all(row["is_redefinition"] for row in undoing)
    for row in undoing:
        undone = by_id[row["reverses_id"]]
        assert (undone["definition_version"], undone["is_redefinition"]) == (1, False)
        assert undone["quantity"] == row["quantity"].removeprefix("-")
    assert await differences(app) == []


async def test_a_rebuild_says_it_too(world: World, app: FastAPI) -> None:
    visit = await world.visit()
    await tamper(world, "UPDATE visits SET status = 'reversed'")
    async with app.state.db.transaction() as session:
        await ledger.rebuild(session)
    assert [row[1:] for row in await told(world, visit, "T09")] == [
        ("1.0000", "-"), ("-1.0000", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "astray",
    [
        "gen_random_uuid()",  # no entry
        "r.id",  # of the same sign: itself
        (
            "(SELECT id FROM ledger_entries WHERE metric = r.metric AND scope <> r.scope"
            " AND quantity > 0 LIMIT 1)"
        ),
        (
            "(SELECT id FROM ledger_entries WHERE metric <> r.metric AND scope = r.scope"
            " AND quantity > 0 LIMIT 1)"
        ),
    ],
)
async def test_what_points_astray_is_named(world: World, app: FastAPI, astray: str) -> None:
    await world.take_back("visits", await world.visit(), world.officer)
    await tamper(
        world,
        f"UPDATE ledger_entries r SET reverses_id = {astray}"
        " WHERE metric = 'T09' AND scope = 'zone' AND quantity < 0",
    )
    assert [(d.metric, d.scope, d.quantity) for d in await differences(app)] == [
        ("T09", "zone", -1)
    ]


async def test_whatever_happens_what_is_undone_is_never_more_than_there_was(
    world: World, app: FastAPI
) -> None:
    pick, visit = random.Random(11), await world.visit()
    for _ in range(12):
        visit = await on_day(world, visit, pick.choice(DAYS))
    left: dict[str, int] = {}
    for day, quantity, undone in await told(world, visit, "T09"):
        sign = int(quantity.split(".")[0])
        assert (undone == "-") == (sign > 0)
        left[day] = left.get(day, 0) + sign
    assert max(left.values()) == 1
    assert sum(left.values()) == 1
    assert await differences(app) == []
