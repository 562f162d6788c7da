"""Trips, events, stationings and payments of a closed month: late ones say why, and count now."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI

from tests.kpis.test_combinations import a_platform
from tests.routers.periods import (
    A_DAY,
    BEFORE,
    LAST,
    THIS,
    check_exact,
    locked,
    step,
    taken_up,
    zone,
)
from tests.world import Client, World, problem
from tests.writes.call import etag

# Metric, and the day by which each counts; all count 1 in their month but the payment's 80 yuan.
NOUNS = {
    "/trips": ("T01", "from_on"),
    "/events": ("T04", "held_on"),
    "/stationings": ("T06", "from_on"),
    "/platform-fundings": ("M10", "paid_on"),
}


async def bodies(world: World) -> dict[str, Any]:
    return {
        "/trips": {"name": "赴上海招商", "region_code": "310000"},
        "/events": {"name": "生物医药推介会", "kind": "roadshow"},
        "/stationings": {"region_code": "310000"},
        "/platform-fundings": {
            "platform_company_id": (await a_platform(world))["id"],
            "amount": "80.00",
            "purpose": "园区建设",
        },
    }


def dated(path: str, body: Any, day: Any) -> Any:
    _, name = NOUNS[path]
    end = {"to_on": f"{day}"} if name == "from_on" else {}
    return {**body, name: f"{day}", **end}


def who(world: World, path: str) -> Client:
    return world.leader if path == "/platform-fundings" else world.officer


@pytest.mark.parametrize("status", ["closing", "locked"])
async def test_a_late_one_says_why(world: World, status: str) -> None:
    period = await step(world, await taken_up(world), "closings")
    if status == "locked":
        await step(world, period, "locks")
    for path, body in (await bodies(world)).items():
        client = who(world, path)
        for day in (A_DAY, BEFORE):
            refused = await client.post(path, dated(path, body, day))
            assert f"{day:%Y-%m}" in problem(refused, 423, "period_closed")["detail"]
        late = {**dated(path, body, A_DAY), "late_reason": "驻外归来补录"}
        made = await client.made(path, late)
        assert made["late_reason"] == "驻外归来补录"
        assert (await client.seen(f"{path}/{made['id']}"))["late_reason"] == "驻外归来补录"
        await client.made(path, dated(path, body, THIS))


async def test_late_ones_are_adjustments_and_so_are_their_corrections(
    world: World, app: FastAPI
) -> None:
    kept = {
        path: await who(world, path).made(path, dated(path, body, A_DAY))
        for path, body in (await bodies(world)).items()
    }
    before = await zone(world, f"period={LAST:%Y-%m}&metrics=T01,T04,T06,M10")
    assert {m: Decimal(v["value"]) for m, v in before.items()} == {
        "T01": 1, "T04": 1, "T06": 1, "M10": 80,
    }  # fmt: skip
    await locked(world)
    for path, body in (await bodies(world)).items():
        late = {**dated(path, body, A_DAY + timedelta(days=1)), "late_reason": "补录"}
        await who(world, path).made(path, late)
    for path, row in kept.items():
        await world.take_back(path.removeprefix("/"), row, who(world, path))
    after = await zone(world, f"period={LAST:%Y-%m}&metrics=T01,T04,T06,M10")
    assert {m: v["value"] for m, v in after.items()} == {m: v["value"] for m, v in before.items()}
    for path, (metric, _) in NOUNS.items():
        entries = await world.opened(
            f"/ledger-entries?adjusts_period={LAST}&scope=zone&metric={metric}"
        )
        size = 80 if path == "/platform-fundings" else 1
        assert sorted(Decimal(e["quantity"]) for e in entries) == [-size, size], path
    now = await zone(world, "period=this_month&metrics=T01,T04,T06,M10")
    assert {Decimal(v["value"]) for v in now.values()} == {Decimal(0)}
    await check_exact(app)


async def test_a_correction_into_a_locked_month_counts_now(world: World, app: FastAPI) -> None:
    body = (await bodies(world))["/trips"]
    trip = await world.officer.made("/trips", dated("/trips", body, THIS))
    await locked(world)
    moved = {"from_on": f"{A_DAY}", "to_on": f"{A_DAY}", "late_reason": "日期录错"}
    path = f"/trips/{trip['id']}"
    assert (await world.officer.patch(path, moved, etag(trip))).status_code == 200
    assert (await zone(world, f"period={LAST:%Y-%m}&metrics=T01"))["T01"]["value"] == "0"
    assert (await zone(world, "period=this_month&metrics=T01"))["T01"]["value"] == "1"
    await check_exact(app)
