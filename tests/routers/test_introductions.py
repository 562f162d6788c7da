"""Introductions: an agent follows its own, learns the stage and nothing else."""

from typing import Any

from tests.world import World, problem
from tests.writes import etag

BODY = {"company_name": "沪上新材", "description": "有意在西南设厂"}


async def linked(world: World, **lead: Any) -> tuple[Any, Any]:
    """An introduction and the lead it became."""
    seen = await world.agent.made("/introductions", BODY)
    record = await world.lead(**lead)
    path = f"/introductions/{seen['id']}"
    response = await world.leader.patch(path, {"lead_id": record["id"]}, etag(seen))
    assert response.status_code == 200, response.text
    return response.json(), record


async def test_an_agent_follows_the_stage(world: World) -> None:
    seen = await world.agent.made("/introductions", BODY)
    assert (seen["lead_code"], seen["stage"], seen["status"]) == (None, None, None)
    _, lead = await linked(world)
    await world.move(lead["id"], "contacted")
    page = await world.agent.seen("/introductions?sort=created_at")
    assert [(i["lead_code"], i["stage"], i["status"]) for i in page["items"]] == [
        (None, None, None),
        (lead["code"], "contacted", "active"),
    ]


async def test_an_agent_sees_only_the_own(world: World) -> None:
    seen, lead = await linked(world)
    other = await world.account("agent")
    assert (await other.seen("/introductions"))["items"] == []
    problem(await other.get(f"/introductions/{seen['id']}"), 404, "not_found")
    for path in ("/leads", f"/leads/{lead['id']}", "/companies", "/officers", "/kpis"):
        problem(await world.agent.get(path), 403, "forbidden")


async def test_an_agent_links_nothing(world: World) -> None:
    lead = await world.lead()
    seen = await world.agent.made("/introductions", BODY)
    path = f"/introductions/{seen['id']}"
    response = await world.agent.patch(path, {"lead_id": lead["id"]}, etag(seen))
    problem(response, 403, "forbidden")


async def test_only_a_lead_that_the_linker_sees_is_linked(world: World) -> None:
    lead = await world.lead()
    seen = await world.agent.made("/introductions", BODY)
    path = f"/introductions/{seen['id']}"
    response = await world.other_lead.patch(path, {"lead_id": lead["id"]}, etag(seen))
    refused = problem(response, 422, "invalid_values")
    assert refused["errors"][0]["code"] == "reference_not_found"
    response = await world.team_lead.patch(path, {"lead_id": lead["id"]}, etag(seen))
    assert response.json()["lead_code"] == lead["code"]


async def test_a_hidden_lead_stays_hidden_behind_its_introduction(world: World) -> None:
    seen, lead = await linked(world, is_restricted=True)
    path = f"/introductions/{seen['id']}"
    for client in (world.agent, world.leader, world.auditor):
        assert (await client.seen(path))["lead_code"] == lead["code"]
    for client in (world.team_lead, world.other_lead):
        hidden = await client.seen(path)
        assert (hidden["lead_code"], hidden["stage"], hidden["status"]) == (None, None, None)
