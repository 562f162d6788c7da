"""P01 to P04, P07 and P08 by hand: told and followed up in time, known, taken back."""

from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.kpis.test_stage_transitions import numbers
from tests.kpis.test_visits import check_drills
from tests.world import Client, World
from tests.writes import etag

MARCH = "period=2026-03&metrics="


async def exact(app: FastAPI) -> None:
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []


async def assessed(world: World, lead: Any, typed_on: str, client: Client, verdict: str) -> None:
    made = await client.made("/assessments", {"lead_id": lead["id"], "verdict": verdict})
    await world.database.execute(
        "UPDATE assessments SET created_at = ($2 || ' 23:59:59+08')::timestamptz WHERE id = $1",
        made["id"], typed_on,
    )  # fmt: skip


async def told(world: World, lead: Any, kind: str, counted_on: str, client: Client) -> None:
    """A response typed on the day that it was given."""
    body = {"lead_id": lead["id"], "kind": kind, "text": "已告知"}
    made = await client.made("/lead-responses", body)
    day = date.fromisoformat(counted_on)
    await world.database.execute(
        "UPDATE lead_responses SET counted_on = $2 WHERE id = $1", made["id"], day
    )
    # The ledger follows with whatever touches the lead next: the day of receiving, here and back.
    for received_on in ("2026-03-05", lead["received_on"]):
        held = await client.seen(f"/leads/{lead['id']}")
        body = {"received_on": received_on}
        reply = await client.patch(f"/leads/{lead['id']}", body, etag(held))
        assert reply.status_code == 200, reply.text


async def test_told_in_time(world: World, app: FastAPI) -> None:
    """Received on Friday 6 March: due on the 9th, the 11th and the 13th."""
    prompt, slow, silent = [await world.lead(received_on="2026-03-06") for _ in range(3)]
    other = await world.lead(world.stranger, received_on="2026-03-06")
    gone = await world.lead(received_on="2026-03-06")
    await world.officer.delete(f"/leads/{gone['id']}", etag(gone))
    for lead, client, days in (
        (prompt, world.officer, ("2026-03-09", "2026-03-11", "2026-03-13")),
        (slow, world.officer, ("2026-03-10", "2026-03-12", "2026-03-13")),
        (other, world.stranger, ("2026-03-06", "2026-03-06", "2026-03-14")),
    ):
        await assessed(world, lead, days[1], client, "follow")
        for kind, day in (("answered", days[0]), ("feedback", days[2])):
            await told(world, lead, kind, day, client)
    assert silent["received_on"] == "2026-03-06"
    in_time = {"officer": "0.3333", "stranger": "1.0000", "bio": "0.3333", "metal": "1.0000"}
    whole = {"bureau": "0.5000", "zone": "0.5000"}
    assert await numbers(world, "P01", f"{MARCH}P01") == in_time | whole
    assert await numbers(world, "P02", f"{MARCH}P02") == in_time | whole
    assert await numbers(world, "P03", f"{MARCH}P03") == {
        "officer": "0.6667", "bio": "0.6667", "bureau": "0.5000", "zone": "0.5000",
    }  # fmt: skip
    assert await check_drills(world, f"{MARCH}P01,P02,P03") > 0
    await exact(app)


async def test_experts_have_seven_working_days(world: World, app: FastAPI) -> None:
    """Received on Friday 6 March: experts asked by the 11th have until the 17th."""
    for asked_on, typed_on in (("2026-03-11", "2026-03-17"), ("2026-03-11", "2026-03-18")):
        lead = await world.lead(received_on="2026-03-06")
        await assessed(world, lead, asked_on, world.officer, "ask_experts")
        await assessed(world, lead, typed_on, world.officer, "follow")
        await told(world, lead, "answered", "2026-03-09", world.officer)
        clock = await world.officer.seen(f"/leads/{lead['id']}/clock")
        assert (clock["assess_due_on"], clock["assessed_on"]) == ("2026-03-17", typed_on)
    late = await world.lead(received_on="2026-03-06")
    await assessed(world, late, "2026-03-12", world.officer, "ask_experts")
    clock = await world.officer.seen(f"/leads/{late['id']}/clock")
    assert (clock["assess_due_on"], clock["assessed_on"]) == ("2026-03-11", None)
    assert (await numbers(world, "P02", f"{MARCH}P02"))["officer"] == "0.3333"
    await world.officer.patch(f"/leads/{late['id']}", {"received_on": "2026-03-05"}, etag(late))
    await exact(app)


async def test_follow_ups_on_time(world: World, app: FastAPI) -> None:
    ago = {days: (today() - timedelta(days=days)).isoformat() for days in (0, 1, 9)}
    for due, done in ((0, 0), (0, 1), (1, 0), (1, None)):
        visit = await world.visit(visited_on=ago[9], next_action_on=ago[due])
        (held,) = (await world.officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
        if done is not None:
            body, match = {"outcome": "好", "done_on": ago[done]}, {"If-Match": etag(held)}
            await world.officer.made(f"/follow-ups/{held['id']}/completions", body, headers=match)
    dropped = await world.visit(visited_on=ago[9], next_action_on=ago[0])
    await world.take_back("visits", dropped, world.officer)
    query = f"period={ago[9]}..{ago[0]}&metrics=P04"
    half = dict.fromkeys(("officer", "bio", "bureau", "zone"), "0.5000")
    assert await numbers(world, "P04", query) == half
    assert await check_drills(world, query) > 0
    await exact(app)


async def test_a_handover_moves_what_is_open_and_no_past(world: World, app: FastAPI) -> None:
    lead, day = await world.lead(), today().isoformat()
    for is_done in (True, False):
        visit = await world.visit(lead_id=lead["id"], next_action_on=day)
        (held,) = (await world.officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
        if is_done:
            path, match = f"/follow-ups/{held['id']}/completions", {"If-Match": etag(held)}
            await world.officer.made(path, {"outcome": "好"}, headers=match)
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.colleague.id, "reason": "调岗"}
    await world.team_lead.made("/transfers", body)
    zone = await world.kpis("officers", "period=today&metrics=P04")
    parts = {who: (v["P04"]["numerator"], v["P04"]["denominator"]) for who, v in zone.items()}
    assert parts[world.officer.id] == ("1", "1")
    assert parts[world.colleague.id] == ("0", "1")
    await exact(app)


async def test_reversals_of_recognitions(world: World, app: FastAPI) -> None:
    lead = await world.lead()
    await world.move(lead["id"], "contacted")
    step = await world.move(lead["id"], "negotiating")
    await world.take_back("stage-transitions", step)
    await world.move(lead["id"], "negotiating")
    assert await numbers(world, "P08", "period=today&metrics=P08") == dict.fromkeys(
        ("officer", "bio", "bureau", "zone"), "0.3333"
    )
    await exact(app)


async def test_completeness_of_the_leads_received(world: World, app: FastAPI) -> None:
    """Of ten entries 1 and 4; a place abroad counts as a region, an amount taken away does not."""
    one, two = [await world.lead(received_on="2026-03-06") for _ in range(2)]
    await world.lead(world.stranger, received_on="2026-03-07", source_country_code="SG")
    await world.lead(received_on="2026-04-01")
    assert one["company_id"]
    body = {"industry_code": "C2710", "track": "opening", "expected_jobs": 0}
    reply = await world.officer.patch(f"/leads/{two['id']}", body, etag(two))
    assert reply.status_code == 200, reply.text
    parts = {"officer": "0.2500", "bio": "0.2500", "stranger": "0.2000", "metal": "0.2000"}
    whole = {"bureau": "0.2333", "zone": "0.2333"}  # 7 of 30
    assert await numbers(world, "P07", f"{MARCH}P07") == parts | whole
    await exact(app)
    transfer = {"lead_ids": [two["id"]], "to_officer_id": world.colleague.id, "reason": "轮岗"}
    await world.team_lead.made("/transfers", transfer)
    held = await world.colleague.seen(f"/leads/{two['id']}")
    reply = await world.colleague.patch(f"/leads/{two['id']}", {"track": None}, etag(held))
    assert reply.status_code == 200, reply.text
    assert (await numbers(world, "P07", f"{MARCH}P07"))["officer"] == "0.2000"
    assert await check_drills(world, f"{MARCH}P07") > 0
    await exact(app)
