"""R01 to R06 in a small zone: cohorts, money, deadlines that pass, all by hand."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from app.core.clock import today
from app.kpis import maturity
from tests.kpis.test_agreements import supplemented
from tests.kpis.test_milestones import differences, end
from tests.kpis.test_stage_transitions import YEAR, numbers, shared_signing, zone
from tests.routers.test_money_facts import recognised, step
from tests.world import World
from tests.writes.agreements import in_force

RATES = "R01,R02,R03,R04,R05"


async def cohort(world: World) -> dict[str, Any]:
    """Five signings of 2 亿元: four of the officer, one of the stranger."""
    leads = {stage: await world.lead_at(stage) for stage in ("signed", "registered", "building")}
    leads["paid"] = await world.lead_at("signed")
    leads["arrival"] = await recognised(world, lead=leads["paid"], amount="50000000.00")
    leads["producing"] = await world.lead_at("producing", client=world.stranger)
    return leads


async def test_what_became_of_the_signed(world: World, app: FastAPI) -> None:
    leads = await cohort(world)
    values = await zone(world, RATES)
    assert {m: (v["numerator"], v["denominator"], v["value"]) for m, v in values.items()} == {
        "R01": ("4.0000", "5.0000", "0.8000"),  # three registered, one paid
        "R02": ("3.0000", "5.0000", "0.6000"),
        "R03": ("2.0000", "5.0000", "0.4000"),
        "R04": ("1.0000", "5.0000", "0.2000"),
        "R05": ("50000000.00", "1000000000.00", "0.0500"),
    }
    assert await numbers(world, "R01") == {
        "officer": "0.7500",
        "stranger": "1.0000",
        "bio": "0.7500",
        "metal": "1.0000",
        "bureau": "0.8000",
        "zone": "0.8000",
    }
    assert (await numbers(world, "R05"))["officer"] == "0.0625"
    assert await differences(app) == []
    await step(world.leader, "capital_arrival", leads["arrival"], "reversals", reason="误录")
    assert (await numbers(world, "R01"))["zone"] == "0.6000"
    assert await numbers(world, "R05") == {}
    assert await differences(app) == []


async def test_a_cohort_is_shared_as_its_signing_was(world: World, app: FastAPI) -> None:
    shared = await shared_signing(world)
    await world.lead_at("signed", client=world.stranger)
    lead = await world.officer.seen(f"/leads/{shared['lead_id']}")
    await recognised(world, lead=lead, amount="100.00")
    values = await world.kpis("officers", f"{YEAR}&metrics=R01,R05")
    ours, theirs = values[world.officer.id], values[world.stranger.id]
    assert (ours["R01"]["numerator"], ours["R01"]["denominator"]) == ("0.3333", "0.3333")
    assert (ours["R05"]["numerator"], ours["R05"]["denominator"]) == ("33.33", "33330000.00")
    # A third of one and the whole of the other: 0.3334 of 1.3334.
    assert (theirs["R01"]["numerator"], theirs["R01"]["denominator"]) == ("0.3334", "1.3334")
    assert theirs["R01"]["value"] == "0.2500"
    assert (theirs["R05"]["numerator"], theirs["R05"]["denominator"]) == ("33.34", "233340000.01")
    assert await differences(app) == []


async def test_a_supplement_adds_to_what_was_agreed(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("signed")
    await supplemented(world, lead, "300000000.00")
    await recognised(world, lead=lead, amount="100000000.00")
    rate = (await zone(world, "R05"))["R05"]
    assert (rate["denominator"], rate["value"]) == ("500000000.00", "0.2000")
    assert await differences(app) == []


async def test_the_cohort_keeps_the_day_of_its_signing(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("signed")
    await world.database.execute(
        "UPDATE stage_transitions SET recognised_at = '2025-06-15T04:00:00Z'"
        " WHERE lead_id = $1 AND to_stage = 'signed'",
        lead["id"],
    )
    await world.move(lead["id"], "registered")
    assert await numbers(world, "R02") == {}
    assert (await numbers(world, "R02", "period=2025-06"))["zone"] == "1.0000"
    assert (await numbers(world, "Q05"))["zone"] == "1.0000"
    assert await differences(app) == []


def day(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


async def due(world: World, lead: Any, start_by: str, **more: Any) -> Any:
    dates = {"signed_on": day(-60), "start_by": start_by, "produce_by": day(300), **more}
    return await in_force(world, lead, **dates)


async def mature(app: FastAPI) -> int:
    return await maturity.mature(app.state.db, lambda _done, _total: None, limit=1)


async def matured(world: World) -> Any:
    rate = (await zone(world, "R03"))["R03"]
    parts = {part["dimension"]: part for part in rate["breakdown"]}
    assert (rate["numerator"], rate["denominator"]) == (
        parts["all"]["numerator"],
        parts["all"]["denominator"],
    )
    part = parts.get("matured")
    return part and (part["numerator"], part["denominator"])


async def overdue(world: World, on: str) -> str:
    return (await numbers(world, "R06", f"period={on}")).get("zone", "0.0000")


async def test_a_start_is_due_once_its_day_has_passed(world: World, app: FastAPI) -> None:
    late, started = await world.lead_at("signed"), await world.lead_at("building")
    for lead, by in ((late, -1), (started, -1), (await world.lead_at("signed"), 0)):
        await due(world, lead, day(by))
    assert await matured(world) is None
    assert await differences(app) == []
    assert await mature(app) == 2
    assert await mature(app) == 0
    assert await matured(world) == ("1.0000", "2.0000")
    assert (await overdue(world, day(-1)), await overdue(world, day(0))) == ("1.0000", "0.0000")
    assert await differences(app) == []
    await world.move(late["id"], "registered")
    step = await world.move(late["id"], "building")
    assert await matured(world) == ("2.0000", "2.0000")
    assert await overdue(world, day(-1)) == "0.0000"
    await world.take_back("stage-transitions", step)
    assert await overdue(world, day(-1)) == "1.0000"
    assert await differences(app) == []


async def test_an_extension_helps_only_before_the_day(world: World, app: FastAPI) -> None:
    passed, open_ = await world.lead_at("signed"), await world.lead_at("signed")
    first = await due(world, passed, day(-1))
    await mature(app)
    await due(world, passed, day(100), supersedes_id=first["id"])
    second = await due(world, open_, day(-1))
    await due(world, open_, day(100), supersedes_id=second["id"])
    assert await mature(app) == 0
    assert await matured(world) == ("0.0000", "1.0000")
    assert await overdue(world, day(-1)) == "1.0000"
    assert await differences(app) == []


async def test_who_gave_up_is_not_overdue_and_stays_in_the_cohort(
    world: World, app: FastAPI
) -> None:
    lead = await world.lead_at("signed")
    await due(world, lead, day(-1))
    await mature(app)
    await end(world, lead, "investor_withdrew")
    assert await overdue(world, day(-1)) == "0.0000"
    assert await matured(world) == ("0.0000", "1.0000")
    assert await differences(app) == []


async def test_an_opening_is_due_on_its_day_of_production(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("registered", "opening")
    await due(world, lead, None, produce_by=day(-1))  # pyright: ignore[reportArgumentType]
    assert await mature(app) == 1
    assert await overdue(world, day(-1)) == "1.0000"
    await world.move(lead["id"], "producing")
    assert await overdue(world, day(-1)) == "0.0000"
    assert await differences(app) == []
