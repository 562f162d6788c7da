"""Leads and their members."""

from tests.world import World
from tests.writes.call import BATCH, Call, etag, items

LEFT: dict[str, set[str]] = {
    "create_lead": {"create leads", "create lead_members"},
    "create_leads": {"create leads", "create lead_members"},
    "update_lead": {"update leads"},
    "delete_lead": {"update leads"},
    "change_lead_members": {"update leads", "update lead_members", "create lead_members"},
}


async def calls(world: World) -> dict[str, Call]:
    new = {"name": "锗材料项目", "company_id": (await world.company())["id"]}
    kept, removed, shared = [await world.lead() for _ in range(3)]
    members = [{"officer_id": world.officer.id, "role": "lead_negotiator"}]
    path = f"/leads/{kept['id']}"
    return {
        "create_lead": Call(world.officer, "POST", "/leads", new),
        "create_leads": Call(world.officer, "POST", f"/leads{BATCH}", items(new)),
        "update_lead": Call(
            world.officer, "PATCH", path, {"planned_investment": "5.00"}, etag(kept)
        ),
        "delete_lead": Call(world.officer, "DELETE", f"/leads/{removed['id']}", etag=etag(removed)),
        "change_lead_members": Call(
            world.team_lead,
            "POST",
            f"/leads/{shared['id']}/member-changes",
            {"members": members},
            etag(shared),
        ),
    }
