"""Operation reports: recognised by somebody else, once per period; full capacity by hand."""

from typing import Any

import pytest

from app.core.clock import today
from tests.walk import lacking
from tests.world import World, problem
from tests.writes import etag
from tests.writes.agreements import REPORT, in_force, recognised_report


async def decided(report: Any, client: Any, decision: str = "recognise") -> Any:
    path = f"/operation-reports/{report['id']}/decisions"
    return await client.post(path, {"decision": decision}, headers={"If-Match": etag(report)})


async def test_one_report_is_recognised_for_each_period(world: World) -> None:
    lead = await world.lead()
    first = await recognised_report(world, lead)
    body = {"lead_id": lead["id"], **REPORT}
    second = await world.officer.made("/operation-reports", body)
    problem(await decided(second, world.assessor), 409, "already_exists")
    path = f"/operation-reports/{first['id']}/reversals"
    headers = {"If-Match": etag(first)}
    taken = await world.leader.made(path, {"reason": "口径有误"}, headers=headers)
    assert (taken["status"], taken["reversal_reason"]) == ("reversed", "口径有误")
    assert (await decided(second, world.assessor)).json()["status"] == "recognised"


async def test_nobody_recognises_the_own_report(world: World) -> None:
    lead = await world.lead()
    report = await world.leader.made("/operation-reports", {"lead_id": lead["id"], **REPORT})
    problem(await decided(report, world.leader), 403, "self_recognition")
    rejected = (await decided(report, world.assessor, "reject")).json()
    assert rejected["status"] == "rejected"
    problem(await decided(rejected, world.assessor), 409, "already_decided")


@pytest.mark.parametrize("period", [{"year": today().year + 1}, {"quarter": 0}, {"quarter": 5}])
async def test_periods_that_are_not(world: World, period: dict[str, int]) -> None:
    body = {"lead_id": (await world.lead())["id"], **REPORT, **period}
    refused = problem(await world.officer.post("/operation-reports", body), 422, "invalid_values")
    assert [error["pointer"] for error in refused["errors"]] == [f"/{next(iter(period))}"]


@pytest.mark.parametrize(
    ("reports", "is_full"),
    [
        ([], False),
        ([{"output": "79999999.99"}], False),
        ([{"output": "80000000.00"}], True),
        ([{"output": "1.00", "tax": "8000000.00"}], True),
        ([{"output": "20000000.00", "quarter": n} for n in (1, 2, 3, 4)], True),
        ([{"output": "26000000.00", "quarter": n} for n in (1, 2, 3)], False),
        ([{"output": "40000000.00"}, {"output": "40000000.00", "year": 2024}], False),
        ([{"output": "70000000.00"}, {"output": "90000000.00", "quarter": 1}], False),
    ],
)
async def test_full_capacity_is_four_fifths_of_the_promise_in_one_year(
    world: World, reports: list[dict[str, Any]], is_full: Any
) -> None:
    lead = await world.lead_at("producing", "opening")
    await in_force(world, lead, promised_output="100000000.00", promised_tax="10000000.00")
    for report in reports:
        await recognised_report(world, lead, **{"tax": "0.00", **report})
    await world.with_gates()
    assert await lacking(world, lead, "at_capacity") == ([] if is_full else ["output_reached"])


@pytest.mark.parametrize("promised", [{}, {"promised_output": "0.00", "promised_tax": "0.00"}])
async def test_without_a_promise_nothing_is_full(world: World, promised: Any) -> None:
    lead = await world.lead_at("producing", "opening")
    await recognised_report(world, lead)
    await world.with_gates()
    assert await lacking(world, lead, "at_capacity") == ["output_reached"]
    await in_force(world, lead, **promised)
    assert await lacking(world, lead, "at_capacity") == ["output_reached"]
