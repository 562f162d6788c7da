"""Industry chains and what hangs on them."""

from tests.world import World
from tests.writes.call import CHAIN, Call, etag

LEFT: dict[str, set[str]] = {
    "create_industry_chain": {"create industry_chains"},
    "update_industry_chain": {"update industry_chains"},
    "import_industry_chain": {
        "create industry_chains",
        "create chain_nodes",
        "create chain_links",
    },
    "create_chain_node": {"create chain_nodes"},
    "update_chain_node": {"update chain_nodes"},
    "delete_chain_node": {"delete chain_nodes"},
    "create_chain_link": {"create chain_links"},
    "update_chain_link": {"update chain_links"},
    "delete_chain_link": {"delete chain_links"},
    "create_node_presence": {"create node_presences"},
    "update_node_presence": {"update node_presences"},
    "verify_node_presence": {"update node_presences"},
    "delete_node_presence": {"delete node_presences"},
    "declare_node_status": {"create node_statuses", "update chain_nodes"},
}


async def calls(world: World) -> dict[str, Call]:
    lead, officer, node = world.team_lead, world.officer, "/chain-nodes"
    chain = await lead.made("/industry-chains", {"name": "生物医药", "kind": "key_industry"})
    nodes = [await world.node(chain, f"N{n}") for n in range(4)]
    ends = {"from_node_id": nodes[0]["id"], "to_node_id": nodes[1]["id"]}
    said = {"strength": 2, "basis": "expert"}
    links = [
        await lead.made("/chain-links", {**said, **ends, "to_node_id": end["id"]})
        for end in nodes[1:3]
    ]
    there = {"chain_node_id": nodes[0]["id"], "local_share": "0.5"}
    presences = [
        await officer.made(
            "/node-presences", {**there, "company_id": (await world.company())["id"]}
        )
        for _ in range(3)
    ]
    company = {"company_id": (await world.company())["id"]}
    paths = [f"/node-presences/{presence['id']}" for presence in presences]
    declared, weak = [{"chain_node_id": n["id"], "status": "missing"} for n in nodes[:2]]
    await world.leader.made("/node-statuses", declared)
    return {
        "create_industry_chain": Call(
            lead, "POST", "/industry-chains", {"name": "金属新材料", "kind": "key_industry"}
        ),
        "update_industry_chain": Call(
            lead, "PATCH", f"/industry-chains/{chain['id']}", {"priority": 1}, etag(chain)
        ),
        "import_industry_chain": Call(
            lead, "POST", "/industry-chain-imports", more={"files": {"file": ("链.csv", CHAIN)}}
        ),
        "create_chain_node": Call(
            lead,
            "POST",
            node,
            {"industry_chain_id": chain["id"], "code": "M9", "name": "原料药", "tier": "upstream"},
        ),
        "update_chain_node": Call(
            lead, "PATCH", f"{node}/{nodes[2]['id']}", {"importance": 5}, etag(nodes[2])
        ),
        "delete_chain_node": Call(lead, "DELETE", f"{node}/{nodes[3]['id']}", etag=etag(nodes[3])),
        "create_chain_link": Call(
            lead,
            "POST",
            "/chain-links",
            {**said, "from_node_id": nodes[1]["id"], "to_node_id": nodes[0]["id"]},
        ),
        "update_chain_link": Call(
            lead, "PATCH", f"/chain-links/{links[0]['id']}", {"strength": 3}, etag(links[0])
        ),
        "delete_chain_link": Call(
            lead, "DELETE", f"/chain-links/{links[1]['id']}", etag=etag(links[1])
        ),
        "create_node_presence": Call(officer, "POST", "/node-presences", {**there, **company}),
        "update_node_presence": Call(
            officer, "PATCH", paths[0], {"local_share": "0.25"}, etag(presences[0])
        ),
        "verify_node_presence": Call(
            lead, "POST", f"{paths[1]}/verifications", etag=etag(presences[1])
        ),
        "delete_node_presence": Call(officer, "DELETE", paths[2], etag=etag(presences[2])),
        "declare_node_status": Call(world.leader, "POST", "/node-statuses", weak),
    }
