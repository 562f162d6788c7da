"""Targets decided: their way, the leads they become, and the report on factors."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag
from tests.writes.targets import WHY, a_candidate, a_unit, decided, proposed, recomputed, signalled


async def led(world: World, target: Any, **body: Any) -> Any:
    headers = {"If-Match": etag(target)}
    return await world.officer.post(f"/targets/{target['id']}/leads", body, headers=headers)


async def signed_at_last(world: World, lead: Any) -> None:
    await world.officer.patch(f"/leads/{lead['id']}", {"track": "opening"}, etag(lead))
    for stage in ("contacted", "negotiating", "pre_signing", "signed"):
        extra = {"agreed_amount": "1.00"} if stage == "signed" else {}
        await world.ask(lead["id"], world.leader, to_stage=stage, **extra)


async def a_target(world: World) -> Any:
    unit, _ = await a_unit(world)
    await a_candidate(world)
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    return target


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        (["accept", "contact", "dismiss", "reopen", "accept"], "accept"),
        (["contact"], "accept"),
        (["dismiss"], "contact"),
        ([], "reopen"),
    ],
)
async def test_the_way_of_a_target(world: World, steps: Sequence[str], refused: str) -> None:
    target = await a_target(world)
    after = {"accept": "accepted", "contact": "contacting", "dismiss": "dismissed",
             "reopen": "proposed"}  # fmt: skip
    for step in steps:
        body = WHY if step == "dismiss" else {"decision": step}
        target = (await decided(world, target, **body)).json()
        assert target["status"] == after[step]
        assert target["decided_by_id"] == world.officer.id
        assert target["dismissal"] == body.get("dismissal")
    problem(await decided(world, target, decision=refused), 409, "target_status")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "dismiss", "comment": "x"}, "/dismissal"),
        ({"decision": "dismiss", "dismissal": "other"}, "/comment"),
        ({"decision": "accept", "dismissal": "other"}, "/dismissal"),
    ],
)
async def test_a_dismissal_alone_has_a_reason(world: World, body: Any, pointer: str) -> None:
    refused = problem(await decided(world, await a_target(world), **body), 422, "invalid_values")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_a_target_becomes_a_lead_in_one_call(world: World) -> None:
    target = await a_target(world)
    reply = await led(world, target)
    lead = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (201, f"/api/v1/leads/{lead['id']}")
    company = await world.officer.seen(f"/companies/{target['company_id']}")
    assert {name: lead[name] for name in (
        "company_id", "combination_id", "chain_node_id", "industry_code", "source_region_code",
        "owner_id", "stage", "name")} == {
        "company_id": company["id"],
        "combination_id": target["combination_id"],
        "chain_node_id": target["chain_node_id"],
        "industry_code": "C2710",
        "source_region_code": "310115",
        "owner_id": world.officer.id,
        "stage": "identified",
        "name": f"{company['name']} 环节B",
    }  # fmt: skip
    path = f"/targets/{target['id']}"
    after = await world.officer.seen(path)
    assert (after["status"], after["lead_id"], after["is_signed"]) == (
        "converted", lead["id"], False,
    )  # fmt: skip
    assert (await world.stranger.seen(path))["lead_id"] is None
    problem(await led(world, after), 409, "target_status")


async def test_of_fifty_conversions_one_makes_a_lead(world: World) -> None:
    target = await a_target(world)
    replies = await asyncio.gather(*(led(world, target) for _ in range(50)))
    statuses = sorted(reply.status_code for reply in replies)
    assert (statuses[0], set(statuses[1:])) == (201, {412})
    assert len((await world.officer.seen("/leads"))["items"]) == 1


async def test_a_lead_like_it_holds_the_conversion_up(world: World) -> None:
    target = await a_target(world)
    await world.lead(
        company_id=target["company_id"], name="原料药项目", industry_code="C2710",
        source_region_code="310115",
    )  # fmt: skip
    problem(await led(world, target, name="原料药项目"), 409, "possible_duplicate")
    assert (await world.officer.seen(f"/targets/{target['id']}"))["status"] == "proposed"


async def test_a_lead_that_is_signed_later_marks_the_target(world: World) -> None:
    target = await a_target(world)
    lead = (await led(world, target)).json()
    await signed_at_last(world, lead)
    assert (await world.officer.seen(f"/targets/{target['id']}"))["is_signed"] is True


async def test_the_report_says_which_factor_misled(world: World) -> None:
    """Signed: a penalty of yesterday. Dismissed: one of long ago, and a fresh signal."""
    unit, _ = await a_unit(world)
    signed, dismissed = await a_candidate(world), await a_candidate(world)
    await signalled(world, signed, "penalty", 0)
    await signalled(world, dismissed, "penalty", 365)
    await recomputed(world, unit)
    found = {target["company_id"]: target for target in await proposed(world, unit)}
    await decided(world, found[dismissed["id"]], **WHY)
    lead = (await led(world, found[signed["id"]])).json()
    path = f"/target-factor-report?period={today().year}&combination_id={unit['id']}"
    assert (await world.leader.seen(path))["signed_count"] == 0
    await signed_at_last(world, lead)
    report = await world.leader.seen(path)
    assert (report["signed_count"], report["dismissed_count"]) == (1, 1)
    rows = {row.pop("factor"): row for row in report["factors"]}
    # Contributions: 0.05·0/0.4 = 0 and 0.05·1/0.4 = 0.125; gap: 0.35/0.4 = 0.875 of both.
    assert rows["compliance"] == {
        "signed_count": 1, "dismissed_count": 1, "mean_signed": "0.0000",
        "mean_dismissed": "0.1250", "lift": "-0.1250", "separation": "0.0000",
        "is_misleading": True,
    }  # fmt: skip
    gap = rows["gap"]
    assert (gap["lift"], gap["separation"], gap["is_misleading"]) == ("0.0000", "0.5000", False)
    assert rows["mobility"]["separation"] is None
    other = f"/target-factor-report?period={today().year - 1}"
    assert (await world.leader.seen(other))["dismissed_count"] == 0
