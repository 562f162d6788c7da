"""The zone's profile."""

from tests.world import World
from tests.writes.call import DIRECTORY, SYSTEM, Call, etag

LEFT = {"update_zone_profile": {"update zone_profiles"}}
ACCESS = {
    "list_zone_profiles": DIRECTORY,
    "get_zone_profile": DIRECTORY,
    "update_zone_profile": SYSTEM,
}
SINGLE = {"/zone-profiles/": "update_zone_profile"}


async def calls(world: World) -> dict[str, Call]:
    (profile,) = (await world.officer.seen("/zone-profiles"))["items"]
    path = f"/zone-profiles/{profile['id']}"
    change = {"city_code": "5303", "name": "曲靖经开区"}
    return {
        "update_zone_profile": Call(world.system_admin, "PATCH", path, change, etag(profile)),
    }
