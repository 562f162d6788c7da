"""The gaps of a chain: a hand-computed chain of five nodes, labels, days, rights."""

from typing import Any

from tests.routers.test_industry_chains import a_chain, linked, placed
from tests.world import World, problem
from tests.writes import etag

# Code: importance, needed share, presence. A and C are present, D stands between them, E ends the
# chain, F has no link.
NODES = {
    "A": (5, "0.5", "0.25"),  # c = 1/2
    "B": (4, "1", None),  # c = 0
    "C": (3, "0.4", "0.3"),  # c = 3/4
    "D": (5, "0.8", None),  # c = 0
    "F": (5, "1", None),  # c = 0
}
# A gives to D, D to C, C to B; B and A share nothing that counts.
LINKS = (("A", "D", 3), ("D", "C", 2), ("C", "B", 1), ("A", "B", 0))
# κ = min(1, Σ s·c ÷ 6); μ = (1 − c)·Σ s·needed ÷ 13/5, which is C's, the largest Σ.
#   A  Σ s·c = 3·0            κ = 0     Σ s·needed = 3·4/5 = 12/5           μ = 1/2·12/13 = 6/13
#   B  Σ s·c = 1·3/4          κ = 1/8   Σ s·needed = 1·2/5 = 2/5            μ = 1·2/13 = 2/13
#   C  Σ s·c = 2·0 + 1·0      κ = 0     Σ s·needed = 2·4/5 + 1·1 = 13/5     μ = 1/4·1 = 1/4
#   D  Σ s·c = 3·1/2 + 2·3/4  κ = 1/2   Σ s·needed = 3·1/2 + 2·2/5 = 23/10  μ = 1·23/26 = 23/26
#   F  no neighbour           κ = 0     Σ s·needed = 0                      μ = 0
# g = importance/5 · (1 − c) · (κ + μ)/2:
#   A  5/5 · 1/2 · (0 + 6/13)/2     = 3/26
#   B  4/5 · 1 · (1/8 + 2/13)/2     = 29/260
#   C  3/5 · 1/4 · (0 + 1/4)/2      = 3/160
#   D  5/5 · 1 · (1/2 + 23/26)/2    = 9/13
#   F  5/5 · 1 · 0                  = 0
EXPECTED = [
    # code, c, κ, μ, g, label
    ("D", "0.0000", "0.5000", "0.8846", "0.6923", "fill"),
    ("A", "0.5000", "0.0000", "0.4615", "0.1154", "strengthen"),
    ("B", "0.0000", "0.1250", "0.1538", "0.1115", "extend"),
    ("C", "0.7500", "0.0000", "0.2500", "0.0188", "strengthen"),
    ("F", "0.0000", "0.0000", "0.0000", "0.0000", "fill"),
]


async def miniature(world: World) -> tuple[Any, dict[str, Any]]:
    """The chain of five nodes, and the nodes by code."""
    chain, nodes = await a_chain(world), {}
    for code, (importance, needed, presence) in NODES.items():
        node = await world.node(chain, code, importance=importance, needed_share=needed)
        if presence:
            await placed(world, node, presence)
        nodes[code] = node
    for start, end, strength in LINKS:
        await linked(world, nodes[start], nodes[end], strength=strength)
    return chain, nodes


async def gaps(world: World, chain: Any, query: str = "") -> list[Any]:
    return (await world.officer.seen(f"/industry-chains/{chain['id']}/gaps{query}"))["nodes"]


async def test_five_nodes_computed_by_hand(world: World) -> None:
    chain, _ = await miniature(world)
    told = [
        (
            node["code"],
            node["coverage"],
            node["coupling"]["value"],
            node["complementarity"]["value"],
            node["gap"],
            node["label"],
        )
        for node in await gaps(world, chain)
    ]
    assert told == EXPECTED


async def test_every_term_is_there_to_open_a_gap(world: World) -> None:
    chain, nodes = await miniature(world)
    wanted = (await gaps(world, chain))[0]
    assert wanted["coupling"] == {
        "value": "0.5000",
        "numerator": "3.0000",
        "denominator": 6,
        "link_strength": 5,
        "mean": "0.6000",
    }
    assert wanted["complementarity"] == {
        "value": "0.8846",
        "shortfall": "1.0000",
        "numerator": "2.3000",
        "denominator": "2.6000",
    }
    assert [
        (link["neighbour_id"], link["side"], link["strength"], link["coverage"])
        for link in wanted["links"]
    ] == [
        (nodes["C"]["id"], "downstream", 2, "0.7500"),
        (nodes["A"]["id"], "upstream", 3, "0.5000"),
    ]


async def test_coupling_is_full_at_a_strength_that_is_set(world: World) -> None:
    chain, _ = await miniature(world)
    (weights,) = (await world.officer.seen("/target-weights"))["items"]
    path = f"/target-weights/{weights['id']}"
    await world.leader.patch(path, {"coupling_strength": 2}, etag(weights))
    assert (await gaps(world, chain))[0]["coupling"]["value"] == "1.0000"


async def test_gaps_are_of_the_day_and_a_declaration_names_what_is_missing(world: World) -> None:
    chain, nodes = await miniature(world)
    declared = {"chain_node_id": nodes["A"]["id"], "status": "missing", "from_on": "2026-06-01"}
    await world.leader.made("/node-statuses", declared)
    labels = {node["code"]: node["label"] for node in await gaps(world, chain)}
    # Nobody stands beside A: D takes from it and is not there.
    assert labels["A"] == "fill"
    before = {node["code"]: node for node in await gaps(world, chain, "?as_of=2026-05-31")}
    assert (before["A"]["label"], before["A"]["status"]) == ("strengthen", None)


async def test_what_is_covered_has_no_gap(world: World) -> None:
    chain, nodes = await miniature(world)
    await placed(world, nodes["D"], "0.9")
    found = {node["code"]: node for node in await gaps(world, chain)}
    assert (found["D"]["gap"], found["D"]["label"], found["D"]["coverage"]) == (
        "0.0000", None, "1.0000",
    )  # fmt: skip


async def test_agents_see_no_gaps_and_an_unknown_chain_is_absent(world: World) -> None:
    chain, nodes = await miniature(world)
    problem(await world.agent.get(f"/industry-chains/{chain['id']}/gaps"), 403, "forbidden")
    problem(await world.officer.get(f"/industry-chains/{nodes['A']['id']}/gaps"), 404, "not_found")
