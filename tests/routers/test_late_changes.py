"""Days of what is logged already: moved into a closed month, they say why, as a new fact would."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.routers.periods import A_DAY, BEFORE, LAST, THIS, check_exact, locked, step, taken_up
from tests.routers.test_late_activities import bodies, dated
from tests.routers.test_money_facts import body_of
from tests.world import World, problem
from tests.writes.call import etag

MONEY = {
    "/capital-arrivals": ("capital_arrival", "arrived_on"),
    "/foreign-capital-uses": ("foreign_capital_use", "used_on"),
    "/fixed-investments": ("fixed_investment", "month"),
}
WHY = {"late_reason": "核对行程后更正"}


async def facts(world: World) -> dict[str, tuple[Any, dict[str, str]]]:
    """Of this month, by path: the record, and its days as they are moved into the last one."""
    lead = await world.lead_at("signed")
    found = {"/visits": (await world.visit(visited_on=f"{THIS}"), {"visited_on": f"{A_DAY}"})}
    for path, body in (await bodies(world)).items():
        if path != "/platform-fundings":
            made = await world.officer.made(path, dated(path, body, THIS))
            of_fact = [name for name in dated(path, {}, A_DAY) if name != "to_on"]
            found[path] = made, dict.fromkeys(of_fact, f"{A_DAY}")
    for path, (noun, day) in MONEY.items():
        made = await world.officer.made(path, {**body_of(noun, lead), day: f"{THIS}"})
        found[path] = made, {day: f"{LAST}"}
    return found


@pytest.mark.parametrize("status", ["closing", "locked"])
async def test_a_day_is_moved_into_a_closed_month_with_a_reason(
    world: World, app: FastAPI, status: str
) -> None:
    found = await facts(world)
    period = await step(world, await taken_up(world), "closings")
    if status == "locked":
        await step(world, period, "locks")
    for path, (made, moved) in found.items():
        one, held = f"{path}/{made['id']}", etag(made)
        refused = await world.officer.patch(one, moved, held)
        assert f"{LAST:%Y-%m}" in problem(refused, 423, "period_closed")["detail"], path
        assert await world.officer.seen(one) == made
        done = await world.officer.patch(one, moved | WHY, held)
        assert (done.status_code, done.json()["late_reason"]) == (200, WHY["late_reason"]), path
        cleared = await world.officer.patch(one, {"late_reason": None}, etag(done.json()))
        (error,) = problem(cleared, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == ("/late_reason", "missing"), path
        # It has said why: the next correction of it need not.
        again = {name: f"{BEFORE if day == f'{LAST}' else LAST}" for name, day in moved.items()}
        assert (await world.officer.patch(one, again, etag(done.json()))).status_code == 200, path
    await check_exact(app)


async def test_what_is_no_day_is_corrected_without_a_reason(world: World) -> None:
    visit = await world.visit(visited_on=f"{A_DAY}")
    event = await world.officer.made(
        "/events", dated("/events", (await bodies(world))["/events"], A_DAY)
    )
    await locked(world)
    for path, made, change in (
        ("/visits", visit, {"kind": "local", "visited_on": f"{A_DAY}"}),
        ("/visits", visit, {"visited_on": f"{THIS}"}),
        ("/events", event, {"cost_amount": "80.00"}),
    ):
        one = f"{path}/{made['id']}"
        held = etag(await world.officer.seen(one))
        assert (await world.officer.patch(one, change, held)).status_code == 200, change


async def test_what_a_visit_leaves_to_be_done_is_dated_too(world: World, app: FastAPI) -> None:
    """It falls due in a month whose follow-ups are counted: P04 divides by it."""
    next_on: dict[str, Any] = {"next_action": "寄送方案", "next_action_on": f"{THIS}"}
    visit = await world.visit(visited_on=f"{A_DAY}", **next_on)
    await locked(world)
    path, moved = f"/visits/{visit['id']}", {"next_action_on": f"{A_DAY + timedelta(days=1)}"}
    problem(await world.officer.patch(path, moved, etag(visit)), 423, "period_closed")
    later = {"next_action_on": f"{THIS + timedelta(days=2)}"}
    done = await world.officer.patch(path, later, etag(visit))
    assert done.status_code == 200
    assert (await world.officer.patch(path, moved | WHY, etag(done.json()))).status_code == 200
    await check_exact(app)


async def test_days_added_to_a_stationing(world: World, app: FastAPI) -> None:
    """All in between are counted, one by one: its first day asks for the reason, as when logged."""
    days = {"from_on": f"{A_DAY}", "to_on": f"{A_DAY}"}
    made = await world.officer.made("/stationings", {"region_code": "310000", **days})
    await locked(world)
    path, longer = f"/stationings/{made['id']}", {"to_on": f"{THIS}"}
    problem(await world.officer.patch(path, longer, etag(made)), 423, "period_closed")
    moved = {"from_on": f"{THIS}", "to_on": f"{THIS}"}
    later = await world.officer.patch(path, moved, etag(made))
    assert (later.status_code, later.json()["late_reason"]) == (200, None)
    await check_exact(app)


async def test_what_was_done_in_a_closed_month_says_why(world: World, app: FastAPI) -> None:
    """R15 and P04 pay for what was done in time: 1 of 1 with the reason, none of it unsaid."""
    visited: dict[str, Any] = {"visited_on": f"{A_DAY}", "next_action_on": f"{A_DAY}"}
    visit = await world.visit(**visited, next_action="寄送方案")
    (held,) = (await world.officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
    body = {"title": "代办营业执照", "kind": "registration", "promised_days": 5}
    subject = {"company_id": visit["company_id"], "received_on": f"{A_DAY}"}
    tasks = [await world.officer.made("/service-tasks", {**body, **subject}) for _ in range(2)]
    await locked(world)
    done = {"done_on": f"{A_DAY}"}
    for one, told in (
        (f"/follow-ups/{held['id']}/completions", {**done, "outcome": "已寄"}),
        (f"/service-tasks/{tasks[0]['id']}/closings", done),
    ):
        made = await world.officer.get(one.rpartition("/")[0])
        match = {"If-Match": made.headers["etag"]}
        refused = await world.officer.post(one, told, headers=match)
        assert f"{LAST:%Y-%m}" in problem(refused, 423, "period_closed")["detail"], one
        assert (await world.officer.get(one.rpartition("/")[0])).text == made.text
        late = await world.officer.made(one, told | WHY, headers=match)
        assert (late["done_on"], late["late_reason"]) == (f"{A_DAY}", WHY["late_reason"])
    values = (
        await world.kpis("zone", f"period={LAST:%Y-%m}..{THIS:%Y-%m}&metrics=R15,P04")
    ).popitem()[1]
    assert {metric: value["value"] for metric, value in values.items()} == {
        "R15": "1.0000", "P04": "1.0000",
    }  # fmt: skip
    path = f"/service-tasks/{tasks[0]['id']}"
    match = {"If-Match": etag(await world.officer.seen(path))}
    opened = await world.officer.made(f"{path}/reopenings", None, headers=match)
    assert (opened["done_on"], opened["late_reason"]) == (None, None)
    given_up = {**done, "outcome": "cancelled"}
    match = {"If-Match": etag(tasks[1])}
    await world.officer.made(f"/service-tasks/{tasks[1]['id']}/closings", given_up, headers=match)
    await check_exact(app)
