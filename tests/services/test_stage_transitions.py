"""Taking moves back, and the acceptance that may come after production."""

from typing import Any

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag


async def state(world: World, lead: Any) -> tuple[Any, ...]:
    now = await world.leader.seen(f"/leads/{lead['id']}")
    return now["stage"], now["status"], now["is_pending"]


async def test_only_the_latest_move_is_reversed(world: World) -> None:
    lead = await world.lead()
    first = await world.move(lead["id"], "contacted")
    second = await world.move(lead["id"], "negotiating")
    response = await world.leader.post(
        f"/stage-transitions/{first['id']}/reversals",
        {"reason": "误"},
        headers={"If-Match": etag(first)},
    )
    problem(response, 409, "not_latest_transition")
    gone = await world.take_back("stage-transitions", second)
    assert (gone["status"], gone["reversal_reason"]) == ("reversed", "录入有误")
    assert await state(world, lead) == ("contacted", "active", False)
    await world.take_back("stage-transitions", first)
    assert await state(world, lead) == ("identified", "active", False)


async def test_a_reversed_signing_takes_its_amount_along(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    rate = {"currency": "USD", "exchange_rate": "7.1", "rate_on": today().isoformat()}
    body: dict[str, Any] = {"agreed_amount": "10.50", **rate}
    step = await world.move(lead["id"], "signed", **body)
    assert (step["agreed_amount"], step["agreed_amount_cny"]) == ("10.50", "74.55")
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["agreed_amount"], now["agreed_currency"]) == ("10.50", "USD")
    await world.take_back("stage-transitions", step)
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["stage"], now["agreed_amount"]) == ("pre_signing", None)
    assert now["agreed_currency"] is None


async def test_production_before_acceptance(world: World) -> None:
    lead = await world.lead_at("building")
    await world.move(lead["id"], "producing")
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert [a for a in now["allowed_actions"] if a.startswith("advance")] == [
        "advance_to_completed", "advance_to_at_capacity",
    ]  # fmt: skip
    late = await world.move(lead["id"], "completed")
    assert await state(world, lead) == ("producing", "active", False)
    await world.take_back("stage-transitions", late)
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert "advance_to_completed" in now["allowed_actions"]


async def test_a_reversed_later_stage_leaves_the_acceptance_open(world: World) -> None:
    lead = await world.lead_at("building")
    await world.move(lead["id"], "producing")
    last = await world.move(lead["id"], "at_capacity")
    await world.take_back("stage-transitions", last)
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert [a for a in now["allowed_actions"] if a.startswith("advance")] == [
        "advance_to_completed", "advance_to_at_capacity",
    ]  # fmt: skip


async def test_a_reversed_early_production_closes_the_late_acceptance(world: World) -> None:
    lead = await world.lead_at("building")
    step = await world.move(lead["id"], "producing")
    await world.take_back("stage-transitions", step)
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert [a for a in now["allowed_actions"] if a.startswith("advance")] == [
        "advance_to_completed", "advance_to_producing",
    ]  # fmt: skip
