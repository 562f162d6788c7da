"""Reminders, days and stalled leads over HTTP, at days chosen by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.clock import today
from app.services.reminders import refresh
from tests.routers.rhythm import ago, my_day, negotiating
from tests.world import World, problem
from tests.writes import etag
from tests.writes.agreements import draft


async def run_the_night(world: World) -> tuple[int, int]:
    async with world.app.state.db.transaction() as session:
        return await refresh(session)


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
