"""Service tasks and blockers over HTTP, and R15 counted by hand."""

from typing import Any

from tests.kpis.test_activities import verified
from tests.kpis.test_visits import check_drills
from tests.world import World, problem
from tests.writes import etag

TASK = {"title": "代办营业执照", "kind": "registration"}
# A Friday; one working day later is Monday.
FRIDAY, MONDAY = "2026-03-06", "2026-03-09"


async def a_task(world: World, **more: Any) -> Any:
    if "company_id" not in more:
        more.setdefault("lead_id", (await world.lead())["id"])
    body = {**TASK, "received_on": FRIDAY, "promised_days": 1, **more}
    return await world.officer.made("/service-tasks", body)


async def act(client: Any, path: str, record: Any, action: str, body: Any = None) -> Any:
    headers = {"If-Match": etag(record)}
    return await client.post(f"/{path}/{record['id']}/{action}", body, headers=headers)


async def test_deadlines_follow_the_working_calendar(world: World) -> None:
    task = await a_task(world)
    assert task["due_on"] == MONDAY
    path = f"/service-tasks/{task['id']}"
    reply = await world.officer.patch(path, {"promised_days": 5}, etag(task))
    assert reply.json()["due_on"] == "2026-03-13"
    for changed, pointer, code in (
        ({"statutory_days": 2, "promised_days": 3}, "/promised_days", "promised_above_statutory"),
        ({"company_id": world.officer.id}, "/lead_id", "lead_or_company"),
        ({"assignee_id": world.agent.id}, "/assignee_id", "reference_not_found"),
    ):
        body = {**TASK, "lead_id": task["lead_id"], "received_on": FRIDAY, "promised_days": 1}
        refused = await world.officer.post("/service-tasks", {**body, **changed})
        (error,) = problem(refused, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)


async def test_closed_on_time(world: World) -> None:
    on_time, late, dropped, to_stranger = [await a_task(world) for _ in range(4)]
    await a_task(world)
    path = f"/service-tasks/{to_stranger['id']}"
    body = {"assignee_id": world.stranger.id}
    handed = (await world.officer.patch(path, body, etag(to_stranger))).json()
    for task, client, day in (
        (on_time, world.officer, MONDAY),
        (late, world.officer, "2026-03-10"),
        (handed, world.stranger, FRIDAY),
    ):
        reply = await act(client, "service-tasks", task, "closings", {"done_on": day})
        assert (reply.status_code, reply.json()["done_on"]) == (201, day)
    await act(world.officer, "service-tasks", dropped, "closings", {"outcome": "cancelled"})
    rates = {}
    for scope in ("officers", "teams", "zone"):
        for subject, values in (await world.kpis(scope, "period=2026-03&metrics=R15")).items():
            value = values["R15"]
            rates[subject] = (value["value"], value["numerator"], value["denominator"])
    assert rates[world.officer.id] == ("0.5000", "1", "2")
    assert rates[world.stranger.id] == ("1.0000", "1", "1")
    assert rates[str(world.teams["bureau"])] == ("0.6667", "2", "3")
    assert rates[world.colleague.id] == (None, "0", "0")
    assert await check_drills(world, "period=2026-03&metrics=R15") == 10
    assert await verified(world)


async def test_opened_again_it_counts_no_more(world: World) -> None:
    task = await a_task(world)
    closed = (await act(world.officer, "service-tasks", task, "closings", {})).json()
    for action, body in (("closings", {}),):
        problem(await act(world.officer, "service-tasks", closed, action, body), 409, "task_closed")
    path = f"/service-tasks/{task['id']}"
    problem(await world.officer.patch(path, {"title": "x"}, etag(closed)), 409, "task_closed")
    again = (await act(world.officer, "service-tasks", closed, "reopenings")).json()
    assert (again["status"], again["done_on"]) == ("open", None)
    problem(await act(world.officer, "service-tasks", again, "reopenings"), 409, "task_open")
    (zone,) = (await world.kpis("zone", "period=2026&metrics=R15")).values()
    assert (zone["R15"]["value"], zone["R15"]["denominator"]) == (None, "0")
    assert await verified(world)


async def test_done_days(world: World) -> None:
    task = await a_task(world)
    for day, code in (("2026-03-05", "done_before_received"), ("2099-01-01", "date_in_future")):
        reply = await act(world.officer, "service-tasks", task, "closings", {"done_on": day})
        assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == code


async def test_tasks_follow_the_lead_or_the_assignee(world: World) -> None:
    task = await a_task(world, assignee_id=world.colleague.id)
    path = f"/service-tasks/{task['id']}"
    for client in (world.colleague, world.team_lead, world.leader, world.auditor):
        assert (await client.seen(path))["id"] == task["id"]
    seen = await world.colleague.seen(f"{path}?expand=lead")
    assert seen["lead"] is None
    for client in (world.stranger, world.other_lead):
        problem(await client.get(path), 404, "not_found")
    company = (await world.company())["id"]
    task = await a_task(world, company_id=company, assignee_id=world.stranger.id)
    assert (await world.other_lead.seen(f"/service-tasks/{task['id']}"))["company_id"] == company
    problem(await world.team_lead.get(f"/service-tasks/{task['id']}"), 404, "not_found")


async def test_a_blocker_goes_up_to_its_headquarters(world: World) -> None:
    lead = await world.lead()
    blocker = await world.officer.made("/blockers", {"title": "用地", "lead_id": lead["id"]})
    team = await world.headquarters()
    world.teams["headquarters"] = team  # pyright: ignore[reportArgumentType]
    chief = await world.account("team_lead", "headquarters")
    path = f"/blockers/{blocker['id']}"
    problem(await chief.get(path), 404, "not_found")
    body = {"headquarters_id": str(world.teams["bio"]), "reason": "需协调"}
    refused = await act(world.officer, "blockers", blocker, "escalations", body)
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "no_headquarters"
    body["headquarters_id"] = team
    up = (await act(world.officer, "blockers", blocker, "escalations", body)).json()
    assert (up["status"], up["headquarters_id"]) == ("escalated", team)
    reply = await act(world.officer, "blockers", up, "escalations", body)
    problem(reply, 409, "blocker_escalated")
    assert (await chief.seen(path))["status"] == "escalated"
    done = {"resolution": "已落实指标"}
    early = {**done, "resolved_on": "2026-01-01"}
    reply = await act(chief, "blockers", up, "resolutions", early)
    assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "resolved_before_raised"
    solved = (await act(chief, "blockers", up, "resolutions", done)).json()
    assert (solved["status"], solved["resolution"]) == ("resolved", "已落实指标")
    reply = await act(chief, "blockers", solved, "resolutions", done)
    problem(reply, 409, "blocker_resolved")
