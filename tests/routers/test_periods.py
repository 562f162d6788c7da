"""Months: closed and locked in order by the assessor, and then never moved."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from app.kpis.metrics import Family
from tests.routers.periods import (
    A_DAY,
    BEFORE,
    LAST,
    THIS,
    check_exact,
    locked,
    step,
    taken_up,
    until_waiting,
    zone,
)
from tests.world import World, problem
from tests.writes import etag
from tests.writes.money import body_of

QUERY = f"period={LAST:%Y-%m}&metrics=T02,T09,Q02"


async def answered(world: World, query: str = QUERY) -> dict[str, Any]:
    """What every scope says, without the instant and whether the month is closed."""
    found = {s: await world.kpis(s, query) for s in ("officers", "teams", "zone")}
    for subjects in found.values():
        for values in subjects.values():
            for value in values.values():
                value.pop("status")
                for part in (value, *value["breakdown"]):
                    part["drill"] = part["drill"].split("&as_of")[0]
    return found


async def test_a_month_goes_from_open_to_locked(world: World) -> None:
    period = await world.assessor.made("/periods", {"month": "2026-09-01"})
    # 国庆 2026: 1 to 7 October are holidays, so that 8, 9 and the make-up Saturday 10 are worked.
    assert (period["status"], period["cut_off_on"]) == ("open", "2026-10-10")
    closing = await step(world, period, "closings")
    assert (closing["status"], closing["closing_by_id"]) == ("closing", world.assessor.id)
    done = await step(world, closing, "locks")
    assert (done["status"], done["locked_by_id"]) == ("locked", world.assessor.id)
    for to in ("closings", "locks"):
        reply = await world.assessor.post(
            f"/periods/{done['id']}/{to}", None, headers={"If-Match": etag(done)}
        )
        problem(reply, 409, "period_status")


async def test_what_is_no_month_to_close(world: World) -> None:
    for body, pointer in (
        ({"month": f"{A_DAY}"}, "/month"),
        ({"month": f"{LAST}", "cut_off_on": f"{A_DAY}"}, "/cut_off_on"),
    ):
        refused = problem(await world.assessor.post("/periods", body), 422, "invalid_values")
        assert refused["errors"][0]["pointer"] == pointer
    running = await taken_up(world, THIS)
    reply = await world.assessor.post(
        f"/periods/{running['id']}/closings", None, headers={"If-Match": etag(running)}
    )
    problem(reply, 409, "period_too_early")
    early = {"month": f"{LAST}", "cut_off_on": f"{today() + timedelta(days=1)}"}
    closing = await step(world, await world.assessor.made("/periods", early), "closings")
    reply = await world.assessor.post(
        f"/periods/{closing['id']}/locks", None, headers={"If-Match": etag(closing)}
    )
    problem(reply, 409, "period_too_early")
    problem(await world.assessor.post("/periods", early), 409, "already_exists")


async def test_months_are_locked_one_after_the_other(world: World) -> None:
    await locked(world, date(2026, 6, 1))
    for month in (date(2026, 5, 1), date(2026, 8, 1)):
        closing = await step(world, await taken_up(world, month), "closings")
        reply = await world.assessor.post(
            f"/periods/{closing['id']}/locks", None, headers={"If-Match": etag(closing)}
        )
        assert "2026-07" in problem(reply, 409, "period_order")["detail"]
    assert (await locked(world, date(2026, 7, 1)))["status"] == "locked"


async def test_a_locked_month_does_not_move(world: World, app: FastAPI) -> None:
    kept = await world.visit(visited_on=f"{A_DAY}")
    gone = await world.visit(visited_on=f"{A_DAY}", kind="inbound")
    before = await answered(world)
    assert before["zone"][next(iter(before["zone"]))]["T09"]["value"] == "2"
    await locked(world)
    await world.officer.patch(f"/visits/{kept['id']}", {"kind": "local"}, etag(kept))
    await world.take_back("visits", gone, world.officer)
    assert await answered(world) == before
    late: dict[str, Any] = {"visited_on": f"{A_DAY}", "late_reason": "驻外归来补录"}
    assert (await world.visit(**late))["late_reason"] == "驻外归来补录"
    assert await answered(world) == before
    # This month: one outbound less and one local more, one inbound less, one outbound late.
    now = await zone(world, "period=this_month&metrics=T09")
    parts = {part["dimension"]: part["value"] for part in now["T09"]["breakdown"]}
    assert (now["T09"]["value"], parts) == ("0", {"inbound": "-1", "local": "1", "outbound": "0"})
    entries = await world.opened(f"/ledger-entries?adjusts_period={LAST}&scope=zone&metric=T09")
    assert {(e["counted_on"], e["fact_on"]) for e in entries} == {(f"{today()}", f"{A_DAY}")}
    assert len(entries) == 4
    await check_exact(app)


async def test_what_moves_between_locked_months_is_counted_now(world: World, app: FastAPI) -> None:
    visit = await world.visit(visited_on=f"{A_DAY}")
    await locked(world)
    moved = {"visited_on": f"{BEFORE}", "late_reason": "日期录错"}
    assert (
        await world.officer.patch(f"/visits/{visit['id']}", moved, etag(visit))
    ).status_code == 200
    entries = await world.opened("/ledger-entries?scope=zone&metric=T09&adjusts_period__isnull=0")
    assert {(e["adjusts_period"], Decimal(e["quantity"])) for e in entries} == {
        (f"{LAST}", Decimal(-1)), (f"{BEFORE}", Decimal(1)),
    }  # fmt: skip
    assert (await zone(world, "period=this_month&metrics=T09"))["T09"]["value"] == "0"
    await check_exact(app)


@pytest.mark.parametrize("status", ["closing", "locked"])
async def test_a_new_fact_of_a_closed_month_says_why_it_is_late(world: World, status: str) -> None:
    lead = await world.lead_at("signed")
    period = await step(world, await taken_up(world), "closings")
    if status == "locked":
        await step(world, period, "locks")
    bodies = {"/visits": {"kind": "local", "summary": "走访", "lead_id": lead["id"]}} | {
        path: body_of(noun, lead)
        for noun, path in (
            ("capital_arrival", "/capital-arrivals"),
            ("foreign_capital_use", "/foreign-capital-uses"),
            ("fixed_investment", "/fixed-investments"),
        )
    }
    days = ("visited_on", "arrived_on", "used_on", "month")
    for (path, body), day in zip(bodies.items(), days, strict=True):
        body[day] = f"{LAST}"
        refused = problem(await world.officer.post(path, body), 423, "period_closed")
        assert f"{LAST:%Y-%m}" in refused["detail"]
        made = await world.officer.made(path, {**body, "late_reason": "银行回单晚到"})
        assert made["late_reason"] == "银行回单晚到"
        body[day] = f"{THIS}"
        await world.officer.made(path, body)
        earlier = {**body, day: f"{BEFORE}"}
        problem(await world.officer.post(path, earlier), 423, "period_closed")
    seen = await zone(world, f"period={LAST:%Y-%m}&metrics=T09")
    assert seen["T09"]["value"] == ("1" if status == "closing" else "0")


async def test_no_posting_slips_in_after_the_lock(world: World, app: FastAPI) -> None:
    """Whoever posts into the month while it is locked is in the snapshot or in the open month."""
    period = await step(world, await taken_up(world), "closings")
    body = {
        "kind": "local", "summary": "走访", "visited_on": f"{A_DAY}", "late_reason": "补录",
        "company_id": (await world.company())["id"],
    }  # fmt: skip
    path, headers = f"/periods/{period['id']}/locks", {"If-Match": etag(period)}
    replies = await asyncio.gather(
        *(world.officer.post("/visits", body) for _ in range(12)),
        world.assessor.post(path, None, headers=headers),
        *(world.officer.post("/visits", body) for _ in range(12)),
    )
    assert {reply.status_code for reply in replies} == {201}
    await check_exact(app)
    held = (await zone(world, f"period={LAST:%Y-%m}&metrics=T09"))["T09"]["value"]
    late = (await zone(world, "period=this_month&metrics=T09"))["T09"]["value"]
    assert int(held) + int(late) == 24


async def test_the_lock_waits_for_who_has_posted(world: World, app: FastAPI) -> None:
    """A posting that is not committed holds the lock off, and is in the snapshot."""
    visit = await world.visit(visited_on=f"{A_DAY}")
    period = await step(world, await taken_up(world), "closings")
    path, headers = f"/periods/{period['id']}/locks", {"If-Match": etag(period)}
    async with app.state.db.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE visits SET kind = 'inbound'")
        await ledger.post(session, Family.visit, UUID(visit["id"]))
        waiting = asyncio.create_task(world.assessor.post(path, None, headers=headers))
        await until_waiting(world.database)
        assert not waiting.done()
    assert (await waiting).status_code == 201
    assert (await zone(world, f"period={LAST:%Y-%m}&metrics=T03"))["T03"]["value"] == "1"
    await check_exact(app)
