"""Clocks, lights, follow-ups, reminders and days over HTTP, at days chosen by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.clock import today
from app.services.reminders import refresh
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.agreements import draft


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


async def negotiating(world: World, days: int, client: Client | None = None, **more: Any) -> Any:
    """A lead that came to negotiate so many days ago, and nothing since."""
    lead = await world.lead(client, **more)
    await world.database.execute(
        "UPDATE leads SET stage = 'negotiating', stage_entered_on = $2, received_on = $2"
        " WHERE id = $1",
        lead["id"], today() - timedelta(days=days),
    )  # fmt: skip
    return lead


async def light_of(world: World, lead: Any, client: Client | None = None) -> Any:
    page = await (client or world.officer).seen("/lead-lights")
    return next(row for row in page["items"] if row["id"] == lead["id"])


async def run_the_night(world: World) -> tuple[int, int]:
    async with world.app.state.db.transaction() as session:
        return await refresh(session)


async def my_day(world: World, client: Client | None = None, query: str = "") -> Any:
    return (await (client or world.officer).seen(f"/my-day{query}"))["items"]


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


async def test_the_night_writes_the_same_reminders_once(world: World) -> None:
    lead = await negotiating(world, 31)
    await world.visit(next_action_on=ago(0))
    assert await run_the_night(world) == (3, 0)
    rows = (await world.officer.seen("/reminders"))["items"]
    assert {(row["rule"], row["window_on"], row["due_on"]) for row in rows} == {
        ("no_update", ago(31), ago(1)),
        ("stage_age", ago(31), ago(1)),
        ("follow_up_due", ago(0), ago(0)),
    }
    assert await run_the_night(world) == (0, 0)
    assert (await world.officer.seen("/reminders"))["items"] == rows
    await world.officer.made("/no-change-notes", {"lead_id": lead["id"], "text": "等批复"})
    assert await run_the_night(world) == (0, 1)
    (ended,) = (await world.officer.seen("/reminders?state=resolved"))["items"]
    assert (ended["rule"], ended["resolved_by_id"]) == ("no_update", None)


@pytest.mark.parametrize(
    ("stage", "days"), [("contacted", 45), ("negotiating", 30), ("signed", 20)]
)
async def test_no_update_is_reminded_of_after_its_days(world: World, stage: str, days: int) -> None:
    for number in (days - 1, days):
        lead = await negotiating(world, number)
        await world.database.execute("UPDATE leads SET stage = $2 WHERE id = $1", lead["id"], stage)
    rules = [item for item in await my_day(world) if item["rule"] == "no_update"]
    assert [(item["lead"]["id"], item["due_on"]) for item in rules] == [(lead["id"], ago(0))]


async def test_reminders_are_seen_and_dealt_with(world: World) -> None:
    lead = await negotiating(world, 30)
    await run_the_night(world)
    (reminder,) = (await world.officer.seen(f"/reminders?lead_id={lead['id']}"))["items"]
    path = f"/reminders/{reminder['id']}"
    problem(await world.stranger.get(path), 404, "not_found")
    match = {"headers": {"If-Match": etag(reminder)}}
    seen = await world.officer.made(f"{path}/acknowledgements", None, **match)
    assert seen["state"] == "acknowledged"
    match = {"headers": {"If-Match": etag(seen)}}
    again = await world.officer.post(f"{path}/acknowledgements", None, **match)
    problem(again, 409, "reminder_closed")
    (item,) = await my_day(world)
    assert (item["reminder_id"], item["reminder_state"]) == (reminder["id"], "acknowledged")
    solved = await world.team_lead.made(f"{path}/resolutions", None, **match)
    assert (solved["state"], solved["resolved_by_id"]) == ("resolved", world.team_lead.id)
    assert await my_day(world) == []
    assert await run_the_night(world) == (0, 0)


async def test_a_day_is_in_order_of_consequence(world: World) -> None:
    lead = await negotiating(world, 40)
    await world.visit(lead_id=lead["id"], visited_on=ago(35), next_action_on=ago(3))
    await world.visit(visited_on=ago(9), next_action="寄样品", next_action_on=ago(9))
    await world.officer.made(
        "/service-tasks",
        {"title": "代办执照", "kind": "registration", "lead_id": lead["id"],
         "received_on": "2026-03-06", "promised_days": 1},
    )  # fmt: skip
    early = await world.lead(received_on=ago(30))
    items = await my_day(world)
    assert [item["rule"] for item in items] == [
        "answer_due", "assessment_due", "feedback_due", "task_due", "follow_up_due",
        "follow_up_due", "stage_age", "no_update",
    ]  # fmt: skip
    assert [item["days_over"] for item in items[4:6]] == [9, 3]
    assert (items[0]["lead"]["id"], items[0]["lead"]["name"]) == (early["id"], early["name"])
    assert (items[4]["lead"], items[4]["text"]) == (None, "寄样品")
    assert items[3]["title"] == {"zh": "代办事项到期", "en": "Service task due"}
    for item in items:
        seen = await world.officer.seen(item["link"])
        assert seen["id"] == item["subject_id"]
    day = await world.officer.seen("/my-day?limit=3")
    assert (len(day["items"]), day["has_more"]) == (3, True)


async def test_whose_day_may_be_looked_at(world: World) -> None:
    lead = await negotiating(world, 40)
    restricted = await negotiating(world, 40, is_restricted=True)
    query = f"?officer_id={world.officer.id}"
    assert {item["lead"]["id"] for item in await my_day(world)} == {lead["id"], restricted["id"]}
    seen = await my_day(world, world.team_lead, query)
    assert {item["lead"]["id"] for item in seen} == {lead["id"]}
    for client in (world.colleague, world.stranger, world.other_lead):
        assert await my_day(world, client, query) == []
    assert await my_day(world, world.colleague) == []


async def test_stalled_leads_by_weight_with_their_causes(world: World) -> None:
    big: dict[str, Any] = {"planned_investment": "300000000.00"}
    heavy = await negotiating(world, 200, **big)
    lighter = await negotiating(world, 100, planned_investment="500000000.00")
    await negotiating(world, 59, **big)
    await negotiating(world, 200, planned_investment="99999999.99")
    await negotiating(world, 200, currency="USD", **big)
    await negotiating(world, 300, world.stranger, **big)
    await world.officer.made("/blockers", {"title": "用地指标", "lead_id": heavy["id"]})
    found = await world.team_lead.seen("/stalled-leads")
    assert [row["lead"]["id"] for row in found["items"]] == [heavy["id"], lighter["id"]]
    first = found["items"][0]
    assert (first["amount_cny"], first["days_without_progress"]) == ("300000000.00", 200)
    assert (first["light"], first["last_progress_on"]) == ("removal", ago(200))
    assert [blocker["title"] for blocker in first["blockers"]] == ["用地指标"]
    assert first["rules"] == ["stage_age", "no_update"]
    cut = await world.leader.seen("/stalled-leads?limit=1&min_amount=1.00")
    assert (len(cut["items"]), cut["has_more"]) == (1, True)


async def test_deadlines_of_an_agreement_become_exit_circumstances(world: World) -> None:
    signed = await world.lead_at("signed")
    made = await draft(world, signed)
    await world.database.execute(
        "UPDATE agreements SET status = 'active' WHERE id = $1", made["id"]
    )
    for register, start, rules in (
        (30, 0, []),
        (31, 150, ["registration_late"]),
        (31, 190, ["registration_late", "start_late"]),
    ):
        await world.database.execute(
            "UPDATE agreements SET register_by = $2, start_by = $3 WHERE lead_id = $1",
            signed["id"], today() - timedelta(days=register), today() - timedelta(days=start),
        )  # fmt: skip
        found = [item["rule"] for item in await my_day(world)]
        assert [rule for rule in found if rule.endswith("_late")] == rules


async def test_a_claim_that_ends_soon(world: World) -> None:
    lead = await world.lead()
    visit = await world.visit(lead_id=lead["id"], guests=[{"name": "王强"}])
    body = {"lead_id": lead["id"], "visit_id": visit["id"]}
    claim = await world.officer.made("/claims", body)
    headers = {"If-Match": etag(claim)}
    await world.team_lead.made(
        f"/claims/{claim['id']}/decisions", {"decision": "recognise"}, headers=headers
    )
    for days, count in ((15, 0), (14, 1), (0, 1)):
        day: date = today() + timedelta(days=days)
        await world.database.execute("UPDATE claims SET protected_until = $1", day)
        found = [item for item in await my_day(world) if item["rule"] == "claim_ending"]
        assert [(item["days_over"], item["subject_id"]) for item in found] == [
            (-days, claim["id"])
        ] * count


async def test_an_overdue_promise_comes_before_all_that_only_runs(world: World) -> None:
    lead = await negotiating(world, 40)
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    await world.database.execute("DELETE FROM gate_settings WHERE item = 'environment_approval'")
    day = (today() + timedelta(days=30)).isoformat()
    await world.database.execute(
        "UPDATE leads SET track = 'construction' WHERE id = $1", lead["id"]
    )
    promise = {"item": "environment_approval", "promised_on": day, "reason": "受理中"}
    await world.decide(await world.ask(lead["id"], to_stage="registered", deferrals=[promise]))
    assert not [item for item in await my_day(world) if item["rule"] == "deferral_overdue"]
    await world.database.execute("UPDATE deferrals SET promised_on = $1", today() - timedelta(3))
    await world.visit(lead_id=lead["id"], next_action_on=ago(0))
    first, second = await my_day(world)
    assert (first["rule"], first["days_over"], first["text"]) == (
        "deferral_overdue", 3, "environment_approval",
    )  # fmt: skip
    assert (await world.officer.seen(first["link"]))["is_overdue"]
    assert second["rule"] == "follow_up_due"
