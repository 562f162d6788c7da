"""Contacts and introductions."""

from tests.world import World
from tests.writes.call import Call, etag

LEFT: dict[str, set[str]] = {
    "create_contact": {"create contacts"},
    "update_contact": {"update contacts"},
    "delete_contact": {"update contacts"},
    "unmask_contact": {"create unmaskings"},
    "create_introduction": {"create introductions"},
    "link_introduction": {"update introductions"},
}


async def calls(world: World) -> dict[str, Call]:
    body = {
        "company_id": (await world.company())["id"],
        "name": "李建国",
        "phone": "13812345678",
        "lawful_basis": "public_info",
        "source": "官网",
    }
    kept, removed = [await world.officer.made("/contacts", body) for _ in range(2)]
    seen = await world.agent.made("/introductions", {"company_name": "A", "description": "B"})
    lead = await world.lead()
    link = f"/introductions/{seen['id']}"
    return {
        "create_contact": Call(world.officer, "POST", "/contacts", body),
        "update_contact": Call(
            world.officer,
            "PATCH",
            f"/contacts/{kept['id']}",
            {"title": "董事长", "phone": "13987654321"},
            etag(kept),
        ),
        "delete_contact": Call(
            world.officer, "DELETE", f"/contacts/{removed['id']}", etag=etag(removed)
        ),
        "unmask_contact": Call(
            world.officer, "POST", f"/contacts/{kept['id']}/unmaskings", {"reason": "约访"}
        ),
        "create_introduction": Call(
            world.agent,
            "POST",
            "/introductions",
            {"company_name": "沪上新材", "description": "有意设厂"},
        ),
        "link_introduction": Call(
            world.team_lead, "PATCH", link, {"lead_id": lead["id"]}, etag(seen)
        ),
    }
