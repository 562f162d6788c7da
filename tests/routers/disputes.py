"""A contested company, what the leader rules, and whose claims are left."""

from typing import Any

from tests.world import Client, World
from tests.writes import etag
from tests.writes.claims import approved, dispute

PATH = "/disputes/{}/decisions"


async def ruled(world: World, record: Any, client: Client | None = None, **body: Any) -> Any:
    """The reply to a decision, the leader's unless another decides."""
    return await (client or world.leader).post(
        PATH.format(record["id"]),
        {"reason": "双方时间线为证", **body},
        headers={"If-Match": etag(record)},
    )


async def rule(world: World, record: Any, client: Client | None = None, **body: Any) -> Any:
    """A decision that is taken; the dispute after it."""
    reply = await ruled(world, record, client, **body)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def contested(world: World, **more: Any) -> tuple[Any, Any, Any]:
    """The officer's claimed lead, its claim, and the stranger's dispute about it."""
    lead = await world.lead()
    made = await approved(world, lead)
    if more.pop("with_lead", False):
        own = await world.lead(world.stranger, company_id=lead["company_id"])
        more["own_lead_id"] = own["id"]
    return lead, made, await dispute(world, lead["company_id"], world.stranger, **more)


async def claims(world: World, lead: Any) -> dict[str, str]:
    """The status of the company's claims by officer."""
    query = f"/claims?company_id={lead['company_id']}"
    items = (await world.leader.seen(query))["items"]
    return {item["officer_id"]: item["effective_status"] for item in items}
