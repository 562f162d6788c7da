"""Days in a stage: who moved on, who is still there, who stood still; counted on the fingers."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from tests.world import Client, World


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


async def contacted(world: World, client: Client | None = None, *, days: int = 100) -> Any:
    """A lead received and contacted so many days ago."""
    lead = await world.lead(client, received_on=ago(days))
    await world.ask(lead["id"], world.leader, to_stage="contacted", event_on=ago(days))
    return lead


async def moved(world: World, lead: Any, days: int) -> None:
    """Into talks so many days after contact."""
    await world.ask(lead["id"], world.leader, to_stage="negotiating", event_on=ago(100 - days))


async def asked(client: Client, query: str = "") -> Any:
    (item,) = (await client.seen(f"/stage-durations?stage=contacted{query}"))["items"]
    return item


async def test_open_stays_are_censored_and_suspensions_taken_out(world: World) -> None:
    for days in (10, 20, 30):
        await moved(world, await contacted(world), days)
    await contacted(world, days=15)  # still there: seen for 15 days
    given_up = await contacted(world)
    end = {"kind": "terminate", "reason_code": "other", "explanation": "放弃"}
    await world.ask(given_up["id"], world.leader, event_on=ago(75), **end)  # seen for 25 days
    slow = await contacted(world)
    pause = {"kind": "suspend", "explanation": "等待用地", "resume_by": ago(-30)}
    await world.ask(slow["id"], world.leader, event_on=ago(90), **pause)
    await world.ask(slow["id"], world.leader, kind="resume", event_on=ago(50))
    await moved(world, slow, 80)  # 40 of the 80 days stood still
    found = await asked(world.leader)
    assert (found["n"], found["left_count"], found["censored_count"]) == (6, 4, 2)
    # 6 at risk: 5/6; of 4 one more: 5/8; of 2 (25 is gone): 5/16; then none.
    steps = [(step["days"], step["survival"]) for step in found["steps"]]
    assert steps == [(10, "0.8333"), (20, "0.6250"), (30, "0.3125"), (40, "0.0000")]
    assert found["median_days"] == 30


async def test_a_window_takes_those_who_entered_in_it(world: World) -> None:
    await moved(world, await contacted(world), 10)
    await contacted(world, days=15)
    found = await asked(world.leader, f"&period={ago(20)}..{ago(0)}")
    assert (found["n"], found["left_count"], found["median_days"]) == (1, 0, None)


async def test_everybody_counts_what_they_see(world: World) -> None:
    await moved(world, await contacted(world), 10)
    await contacted(world, world.stranger)
    for client, count in (
        (world.leader, 2),
        (world.officer, 1),
        (world.colleague, 0),
        (world.team_lead, 1),
    ):
        assert (await asked(client))["n"] == count
    whole = (await world.leader.seen("/stage-durations"))["items"]
    assert [item["n"] for item in whole][:3] == [2, 2, 1]
    assert len(whole) == 9
