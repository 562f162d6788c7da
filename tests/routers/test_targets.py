"""Targets: who is proposed, run after run."""

import asyncio
from typing import Any

import pytest

from tests.world import World, problem
from tests.writes import etag
from tests.writes.targets import WHY, a_candidate, a_unit, decided, proposed, recomputed, signalled


async def not_local(world: World, _nodes: Any) -> str:
    return (await a_candidate(world, region_code="530114"))["id"]


async def not_there(world: World, nodes: Any) -> str:
    company = await a_candidate(world)
    body = {"chain_node_id": nodes["B"]["id"], "company_id": company["id"], "local_share": "0.1"}
    await world.officer.made("/node-presences", body)
    return company["id"]


async def not_signed(world: World, _nodes: Any) -> str:
    company = await a_candidate(world)
    await world.lead_at("signed", company_id=company["id"])
    return company["id"]


async def not_of_another_industry(world: World, _nodes: Any) -> str:
    return (await a_candidate(world, industry_code="C26"))["id"]


async def not_removed(world: World, _nodes: Any) -> str:
    company = await a_candidate(world)
    await world.officer.delete(f"/companies/{company['id']}", etag(company))
    return company["id"]


@pytest.mark.parametrize(
    "other", [not_local, not_there, not_signed, not_of_another_industry, not_removed]
)
async def test_who_is_no_candidate(world: World, other: Any) -> None:
    unit, nodes = await a_unit(world)
    company, absent = await a_candidate(world), await other(world, nodes)
    await recomputed(world, unit)
    assert absent
    assert [t["company_id"] for t in await proposed(world, unit)] == [company["id"]]


async def test_repeating_a_run_changes_nothing(world: World) -> None:
    unit, _ = await a_unit(world)
    for _ in range(3):
        await a_candidate(world)
    await recomputed(world, unit)
    before = await proposed(world, unit)
    run = await recomputed(world, unit)
    assert (run["unchanged_count"], run["created_count"], run["changed_count"]) == (3, 0, 0)
    assert await proposed(world, unit) == before


async def test_equal_scores_are_in_the_order_of_ids_and_the_best_are_kept(world: World) -> None:
    unit, _ = await a_unit(world)
    companies = sorted([(await a_candidate(world))["id"] for _ in range(4)])
    run = await recomputed(world, unit, per_node=2)
    assert (run["candidate_count"], run["created_count"]) == (4, 2)
    assert {t["company_id"] for t in await proposed(world, unit)} == set(companies[:2])


async def test_a_run_keeps_what_was_decided_and_writes_new_scores(world: World) -> None:
    unit, _ = await a_unit(world)
    company = await a_candidate(world)
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    assert (await decided(world, target, decision="accept")).status_code == 201
    await signalled(world, company, "penalty", 0)
    run = await recomputed(world, unit)
    assert (run["changed_count"], run["created_count"]) == (1, 0)
    (after,) = await proposed(world, unit)
    assert (after["id"], after["status"], after["version"]) == (target["id"], "accepted", 3)
    # 0.35·1 ÷ (0.35 + 0.05)
    assert (after["score"], after["confidence"]) == ("0.8750", "0.4000")
    assert after["scored_at"] > target["scored_at"]


async def test_who_is_no_candidate_any_more_is_told_apart(world: World) -> None:
    unit, _ = await a_unit(world)
    company = await a_candidate(world)
    await recomputed(world, unit)
    await world.officer.patch(f"/companies/{company['id']}", {"region_code": "530102"}, '"v1"')
    assert (await recomputed(world, unit))["dropped_count"] == 1
    (target,) = await proposed(world, unit)
    assert (target["is_current"], target["status"]) == (False, "proposed")
    assert await proposed(world, unit, "&is_current=true") == []


async def test_a_dismissed_target_takes_nobody_s_place(world: World) -> None:
    unit, _ = await a_unit(world)
    first, second = sorted([(await a_candidate(world))["id"] for _ in range(2)])
    await recomputed(world, unit, per_node=1)
    (target,) = await proposed(world, unit)
    assert (await decided(world, target, **WHY)).status_code == 201
    await recomputed(world, unit, per_node=1)
    found = {t["company_id"]: t["status"] for t in await proposed(world, unit)}
    assert found == {first: "dismissed", second: "proposed"}


async def test_two_runs_at_once_make_one_set(world: World) -> None:
    unit, _ = await a_unit(world)
    for _ in range(5):
        await a_candidate(world)
    runs = await asyncio.gather(*(recomputed(world, unit) for _ in range(4)))
    assert sorted(run["created_count"] for run in runs) == [0, 0, 0, 5]


async def test_a_unit_without_a_chain_proposes_nobody(world: World) -> None:
    unit = await world.combination("空单元")
    body = {"combination_id": unit["id"]}
    refused = problem(
        await world.leader.post("/target-recomputations", body), 422, "invalid_values"
    )
    assert refused["errors"][0]["code"] == "combination_without_chain"
