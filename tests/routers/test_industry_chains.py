"""Chains, their nodes and links, and the graph of a hand-computed chain of five nodes."""

import asyncio
from typing import Any

import pytest

from app.core.base import new_id
from tests.world import World, problem
from tests.writes import etag

EXPERT = {"strength": 2, "basis": "expert"}


async def a_chain(world: World, name: str = "生物医药", **more: Any) -> Any:
    body = {"name": name, "kind": "key_industry", **more}
    return await world.team_lead.made("/industry-chains", body)


async def linked(world: World, start: Any, end: Any, **more: Any) -> Any:
    body = {"from_node_id": start["id"], "to_node_id": end["id"], **EXPERT, **more}
    return await world.team_lead.made("/chain-links", body)


async def placed(world: World, node: Any, share: str, **more: Any) -> Any:
    company = await world.company()
    body = {"chain_node_id": node["id"], "company_id": company["id"], "local_share": share, **more}
    return await world.officer.made("/node-presences", body)


async def graph(world: World, chain: Any, query: str = "") -> Any:
    return await world.officer.seen(f"/industry-chains/{chain['id']}/graph{query}")


def told(response: Any) -> list[tuple[str, str]]:
    refused = problem(response, 422, "invalid_values")
    return [(error["pointer"], error["code"]) for error in refused["errors"]]


async def test_the_first_industry_comes_first(world: World) -> None:
    for name, priority in (("软件", None), ("金属新材料", 2), ("生物医药", 1)):
        await a_chain(world, name, priority=priority)
    page = await world.officer.seen("/industry-chains")
    assert [chain["name"] for chain in page["items"]] == ["生物医药", "金属新材料", "软件"]
    found = await world.officer.seen("/industry-chains?q=shengwu")
    assert [chain["priority"] for chain in found["items"]] == [1]


async def test_a_chain_is_named_once_and_given_up_rather_than_removed(world: World) -> None:
    chain = await a_chain(world)
    body = {"name": "生物医药", "kind": "emerging"}
    problem(await world.team_lead.post("/industry-chains", body), 409, "already_exists")
    path = f"/industry-chains/{chain['id']}"
    await world.team_lead.patch(path, {"is_active": False}, etag(chain))
    assert (await world.officer.seen("/industry-chains?is_active=true"))["items"] == []
    problem(await world.team_lead.delete(path, etag(chain)), 405, "method_not_allowed")


async def test_a_node_has_its_code_once_in_its_chain(world: World) -> None:
    first, second = await a_chain(world), await a_chain(world, "金属新材料")
    node = await world.node(first, "U1", industry_codes=["2710", "C2710", "2720"])
    assert node["industry_codes"] == ["C2710", "C2720"]
    await world.node(second, "U1")
    body = {"industry_chain_id": first["id"], "code": "U1", "name": "原料药", "tier": "upstream"}
    problem(await world.team_lead.post("/chain-nodes", body), 409, "already_exists")
    nowhere = {**body, "industry_chain_id": str(new_id())}
    refused = await world.team_lead.post("/chain-nodes", nowhere)
    assert told(refused) == [("/industry_chain_id", "reference_not_found")]
    moved = {"industry_chain_id": second["id"]}
    refused = await world.team_lead.patch(f"/chain-nodes/{node['id']}", moved, etag(node))
    assert told(refused) == [("/industry_chain_id", "extra_forbidden")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("importance", 0),
        ("importance", 6),
        ("needed_share", "1.0001"),
        ("needed_share", "0.12345"),
        ("industry_codes", ["0000"]),
        ("code", "原料"),
        ("tier", "上游"),
    ],
)
async def test_a_node_is_within_bounds(world: World, field: str, value: Any) -> None:
    node = {"industry_chain_id": (await a_chain(world))["id"], "code": "U1", "name": "原料药"}
    body = {**node, "tier": "upstream", field: value}
    ((pointer, _),) = told(await world.team_lead.post("/chain-nodes", body))
    assert pointer.startswith(f"/{field}")


async def test_a_node_that_something_points_to_stays(world: World) -> None:
    chain = await a_chain(world)
    nodes = [await world.node(chain, f"N{n}") for n in range(4)]
    link = await linked(world, nodes[0], nodes[1])
    await placed(world, nodes[2], "0.1")
    await world.leader.made(
        "/node-statuses", {"chain_node_id": nodes[3]["id"], "status": "missing"}
    )
    for node in nodes:
        seen = await world.officer.seen(f"/chain-nodes/{node['id']}")
        refused = await world.team_lead.delete(f"/chain-nodes/{node['id']}", etag(seen))
        problem(refused, 409, "in_use")
    await world.team_lead.delete(f"/chain-links/{link['id']}", etag(link))
    removed = await world.team_lead.delete(f"/chain-nodes/{nodes[0]['id']}", etag(nodes[0]))
    assert removed.status_code == 204
    assert len((await graph(world, chain))["nodes"]) == 3


async def test_a_link_joins_two_nodes_of_one_chain(world: World) -> None:
    chain, other = await a_chain(world), await a_chain(world, "金属新材料")
    here, there, away = [await world.node(c, f"N{n}") for n, c in enumerate((chain, chain, other))]
    link = await linked(world, here, there)
    assert link["industry_chain_id"] == chain["id"]
    await linked(world, there, here, strength=0)
    wrong = {
        here["id"]: "link_to_itself",
        away["id"]: "other_chain",
        str(new_id()): "reference_not_found",
    }
    for end, code in wrong.items():
        body = {**EXPERT, "from_node_id": here["id"], "to_node_id": end}
        refused = await world.team_lead.post("/chain-links", body)
        assert told(refused) == [("/to_node_id", code)]
    for strength in (-1, 4):
        body = {**EXPERT, "from_node_id": here["id"], "to_node_id": there["id"]}
        refused = await world.team_lead.post("/chain-links", {**body, "strength": strength})
        assert [pointer for pointer, _ in told(refused)] == ["/strength"]


async def test_fifty_parallel_links_of_a_pair_are_one(world: World) -> None:
    chain = await a_chain(world)
    start, end = await world.node(chain, "A"), await world.node(chain, "B")
    body = {**EXPERT, "from_node_id": start["id"], "to_node_id": end["id"]}
    replies = await asyncio.gather(*(world.team_lead.post("/chain-links", body) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 49
    assert len((await graph(world, chain))["links"]) == 1


async def five_nodes(world: World) -> tuple[Any, list[Any]]:
    """A → B → C → D, A → E; importance, needed share and the shares of the companies there:

    A 5, 1.0: 0.3 + 0.3 → c 0.6; B 4, 0.5: 0.4 → 0.8; C 3, 0.25: 0.2 + 0.2 → 1 (capped);
    D 2, 0.8: none → 0; E 1, 0.0: none → 1 (nothing needed).
    """
    chain = await a_chain(world)
    facts = [(5, "1"), (4, "0.5"), (3, "0.25"), (2, "0.8"), (1, "0")]
    nodes = [
        await world.node(chain, code, importance=importance, needed_share=needed)
        for code, (importance, needed) in zip("ABCDE", facts, strict=True)
    ]
    for index, shares in enumerate((["0.3", "0.3"], ["0.4"], ["0.2", "0.2"])):
        for share in shares:
            await placed(world, nodes[index], share)
    for start, end, strength in ((0, 1, 3), (1, 2, 2), (2, 3, 1), (0, 4, 0)):
        await linked(world, nodes[start], nodes[end], strength=strength)
    return chain, nodes


async def test_coverage_is_what_a_pencil_finds(world: World) -> None:
    chain, nodes = await five_nodes(world)
    drawn = await graph(world, chain)
    assert [(n["code"], n["coverage"], n["presence_count"]) for n in drawn["nodes"]] == [
        ("A", "0.6000", 2),
        ("B", "0.8000", 1),
        ("C", "1.0000", 2),
        ("D", "0.0000", 0),
        ("E", "1.0000", 0),
    ]
    # (5·0.6 + 4·0.8 + 3·1 + 2·0 + 1·1) ÷ 15 = 10.2 ÷ 15
    assert drawn["coverage"] == "0.6800"
    ends = [(link["from_node_id"], link["to_node_id"], link["strength"]) for link in drawn["links"]]
    a, b, c, d, e = [node["id"] for node in nodes]
    assert ends == [(a, b, 3), (b, c, 2), (c, d, 1), (a, e, 0)]


async def test_more_presence_never_covers_less(world: World) -> None:
    chain, nodes = await five_nodes(world)
    before = await graph(world, chain)
    for node in nodes:
        await placed(world, node, "0.05")
        after = await graph(world, chain)
        pairs = zip(before["nodes"], after["nodes"], strict=True)
        assert all(new["coverage"] >= old["coverage"] for old, new in pairs)
        assert after["coverage"] >= before["coverage"]
        before = after


async def test_a_graph_is_of_a_day(world: World) -> None:
    chain = await a_chain(world)
    node = await world.node(chain, "A")
    await placed(world, node, "0.5", from_on="2024-01-01", to_on="2024-12-31")
    await placed(world, node, "0.25", from_on="2024-12-31")
    days = {"2023-12-31": "0.0000", "2024-01-01": "0.5000", "2024-12-31": "0.7500"}
    for day, covered in (days | {"2025-01-01": "0.2500"}).items():
        drawn = await graph(world, chain, f"?as_of={day}")
        assert (drawn["as_of"], drawn["coverage"]) == (day, covered)


async def test_an_empty_chain_has_no_coverage(world: World) -> None:
    drawn = await graph(world, await a_chain(world))
    assert (drawn["nodes"], drawn["links"], drawn["coverage"]) == ([], [], None)
    problem(await world.officer.get(f"/industry-chains/{new_id()}/graph"), 404, "not_found")
