"""Accounts, log-ins and teams."""

from tests.world import World
from tests.writes.call import PASSWORD, Call, etag, password_hash

LEFT: dict[str, set[str]] = {
    "log_in": {"create officer_sessions"},
    "log_out": {"update officer_sessions"},
    "change_password": {"update officers", "update officer_sessions"},
    "create_officer": {"create officers"},
    "update_officer": {"update officers"},
    "change_officer_role": {"update officers"},
    "delete_officer": {"delete officers", "delete officer_sessions"},
    "unlock_officer": {"update officers"},
    "create_team": {"create teams"},
    "update_team": {"update teams"},
    "delete_team": {"delete teams"},
}


async def calls(world: World) -> dict[str, Call]:
    officer = await world.account("officer", "bio", password_hash())
    name = (await officer.seen("/me"))["name"]
    leaving, unused = [await world.account("officer", "bio") for _ in range(2)]
    system, security = world.system_admin, world.security_admin
    team = await system.made("/teams", {"name": "驻上海联络处"})
    empty = await system.made("/teams", {"name": "空组"})
    form = {"username": name, "password": PASSWORD}
    passwords = {"current_password": PASSWORD, "new_password": "Other-horse-88"}
    member = {"name": "段丽", "username": "duan.li", "password": PASSWORD}
    colleague = f"/officers/{world.colleague.id}"
    await world.database.execute(
        "UPDATE officers SET failed_count = 3 WHERE id = $1", world.stranger.id
    )
    return {
        "log_in": Call(world.nobody, "POST", "/sessions", more={"data": form}),
        "log_out": Call(leaving, "DELETE", "/sessions/current"),
        "change_password": Call(officer, "POST", "/me/password-changes", passwords),
        "create_officer": Call(system, "POST", "/officers", member),
        "update_officer": Call(system, "PATCH", colleague, {"name": "杨帆"}, '"v1"'),
        "delete_officer": Call(system, "DELETE", f"/officers/{unused.id}", etag='"v1"'),
        "change_officer_role": Call(
            security,
            "POST",
            f"/officers/{world.other_lead.id}/role-changes",
            {"role": "officer"},
            '"v1"',
        ),
        "unlock_officer": Call(security, "POST", f"/officers/{world.stranger.id}/unlockings"),
        "create_team": Call(system, "POST", "/teams", {"name": "生物医药组"}),
        "update_team": Call(
            system, "PATCH", f"/teams/{team['id']}", {"name": "驻沪组"}, etag(team)
        ),
        "delete_team": Call(system, "DELETE", f"/teams/{empty['id']}", etag=etag(empty)),
    }
