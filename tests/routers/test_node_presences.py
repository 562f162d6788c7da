"""Companies at nodes: once each, verified by somebody else, ended rather than forgotten."""

import asyncio
from typing import Any

from tests.world import World, problem
from tests.writes import etag


async def a_node(world: World, code: str = "A") -> Any:
    body = {"name": f"产业链{code}", "kind": "emerging"}
    return await world.node(await world.team_lead.made("/industry-chains", body), code)


async def a_presence(world: World, **more: Any) -> Any:
    company, node = await world.company(), await a_node(world)
    body = {"chain_node_id": node["id"], "company_id": company["id"], "local_share": "0.5"}
    return await world.officer.made("/node-presences", {**body, **more})


async def verified(world: World, presence: Any) -> Any:
    path = f"/node-presences/{presence['id']}/verifications"
    return await world.team_lead.made(path, None, headers={"If-Match": etag(presence)})


async def test_somebody_else_verifies(world: World) -> None:
    presence = await a_presence(world)
    assert (presence["stated_by_id"], presence["verified_on"]) == (world.officer.id, None)
    seen = await verified(world, presence)
    today = (await world.visit())["visited_on"]
    assert (seen["verified_by_id"], seen["verified_on"]) == (world.team_lead.id, today)
    assert seen["version"] == 2


async def test_nobody_verifies_the_own_statement(world: World) -> None:
    presence = await a_presence(world)
    path = f"/node-presences/{presence['id']}"
    changed = await world.team_lead.patch(path, {"local_share": "0.9"}, etag(presence))
    headers = {"If-Match": changed.headers["etag"]}
    refused = await world.team_lead.post(f"{path}/verifications", headers=headers)
    problem(refused, 403, "self_recognition")
    assert (await world.leader.post(f"{path}/verifications", headers=headers)).status_code == 201


async def test_what_changes_has_to_be_verified_again(world: World) -> None:
    presence = await verified(world, await a_presence(world))
    path = f"/node-presences/{presence['id']}"
    for changes, is_kept in (({"source": "实地走访"}, True), ({"to_on": "2026-06-30"}, False)):
        reply = await world.officer.patch(path, changes, etag(presence))
        presence = reply.json()
        assert (presence["verified_on"] is not None) == is_kept
    assert presence["stated_by_id"] == world.officer.id


async def test_a_verified_presence_is_not_removed(world: World) -> None:
    presence = await a_presence(world)
    path = f"/node-presences/{presence['id']}"
    seen = await verified(world, presence)
    problem(await world.officer.delete(path, etag(seen)), 409, "presence_verified")
    changed = await world.officer.patch(path, {"local_share": "0.1"}, etag(seen))
    assert (await world.officer.delete(path, changed.headers["etag"])).status_code == 204


async def test_a_presence_does_not_end_before_it_begins(world: World) -> None:
    presence = await a_presence(world, from_on="2025-03-01", to_on="2025-03-01")
    path = f"/node-presences/{presence['id']}"
    body = {"chain_node_id": presence["chain_node_id"], "local_share": "1"}
    company = {"company_id": (await world.company())["id"]}
    days = {"from_on": "2025-03-02", "to_on": "2025-03-01"}
    for reply in (
        await world.officer.patch(path, {"to_on": "2025-02-28"}, etag(presence)),
        await world.officer.post("/node-presences", {**body, **company, **days}),
    ):
        refused = problem(reply, 422, "invalid_values")
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
            ("/to_on", "to_before_from")
        ]


async def test_fifty_parallel_presences_of_a_pair_are_one(world: World) -> None:
    node, company = await a_node(world), await world.company()
    body = {"chain_node_id": node["id"], "company_id": company["id"], "local_share": "0.5"}
    replies = await asyncio.gather(
        *(world.officer.post("/node-presences", body) for _ in range(50))
    )
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 49
    page = await world.officer.seen(f"/node-presences?company_id={company['id']}&expand=company")
    assert [item["company"]["name"] for item in page["items"]] == [company["name"]]


async def test_a_company_at_a_node_stays_and_one_in_the_trash_comes_nowhere(world: World) -> None:
    presence = await a_presence(world)
    path = f"/companies/{presence['company_id']}"
    problem(await world.officer.delete(path, '"v1"'), 409, "in_use")
    gone = await world.company("空壳公司")
    await world.officer.delete(f"/companies/{gone['id']}", etag(gone))
    body = {"chain_node_id": presence["chain_node_id"], "local_share": "1"}
    refused = await world.officer.post("/node-presences", {**body, "company_id": gone["id"]})
    assert problem(refused, 422, "invalid_values")["errors"][0]["pointer"] == "/company_id"
