"""Combinations: five parts, a chain in one active unit, and which leads may belong to one."""

import asyncio
from typing import Any

from tests.world import World, problem
from tests.writes import etag

PATH = "/combinations"


async def a_chain(world: World, name: str = "生物医药") -> Any:
    return await world.team_lead.made("/industry-chains", {"name": name, "kind": "key_industry"})


async def test_completeness_counts_the_five_parts(world: World) -> None:
    unit = await world.combination("生物医药大健康")
    parts = ["industry_chain", "development_plan", "park", "platform_company", "team"]
    assert (unit["completeness"], unit["missing_parts"]) == (0, parts)
    chain, path = await a_chain(world), f"{PATH}/{unit['id']}"
    changes = {"industry_chain_id": chain["id"], "team_id": str(world.teams["bio"])}
    seen = (await world.leader.patch(path, changes, etag(unit))).json()
    assert seen["completeness"] == 2
    assert seen["missing_parts"] == ["development_plan", "park", "platform_company"]


async def test_a_chain_is_in_one_active_unit(world: World) -> None:
    chain = await a_chain(world)
    first = await world.combination("一", industry_chain_id=chain["id"])
    body = {"name": "二", "industry_chain_id": chain["id"]}
    told = problem(await world.leader.post(PATH, json=body), 409, "already_exists")
    assert told["errors"][0]["pointer"] == "/industry_chain_id"
    closed = await world.leader.patch(f"{PATH}/{first['id']}", {"status": "closed"}, etag(first))
    assert closed.status_code == 200
    second = await world.leader.made(PATH, body)
    again = await world.leader.patch(
        f"{PATH}/{first['id']}", {"status": "active"}, closed.headers["etag"]
    )
    problem(again, 409, "already_exists")
    assert (await world.leader.seen(f"{PATH}?status=active"))["items"] == [second]


async def test_of_racing_requests_for_a_chain_one_wins(world: World) -> None:
    chain = await a_chain(world)
    asked = [
        world.leader.post(PATH, json={"name": f"单元{n}", "industry_chain_id": chain["id"]})
        for n in range(8)
    ]
    codes = sorted([reply.status_code for reply in await asyncio.gather(*asked)])
    assert codes == [201] + [409] * 7
    empty = [await world.combination(f"空{n}") for n in range(4)]
    other = await a_chain(world, "金属新材料")
    patches = [
        world.leader.patch(f"{PATH}/{u['id']}", {"industry_chain_id": other["id"]}, etag(u))
        for u in empty
    ]
    codes = sorted([reply.status_code for reply in await asyncio.gather(*patches)])
    assert codes == [200, 409, 409, 409]


async def test_a_unit_that_worked_is_closed_not_removed(world: World) -> None:
    unit = await world.combination("单元")
    await world.lead(combination_id=unit["id"])
    headers = {"If-Match": etag(unit)}
    problem(
        await world.leader.request("DELETE", f"{PATH}/{unit['id']}", headers=headers),
        409, "in_use",
    )  # fmt: skip


async def test_a_leads_node_is_of_its_units_chain(world: World) -> None:
    chain, other = await a_chain(world), await a_chain(world, "电子商务")
    node, outside = await world.node(chain, "A"), await world.node(other, "B")
    unit = await world.combination("单元", industry_chain_id=chain["id"])
    lead = await world.lead(combination_id=unit["id"], chain_node_id=node["id"])
    by_node = f"/leads?chain_node_id={node['id']}&combination_id={unit['id']}"
    assert [row["id"] for row in (await world.leader.seen(by_node))["items"]] == [lead["id"]]
    path = f"/leads/{lead['id']}"
    for changes in ({"chain_node_id": outside["id"]}, {"combination_id": None}):
        refused = problem(
            await world.officer.patch(path, changes, etag(lead)), 422, "invalid_values"
        )
        assert refused["errors"][0]["code"] == "node_outside_combination"
    both = {"combination_id": None, "chain_node_id": None}
    cleared = (await world.officer.patch(path, both, etag(lead))).json()
    assert (cleared["combination_id"], cleared["chain_node_id"]) == (None, None)


async def test_a_units_chain_stays_while_leads_stand_at_its_nodes(world: World) -> None:
    chain, other = await a_chain(world), await a_chain(world, "电子商务")
    unit = await world.combination("单元", industry_chain_id=chain["id"])
    node = await world.node(chain, "A")
    await world.lead(combination_id=unit["id"], chain_node_id=node["id"])
    changes = {"industry_chain_id": other["id"]}
    refused = await world.leader.patch(f"{PATH}/{unit['id']}", changes, etag(unit))
    problem(refused, 409, "in_use")
    assert (await world.leader.seen(f"{PATH}/{unit['id']}")) == unit


async def test_from_negotiating_on_a_lead_keeps_a_unit(world: World) -> None:
    first, second = await world.combination("一"), await world.combination("二")
    lead = await world.lead_at("negotiating", combination_id=first["id"])
    path = f"/leads/{lead['id']}"
    refused = problem(
        await world.officer.patch(path, {"combination_id": None}, etag(lead)), 422, "invalid_values"
    )
    assert refused["errors"][0]["code"] == "combination_needed"
    moved = await world.officer.patch(path, {"combination_id": second["id"]}, etag(lead))
    assert moved.json()["combination_id"] == second["id"]


async def test_no_lead_enters_a_closed_unit(world: World) -> None:
    unit = await world.combination("单元", status="closed")
    body = {"name": "线索", "combination_id": unit["id"]}
    refused = problem(await world.officer.post("/leads", json=body), 422, "invalid_values")
    assert refused["errors"][0]["code"] == "combination_closed"


async def test_a_teams_mechanism_is_its_new_leads(world: World) -> None:
    team = f"/teams/{world.teams['bio']}"
    record = await world.system_admin.seen(team)
    await world.system_admin.patch(team, {"mechanism": "stationed"}, etag(record))
    assert (await world.lead())["mechanism"] == "stationed"
    assert (await world.lead(mechanism="leader_led"))["mechanism"] == "leader_led"
    assert (await world.lead(world.stranger))["mechanism"] == "department"
