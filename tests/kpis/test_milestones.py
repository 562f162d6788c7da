"""Q01, Q05 to Q10, R09: every track, shares, two years and losses, all by hand."""

from typing import Any

from fastapi import FastAPI

from app.kpis import ledger
from tests.kpis.test_stage_transitions import SHARES, numbers, shared_signing, zone
from tests.world import World

MILESTONES = ("Q01", "Q05", "Q06", "Q07", "Q08", "Q09", "Q10")


async def differences(app: FastAPI) -> list[ledger.Difference]:
    async with app.state.db.transaction() as session:
        return await ledger.verify(session)


async def test_each_track_has_its_own_start(world: World, app: FastAPI) -> None:
    await world.lead_at("at_capacity")
    await world.lead_at("building", "equipment")
    await world.lead_at("producing", "opening", world.stranger)
    await world.lead_at("registered", "opening", world.stranger)
    values = await zone(world, ",".join(MILESTONES))
    assert {metric: value["value"] for metric, value in values.items()} == {
        "Q01": "4.0000",
        "Q05": "4.0000",
        "Q06": "3.0000",
        "Q07": "1.0000",
        "Q08": "2.0000",
        "Q09": "1.0000",
        "Q10": "3.0000",
    }
    started = {part["dimension"]: part["value"] for part in values["Q06"]["breakdown"]}
    assert started == {"construction": "1.0000", "equipment": "1.0000", "opening": "1.0000"}
    assert await numbers(world, "Q06") == {
        "officer": "2.0000",
        "stranger": "1.0000",
        "bio": "2.0000",
        "metal": "1.0000",
        "bureau": "3.0000",
        "zone": "3.0000",
    }
    assert await differences(app) == []


async def test_a_milestone_is_shared_by_those_of_its_day(world: World, app: FastAPI) -> None:
    step = await shared_signing(world)
    registered = await world.move(step["lead_id"], "registered")
    await world.move(step["lead_id"], "building")
    for metric in ("Q05", "Q06", "Q10"):
        assert await numbers(world, metric) == SHARES, metric
    assert (await numbers(world, "Q01")) == {
        "officer": "1.0000",
        "bio": "1.0000",
        "bureau": "1.0000",
        "zone": "1.0000",
    }
    assert registered["credits"][0]["share"] == "33.33"
    assert await differences(app) == []


async def test_a_reversed_start_counts_no_more(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("registered")
    step = await world.move(lead["id"], "building")
    assert (await numbers(world, "Q06"))["zone"] == "1.0000"
    await world.take_back("stage-transitions", step)
    assert await numbers(world, "Q06") == {}
    assert await numbers(world, "Q10") == {}
    assert (await numbers(world, "Q05"))["zone"] == "1.0000"
    assert await differences(app) == []


async def test_signed_last_year_and_started_this_year_are_two_years(
    world: World, app: FastAPI
) -> None:
    lead = await world.lead_at("building")
    assert (await numbers(world, "Q10"))["zone"] == "1.0000"
    await world.database.execute(
        "UPDATE stage_transitions SET recognised_at = recognised_at - interval '1 year'"
        " WHERE lead_id = $1 AND to_stage = 'signed'",
        lead["id"],
    )
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) > 0
    assert await numbers(world, "Q10") == {}
    assert (await numbers(world, "Q06"))["zone"] == "1.0000"


async def end(world: World, lead: Any, reason: str, **more: Any) -> Any:
    body = {"kind": "terminate", "reason_code": reason, "explanation": "对方放弃", **more}
    return await world.decide(await world.ask(lead["id"], **body))


async def test_losses_by_reason_until_the_lead_is_opened_again(world: World, app: FastAPI) -> None:
    first, second = await world.lead_at("negotiating"), await world.lead_at("signed")
    await end(world, first, "investor_funding")
    lost = {"competitor_region_code": "510100"}
    await end(world, second, "lost_to_other_place", **lost)
    loss = (await zone(world, "R09"))["R09"]
    parts = {part["dimension"]: part["value"] for part in loss["breakdown"]}
    assert (loss["value"], parts) == (
        "2.0000",
        {"investor_funding": "1.0000", "lost_to_other_place": "1.0000"},
    )
    assert (await numbers(world, "R09"))["officer"] == "2.0000"
    await world.decide(await world.ask(first["id"], kind="reopen"))
    assert (await numbers(world, "R09"))["zone"] == "1.0000"
    await end(world, first, "site_unsuitable")
    loss = (await zone(world, "R09"))["R09"]
    parts = {part["dimension"]: part["value"] for part in loss["breakdown"]}
    assert parts["site_unsuitable"] == "1.0000"
    assert loss["value"] == "2.0000"
    assert await differences(app) == []
