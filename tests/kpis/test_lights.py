"""P05 and P06 by hand: lights that turned, promises whose day passed, found at night."""

from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI

from app.core.clock import today
from tests.kpis.test_cohorts import mature
from tests.kpis.test_milestones import differences
from tests.kpis.test_stage_transitions import numbers
from tests.kpis.test_visits import check_drills
from tests.walk import attach, decided
from tests.world import World


def ago(days: int) -> date:
    return today() - timedelta(days=days)


async def silent(world: World, days: int, stage: str = "negotiating", **more: Any) -> Any:
    """A lead that came to its stage so many days ago, and has been silent since."""
    lead = await world.lead_at(stage, **more)
    await world.database.execute(
        "UPDATE leads SET stage_entered_on = $2 WHERE id = $1",
        lead["id"], ago(days),
    )  # fmt: skip
    await world.database.execute(
        "UPDATE stage_transitions SET event_on = $2 WHERE lead_id = $1", lead["id"], ago(days)
    )
    return lead


async def turned(world: World, day: date) -> dict[str, str]:
    """The zone's lights that turned on a day."""
    zone = await world.kpis("zone", f"period={day}&metrics=P05")
    (values,) = zone.values()
    return {part["dimension"]: part["value"] for part in values["P05"]["breakdown"]}


async def test_lights_count_on_the_day_they_turned(world: World, app: FastAPI) -> None:
    """60 and 90 days of silence; over 30 days in 在谈, over 20 in 拟签约."""
    for days in (30, 31, 59, 60):
        await silent(world, days)
    await silent(world, 95, client=world.stranger)
    await silent(world, 21, "pre_signing")
    await silent(world, 99, "registered")
    assert await mature(app) == 0 + 1 + 1 + 2 + 3 + 1
    assert await mature(app) == 0
    assert await turned(world, today()) == {"yellow": "1.0000", "stage_age": "2.0000"}
    assert await turned(world, ago(95 - 60)) == {"yellow": "1.0000"}
    assert await turned(world, ago(95 - 90)) == {"red": "1.0000"}
    assert await turned(world, ago(59 - 31)) == {"stage_age": "1.0000"}
    query = f"period={ago(99)}..{today()}&metrics=P05"
    assert await numbers(world, "P05", query) == {
        "officer": "1.0000",
        "stranger": "1.0000",
        "bio": "1.0000",
        "metal": "1.0000",
        "bureau": "2.0000",
        "zone": "2.0000",
    }
    assert await check_drills(world, query) > 0
    assert await differences(app) == []


async def test_a_new_spell_counts_anew_and_no_past_is_undone(world: World, app: FastAPI) -> None:
    lead = await silent(world, 60)
    assert await mature(app) == 2
    visit = await world.visit(lead_id=lead["id"], visited_on=ago(20).isoformat())
    assert await mature(app) == 0
    assert (await turned(world, today()))["yellow"] == "1.0000"
    await world.take_back("visits", visit, world.officer)
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.colleague.id, "reason": "轮岗"}
    await world.team_lead.made("/transfers", body)
    assert await mature(app) == 0
    await world.database.execute("UPDATE leads SET stage_entered_on = $1", ago(70))
    await world.database.execute("UPDATE stage_transitions SET event_on = $1", ago(70))
    assert await mature(app) == 2
    assert (await turned(world, ago(10)))["yellow"] == "1.0000"
    officers = await numbers(world, "P05", f"period={ago(10)}..{today()}")
    assert {who: officers[who] for who in ("officer", "colleague")} == {
        "officer": "1.0000",
        "colleague": "1.0000",
    }
    assert await differences(app) == []


async def promised(world: World) -> Any:
    """A lead registered on the promise of an environment approval."""
    await world.with_gates()
    lead = await world.lead(track="construction")
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    for kind in ("licence", "establishment_document", "land_contract", "energy_review"):
        await attach(world, lead, kind)
    day = (today() + timedelta(days=10)).isoformat()
    promise = {"item": "environment_approval", "promised_on": day, "reason": "公示期内"}
    step = await world.ask(lead["id"], to_stage="registered", deferrals=[promise])
    return lead, await world.decide(step)


async def overdue(world: World, period: str) -> dict[str, str]:
    (values,) = (await world.kpis("zone", f"period={period}&metrics=P06")).values()
    every = {part["dimension"]: part["value"] for part in values["P06"]["breakdown"]}
    parts = {dimension: value for dimension, value in every.items() if value != "0"}
    return parts | {"all": values["P06"]["value"]}


async def test_a_promise_counts_on_its_day_and_stays_when_it_comes_late(
    world: World, app: FastAPI
) -> None:
    lead, step = await promised(world)
    assert await mature(app) == 0
    await world.database.execute("UPDATE deferrals SET promised_on = $1", today())
    assert await mature(app) == 0
    await world.database.execute("UPDATE deferrals SET promised_on = $1", ago(1))
    assert await mature(app) == 1
    assert await overdue(world, f"{ago(1)}") == {"missing": "1", "all": "1"}
    assert await overdue(world, f"{today()}") == {"all": "0"}
    assert await numbers(world, "P06", f"period={ago(1)}") == dict.fromkeys(
        ("officer", "bio", "bureau", "zone"), "1"
    )
    assert await check_drills(world, f"period={ago(1)}&metrics=P06") > 0
    (deferral,) = (await world.officer.seen(f"/deferrals?lead_id={lead['id']}"))["items"]
    later = {"promised_on": (today() + timedelta(days=5)).isoformat(), "reason": "补正"}
    await decided(world.leader, "/deferrals", deferral, "extensions", **later)
    assert await mature(app) == 0
    assert await overdue(world, f"{ago(1)}") == {"missing": "1", "all": "1"}
    await attach(world, lead, "environment_approval")
    assert await mature(app) == 1
    assert await overdue(world, f"{ago(1)}") == {"late": "1", "all": "1"}
    assert await differences(app) == []
    await world.take_back("stage-transitions", step)
    assert await overdue(world, f"{ago(1)}") == {"all": "0"}
    assert await differences(app) == []


async def test_a_promise_kept_in_time_never_counts(world: World, app: FastAPI) -> None:
    lead, _ = await promised(world)
    await attach(world, lead, "environment_approval")
    await world.database.execute("UPDATE deferrals SET promised_on = $1", ago(1))
    assert await mature(app) == 0
    assert await differences(app) == []
