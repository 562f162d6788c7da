"""Parks, sites and their reservations."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

KEEPERS = "33+3++3333331"
LEFT: dict[str, set[str]] = {
    "create_park": {"create parks"},
    "update_park": {"update parks"},
    "create_site": {"create sites"},
    "update_site": {"update sites"},
    "reserve_site": {"create site_reservations"},
    "confirm_site_reservation": {"update site_reservations"},
    "renew_site_reservation": {"update site_reservations"},
    "release_site_reservation": {"update site_reservations"},
}
ACCESS: dict[str, str] = {
    "list_parks": BUSINESS,
    "create_park": KEEPERS,
    "get_park": BUSINESS,
    "update_park": KEEPERS,
    "list_sites": BUSINESS,
    "create_site": KEEPERS,
    "get_site": BUSINESS,
    "update_site": KEEPERS,
    "get_site_availability": BUSINESS,
    "list_site_reservations": BUSINESS,
    "reserve_site": "+++++33333331",
    "get_site_reservation": BUSINESS,
    "confirm_site_reservation": "33+33+3333331",
    "renew_site_reservation": "+3+3333333331",
    "release_site_reservation": "+3+33+3333331",
}
SINGLE: dict[str, str] = {
    "/parks/": "update_park",
    "/sites/": "update_site",
    "/site-reservations/": "confirm_site_reservation",
}


async def a_site(world: World, area: str = "10000.00", **more: Any) -> Any:
    """A factory in a park of its own."""
    number = next(world._numbers)
    park = await world.team_lead.made("/parks", {"name": f"专业园区{number}"})
    body = {"park_id": park["id"], "code": "A1", "name": "标准厂房", "kind": "factory"}
    return await world.team_lead.made("/sites", {**body, "area_m2": area, **more})


async def calls(world: World) -> dict[str, Call]:
    lead, officer = world.team_lead, world.officer
    site = await a_site(world)
    park = await lead.seen(f"/parks/{site['park_id']}")
    project = await world.lead()
    hold = {"site_id": site["id"], "lead_id": project["id"], "area_m2": "100.00"}
    held = [await officer.made("/site-reservations", hold) for _ in range(3)]
    paths = [f"/site-reservations/{reservation['id']}" for reservation in held]
    place = {"park_id": park["id"], "code": "A2", "name": "研发楼", "kind": "lab"}
    tags = [etag(reservation) for reservation in held]
    return {
        "create_park": Call(lead, "POST", "/parks", {"name": "贵金属园", "kind": "area"}),
        "update_park": Call(lead, "PATCH", f"/parks/{park['id']}", {"is_full": True}, etag(park)),
        "create_site": Call(lead, "POST", "/sites", {**place, "area_mu": "15.0000"}),
        "update_site": Call(
            lead, "PATCH", f"/sites/{site['id']}", {"area_m2": "20000.00"}, etag(site)
        ),
        "reserve_site": Call(officer, "POST", "/site-reservations", hold),
        "confirm_site_reservation": Call(lead, "POST", f"{paths[0]}/confirmations", etag=tags[0]),
        "renew_site_reservation": Call(
            officer, "POST", f"{paths[1]}/renewals", {"expires_on": "2099-12-31"}, tags[1]
        ),
        "release_site_reservation": Call(
            officer, "POST", f"{paths[2]}/releases", {"reason": "改选地块"}, tags[2]
        ),
    }
