"""M01 with supplements: increments for the members of the signing day, by hand."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.kpis.test_stage_transitions import YEAR, numbers, shared_signing
from tests.world import World
from tests.writes.agreements import decided, in_force

SIGNED = {
    "officer": "33330000.00",
    "colleague": "33330000.00",
    "stranger": "33340000.01",
    "bio": "66660000.00",
    "metal": "33340000.01",
    "bureau": "100000000.01",
    "zone": "100000000.01",
}


async def supplemented(world: World, lead: Any, amount: str = "100.00", **more: Any) -> Any:
    """An investment agreement and a supplement to it, both in force."""
    day = today().isoformat()
    first = await in_force(world, lead, signed_on=day, start_by=day, produce_by=day)
    given = {"signed_on": day, "start_by": None, "produce_by": None, "amount": amount, **more}
    return await in_force(world, lead, kind="supplement", supersedes_id=first["id"], **given)


async def exact(app: FastAPI) -> bool:
    async with app.state.db.transaction() as session:
        return await ledger.verify(session) == []


async def test_an_increment_joins_the_agreed_amount(world: World, app: FastAPI) -> None:
    step = await shared_signing(world)
    lead = await world.officer.seen(f"/leads/{step['lead_id']}")
    signings = [await numbers(world, metric) for metric in ("Q02", "Q03")]
    added = await supplemented(world, lead)
    assert await numbers(world, "M01") == {
        "officer": "33330033.33",
        "colleague": "33330033.33",
        "stranger": "33340033.35",
        "bio": "66660066.66",
        "metal": "33340033.35",
        "bureau": "100000100.01",
        "zone": "100000100.01",
    }
    assert [await numbers(world, metric) for metric in ("Q02", "Q03")] == signings
    assert await exact(app)
    before = await world.instant()
    await decided(world, added, "terminate")
    assert await numbers(world, "M01") == SIGNED
    assert (await numbers(world, "M01", f"{YEAR}&as_of={before}"))["zone"] == "100000100.01"
    assert await exact(app)


async def test_it_is_shared_by_the_members_of_its_own_day(world: World, app: FastAPI) -> None:
    step = await shared_signing(world)
    await world.members(step["lead_id"], (world.officer, "lead_negotiator", None))
    lead = await world.officer.seen(f"/leads/{step['lead_id']}")
    await supplemented(world, lead)
    found = await numbers(world, "M01")
    assert (found["officer"], found["colleague"]) == ("33330100.00", SIGNED["colleague"])
    assert await exact(app)


async def test_nothing_counts_before_the_lead_is_signed(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("pre_signing")
    await supplemented(world, lead)
    assert await numbers(world, "M01") == {}
    step = await world.move(lead["id"], "signed")
    assert (await numbers(world, "M01"))["zone"] == "200000100.00"
    await world.take_back("stage-transitions", step)
    assert await numbers(world, "M01") == {}
    assert await exact(app)


async def test_a_framework_agreement_counts_nothing(world: World) -> None:
    await shared_signing(world)
    lead = await world.lead_at("negotiating")
    day = (today() - timedelta(days=1)).isoformat()
    await in_force(world, lead, kind="framework", signed_on=day, start_by=None, produce_by=None)
    assert await numbers(world, "M01") == SIGNED
