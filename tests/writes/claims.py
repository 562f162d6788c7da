"""Claims, join requests, disputes and transfers."""

from typing import Any

from tests.world import Client, World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, RECOGNISE, Call, etag

LEFT = {
    "create_claim": {"create claims"},
    "decide_claim": {"update claims"},
    "renew_claim": {"update claims"},
    "create_join_request": {"create join_requests"},
    "decide_join_request": {
        "update join_requests",
        "update leads",
        "update lead_members",
        "create lead_members",
    },
    "create_dispute": {"create disputes"},
    "decide_dispute": {
        "update disputes",
        "create dispute_decisions",
        "update leads",
        "update lead_members",
        "create lead_members",
    },
    "appeal_dispute": {"update disputes"},
    "create_transfer": {
        "create transfers",
        "create transfer_leads",
        "update leads",
        "update lead_members",
        "create lead_members",
    },
    "reverse_transfer": {
        "update transfers",
        "update leads",
        "update lead_members",
        "create lead_members",
    },
}
ASK = "+++++33333331"
ACCESS = {
    "list_claims": BUSINESS,
    "create_claim": "++3++33333331",
    "get_claim": OWN_READ,
    "decide_claim": RECOGNISE,
    "renew_claim": "+434433333331",
    "get_claim_stub": BUSINESS,
    "list_join_requests": BUSINESS,
    "create_join_request": ASK,
    "get_join_request": "+4++4++3+3331",
    "decide_join_request": RECOGNISE,
    "list_disputes": BUSINESS,
    "create_dispute": FIELD,
    "get_dispute": "+4++4++3+3331",
    "decide_dispute": "33333+3333331",
    "appeal_dispute": "+43+433333331",
    "list_transfers": BUSINESS,
    "create_transfer": "33+3++3333331",
    "get_transfer": "44+44++3+3331",
    "reverse_transfer": RECOGNISE,
    "get_lead_timeline": OWN_READ,
    "get_company_timeline": BUSINESS,
}
SINGLE = {
    "/claims/": "decide_claim",
    "/join-requests/": "decide_join_request",
    "/disputes/": "decide_dispute",
    "/transfers/": "reverse_transfer",
}


async def met(world: World, lead: Any, client: Client | None = None, **more: Any) -> Any:
    """A visit on a lead with a named guest: two-way contact."""
    guests = [{"name": "李建国", "title": "总经理"}]
    return await world.visit(client, lead_id=lead["id"], guests=guests, **more)


async def claim(world: World, lead: Any, client: Client | None = None, **more: Any) -> Any:
    """A pending claim of the lead's owner."""
    visit = await met(world, lead, client)
    body = {"lead_id": lead["id"], "visit_id": visit["id"], **more}
    return await (client or world.officer).made("/claims", body)


async def approved(world: World, lead: Any, client: Client | None = None) -> Any:
    """An active claim, approved by the leader."""
    made = await claim(world, lead, client)
    return await decided(world, made)


async def decided(world: World, made: Any, decision: str = "recognise") -> Any:
    path, headers = f"/claims/{made['id']}/decisions", {"If-Match": etag(made)}
    return await world.leader.made(path, {"decision": decision}, headers=headers)


async def dispute(world: World, company_id: str, client: Client, **more: Any) -> Any:
    """A dispute of an officer who was at the company without a lead."""
    visit = await world.visit(client, company_id=company_id, guests=[{"name": "王芳"}])
    body = {"company_id": company_id, "statement": "我方更早接触", "visit_ids": [visit["id"]]}
    return await client.made("/disputes", body | more)


async def calls(world: World) -> dict[str, Call]:
    return {
        **await _claims(world),
        **await _disputes(world),
        **await _transfers(world),
    }


async def _claims(world: World) -> dict[str, Call]:
    free, asked, active, joined = [await world.lead() for _ in range(4)]
    visit = await met(world, free)
    pending, renewed = await claim(world, asked), await approved(world, active)
    await met(world, active)
    await approved(world, joined)
    body = {"company_id": joined["company_id"], "reason": "曾共同接待"}
    wish = await world.stranger.made("/join-requests", body)
    return {
        "create_claim": Call(
            world.officer, "POST", "/claims", {"lead_id": free["id"], "visit_id": visit["id"]}
        ),
        "decide_claim": _decision(world.team_lead, "claims", pending),
        "renew_claim": Call(
            world.officer, "POST", f"/claims/{renewed['id']}/renewals", etag=etag(renewed)
        ),
        "create_join_request": Call(
            world.stranger, "POST", "/join-requests", body | {"company_id": active["company_id"]}
        ),
        "decide_join_request": _decision(world.team_lead, "join-requests", wish),
    }


def _decision(client: Client, noun: str, record: Any) -> Call:
    path = f"/{noun}/{record['id']}/decisions"
    return Call(client, "POST", path, {"decision": "recognise"}, etag(record))


async def _disputes(world: World) -> dict[str, Call]:
    free, contested, settled = [await world.lead() for _ in range(3)]
    for lead in (free, contested, settled):
        await approved(world, lead)
    visit = await world.visit(
        world.stranger, company_id=free["company_id"], guests=[{"name": "王芳"}]
    )
    new = {
        "company_id": free["company_id"],
        "statement": "我方更早接触",
        "visit_ids": [visit["id"]],
    }
    one = await dispute(world, contested["company_id"], world.stranger)
    other = await dispute(world, settled["company_id"], world.stranger)
    path = f"/disputes/{other['id']}"
    done = await world.leader.made(
        f"{path}/decisions",
        {"outcome": "keep_owner", "reason": "登记在先"},
        headers={"If-Match": etag(other)},
    )
    parts = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": "70.00"},
        {"officer_id": world.stranger.id, "role": "first_contact", "share": "30.00"},
    ]
    award = {"outcome": "share", "reason": "各有贡献", "members": parts}
    return {
        "create_dispute": Call(world.stranger, "POST", "/disputes", new),
        "decide_dispute": Call(
            world.leader, "POST", f"/disputes/{one['id']}/decisions", award, etag(one)
        ),
        "appeal_dispute": Call(
            world.stranger, "POST", f"{path}/appeals", {"statement": "另有证据"}, etag(done)
        ),
    }


async def _transfers(world: World) -> dict[str, Call]:
    given, moved = [await world.lead() for _ in range(2)]
    new = {"lead_ids": [given["id"]], "to_officer_id": world.colleague.id, "reason": "轮岗"}
    done = await world.team_lead.made("/transfers", new | {"lead_ids": [moved["id"]]})
    return {
        "create_transfer": Call(world.team_lead, "POST", "/transfers", new),
        "reverse_transfer": Call(
            world.team_lead,
            "POST",
            f"/transfers/{done['id']}/reversals",
            {"reason": "误移"},
            etag(done),
        ),
    }
