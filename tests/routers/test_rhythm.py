"""Lights, clocks and follow-ups over HTTP, at days chosen by hand."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.routers.rhythm import ago, my_day, negotiating
from tests.world import Client, World, problem
from tests.writes import etag


async def light_of(world: World, lead: Any, client: Client | None = None) -> Any:
    page = await (client or world.officer).seen("/lead-lights")
    return next(row for row in page["items"] if row["id"] == lead["id"])


@pytest.mark.parametrize(
    ("days", "colour", "reasons"),
    [
        (30, "green", []),
        (31, "yellow", ["stage_age"]),
        (59, "yellow", ["stage_age"]),
        (60, "yellow", ["no_progress", "stage_age"]),
        (61, "yellow", ["no_progress", "stage_age"]),
        (89, "yellow", ["no_progress", "stage_age"]),
        (90, "red", ["no_progress", "stage_age"]),
        (91, "red", ["no_progress", "stage_age"]),
        (180, "red", ["no_progress", "stage_age"]),
        (181, "removal", ["no_progress", "stage_age"]),
    ],
)
async def test_lights_of_a_lead_without_progress(
    world: World, days: int, colour: str, reasons: list[str]
) -> None:
    """V24: yellow from 60 days, red from 90, proposed for removal from 181."""
    found = await light_of(world, await negotiating(world, days))
    assert (found["light"], found["reasons"]) == (colour, reasons)
    assert (found["days_in_stage"], found["days_without_progress"]) == (days, days)
    assert (found["most_days"], found["last_progress_on"]) == (30, ago(days))


async def test_what_is_progress_and_what_is_only_an_update(world: World) -> None:
    lead = await negotiating(world, 100)
    assert (await light_of(world, lead))["light"] == "red"
    body = {"lead_id": lead["id"], "text": "等待总部投委会，下月开会"}
    note = await world.officer.made("/no-change-notes", body)
    assert note["noted_on"] == ago(0)
    noted = await light_of(world, lead)
    assert (noted["light"], noted["last_update_on"], noted["last_progress_on"]) == (
        "red", ago(0), ago(100),
    )  # fmt: skip
    visit = await world.visit(lead_id=lead["id"], visited_on=ago(20))
    moved = await light_of(world, lead)
    assert (moved["light"], moved["last_progress_on"]) == ("yellow", ago(20))
    assert moved["reasons"] == ["stage_age"]
    await world.take_back("visits", visit, world.officer)
    assert (await light_of(world, lead))["last_progress_on"] == ago(100)


async def test_a_suspended_lead_has_no_light_and_its_clock_pauses(world: World) -> None:
    lead = await negotiating(world, 70)
    more: dict[str, Any] = {
        "explanation": "股东变更",
        "resume_by": "2099-01-01",
        "event_on": ago(50),
    }
    await world.decide(await world.ask(lead["id"], kind="suspend", **more))
    assert (await light_of(world, lead))["light"] == "off"
    await world.decide(await world.ask(lead["id"], kind="resume", event_on=ago(10)))
    found = await light_of(world, lead)
    assert (found["light"], found["days_in_stage"], found["days_without_progress"]) == (
        "green", 30, 10,
    )  # fmt: skip


async def test_lights_are_filtered_and_hidden_leads_are_not_among_them(world: World) -> None:
    red, green = await negotiating(world, 95), await negotiating(world, 5)
    hidden = await negotiating(world, 95, world.stranger)
    rows = (await world.officer.seen("/lead-lights?light=red"))["items"]
    assert [row["id"] for row in rows] == [red["id"]]
    rows = (await world.team_lead.seen("/lead-lights?light__ne=red"))["items"]
    assert [row["id"] for row in rows] == [green["id"]]
    rows = (await world.leader.seen(f"/lead-lights?light=red&owner_id={world.stranger.id}"))[
        "items"
    ]
    assert [row["id"] for row in rows] == [hidden["id"]]
    team = f"/lead-lights?team_id__under={world.teams['bureau']}&sort=stage_entered_on"
    assert len((await world.leader.seen(team))["items"]) == 3
    problem(await world.officer.get("/lead-lights?light=blue"), 422, "invalid_values")


@pytest.mark.parametrize(
    ("received", "answer", "assess", "feedback"),
    [
        # A Friday; the Saturday after it is worked for the May holiday.
        ("2026-05-08", "2026-05-09", "2026-05-12", "2026-05-15"),
        # The Saturday worked before Spring Festival: nobody works until the 24th.
        ("2026-02-14", "2026-02-24", "2026-02-26", "2026-02-24"),
        ("2026-03-06", "2026-03-09", "2026-03-11", "2026-03-13"),
    ],
)
async def test_the_clock_of_a_lead(
    world: World, received: str, answer: str, assess: str, feedback: str
) -> None:
    """V25: one working day from a Friday ends with the next day worked, 调休 respected."""
    lead = await world.lead(received_on=received)
    clock = await world.officer.seen(f"/leads/{lead['id']}/clock")
    assert (clock["answer_due_on"], clock["assess_due_on"], clock["feedback_due_on"]) == (
        answer, assess, feedback,
    )  # fmt: skip
    assert (clock["answered_on"], clock["report_due_on"]) == (None, None)
    problem(await world.stranger.get(f"/leads/{lead['id']}/clock"), 404, "not_found")


async def test_responses_stop_the_clock(world: World) -> None:
    lead = await world.lead(received_on=ago(30))
    new = {"lead_id": lead["id"], "kind": "answered", "text": "已电话回复"}
    for day, code in ((ago(31), "before_received"), ("2099-01-01", "date_in_future")):
        refused = await world.officer.post("/lead-responses", {**new, "responded_on": day})
        (error,) = problem(refused, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == ("/responded_on", code)
    late = await world.officer.made("/lead-responses", {**new, "responded_on": ago(29)})
    assert late["counted_on"] == ago(0), "typed weeks later: the day of typing counts"
    fed = {**new, "kind": "feedback", "responded_on": ago(0)}
    await world.officer.made("/lead-responses", fed)
    clock = await world.officer.seen(f"/leads/{lead['id']}/clock")
    assert (clock["answered_on"], clock["fed_back_on"]) == (ago(0), ago(0))
    assert clock["report_due_on"] == (today() + timedelta(days=14)).isoformat()
    problem(await world.stranger.post("/lead-responses", new), 422, "invalid_values")


async def test_a_corrected_day_of_receiving_moves_the_clock(world: World) -> None:
    lead = await world.lead(received_on="2026-03-06")
    path = f"/leads/{lead['id']}"
    await world.officer.patch(path, {"received_on": "2026-05-08"}, etag(lead))
    clock = await world.officer.seen(f"{path}/clock")
    assert clock["answer_due_on"] == "2026-05-09"


async def follow_up(world: World, visit: Any, client: Client | None = None) -> Any:
    page = await (client or world.officer).seen(f"/follow-ups?visit_id={visit['id']}")
    return page["items"][0]


async def test_a_follow_up_follows_its_visit(world: World) -> None:
    more: dict[str, Any] = {"next_action": "送政策清单", "next_action_on": ago(0)}
    visit = await world.visit(lead_id=(await world.lead())["id"], **more)
    held = await follow_up(world, visit)
    assert (held["text"], held["due_on"], held["status"]) == ("送政策清单", ago(0), "open")
    assert held["officer_id"] == world.officer.id
    path, day = f"/visits/{visit['id']}", (today() + timedelta(days=3)).isoformat()
    visit = (await world.officer.patch(path, {"next_action_on": day}, etag(visit))).json()
    assert (await follow_up(world, visit))["due_on"] == day
    gone = {"next_action_on": None}
    visit = (await world.officer.patch(path, gone, etag(visit))).json()
    assert (await follow_up(world, visit))["status"] == "cancelled"
    back = {"next_action_on": ago(0)}
    visit = (await world.officer.patch(path, back, etag(visit))).json()
    held = await follow_up(world, visit)
    assert held["status"] == "open"
    done = {"outcome": "已送达", "done_on": ago(0)}
    address = f"/follow-ups/{held['id']}/completions"
    late = await world.officer.post(
        address, {**done, "done_on": "2099-01-01"}, headers={"If-Match": etag(held)}
    )
    assert problem(late, 422, "invalid_values")["errors"][0]["code"] == "date_in_future"
    held = await world.officer.made(address, done, headers={"If-Match": etag(held)})
    assert (held["status"], held["done_on"], held["outcome"]) == ("done", ago(0), "已送达")
    again = await world.officer.post(address, done, headers={"If-Match": etag(held)})
    problem(again, 409, "follow_up_closed")


async def test_a_reversed_visit_leaves_nothing_to_follow(world: World) -> None:
    visit = await world.visit(next_action_on=ago(0))
    await world.take_back("visits", visit, world.officer)
    assert (await follow_up(world, visit))["status"] == "cancelled"
    assert await my_day(world) == []


async def test_open_follow_ups_go_with_the_lead_and_come_back(world: World) -> None:
    lead = await world.lead()
    kept, done = [await world.visit(lead_id=lead["id"], next_action_on=ago(0)) for _ in range(2)]
    held = await follow_up(world, done)
    await world.officer.made(
        f"/follow-ups/{held['id']}/completions", {"outcome": "好"},
        headers={"If-Match": etag(held)},
    )  # fmt: skip
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.colleague.id, "reason": "调岗"}
    moved = await world.team_lead.made("/transfers", body)
    assert (await follow_up(world, kept, world.leader))["officer_id"] == world.colleague.id
    assert (await follow_up(world, done, world.leader))["officer_id"] == world.officer.id
    await world.take_back("transfers", moved, world.team_lead)
    assert (await follow_up(world, kept))["officer_id"] == world.officer.id
