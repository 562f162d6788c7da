"""Posts, and what officers have that posts ask for."""

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

# Of the officer's own: team mates do not see it, the own team lead and the zone do.
PERSONAL, JUDGES = "+4+44++3+3331", "33333++333331"
LEFT: dict[str, set[str]] = {
    "create_post": {"create posts"},
    "update_post": {"update posts"},
    "delete_post": {"delete posts"},
    "create_officer_profile": {"create officer_profiles"},
    "update_officer_profile": {"update officer_profiles"},
    "create_officer_certificate": {"create officer_certificates"},
    "update_officer_certificate": {"update officer_certificates"},
    "delete_officer_certificate": {"delete officer_certificates"},
}
ACCESS: dict[str, str] = {
    "list_posts": BUSINESS,
    "create_post": JUDGES,
    "get_post": BUSINESS,
    "update_post": JUDGES,
    "delete_post": JUDGES,
    "list_officer_profiles": BUSINESS,
    "create_officer_profile": JUDGES,
    "get_officer_profile": PERSONAL,
    "update_officer_profile": JUDGES,
    "list_officer_certificates": BUSINESS,
    "create_officer_certificate": JUDGES,
    "get_officer_certificate": PERSONAL,
    "update_officer_certificate": JUDGES,
    "delete_officer_certificate": JUDGES,
    "get_officer_qualification": "4++44++3+3331",
}
SINGLE = {
    "/posts/": "update_post",
    "/officer-profiles/": "update_officer_profile",
    "/officer-certificates/": "update_officer_certificate",
}


async def calls(world: World) -> dict[str, Call]:
    leader, path = world.leader, "/officer-certificates"
    posts = [await leader.made("/posts", {"name": f"招商岗{n}"}) for n in range(2)]
    profile = await leader.made("/officer-profiles", {"officer_id": world.officer.id})
    body = {"officer_id": world.officer.id, "kind": "招商师", "issued_on": "2024-03-01"}
    held = [await leader.made(path, body) for _ in range(2)]
    return {
        "create_post": Call(leader, "POST", "/posts", {"name": "驻点招商岗"}),
        "update_post": Call(
            leader, "PATCH", f"/posts/{posts[0]['id']}", {"notes": "驻外"}, etag(posts[0])
        ),
        "delete_post": Call(leader, "DELETE", f"/posts/{posts[1]['id']}", etag=etag(posts[1])),
        "create_officer_profile": Call(
            leader, "POST", "/officer-profiles", {"officer_id": world.colleague.id}
        ),
        "update_officer_profile": Call(
            leader,
            "PATCH",
            f"/officer-profiles/{profile['id']}",
            {"education": "bachelor"},
            etag(profile),
        ),
        "create_officer_certificate": Call(leader, "POST", path, body),
        "update_officer_certificate": Call(
            leader, "PATCH", f"{path}/{held[0]['id']}", {"number": "A1"}, etag(held[0])
        ),
        "delete_officer_certificate": Call(
            leader, "DELETE", f"{path}/{held[1]['id']}", etag=etag(held[1])
        ),
    }
