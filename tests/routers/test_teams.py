"""The tree of teams: founding, moving a subtree, removing what nothing points to."""

from typing import Any
from uuid import UUID

from tests.world import World, problem
from tests.writes import etag


async def team(world: World, name: str, parent: Any = None) -> Any:
    body = {"name": name, "parent_id": parent and parent["id"]}
    return await world.system_admin.made("/teams", body)


async def path_of(world: World, record: Any) -> list[str]:
    return (await world.officer.seen(f"/teams/{record['id']}"))["path"]


async def test_a_team_knows_its_ancestors(world: World) -> None:
    bureau = await team(world, "招商局")
    group = await team(world, "生物组", bureau)
    desk = await team(world, "驻沪处", group)
    assert desk["path"] == [desk["id"], group["id"], bureau["id"]]
    assert (bureau["path"], bureau["parent_id"]) == ([bureau["id"]], None)


async def test_a_moved_team_takes_its_subtree_along(world: World) -> None:
    bureau, other = await team(world, "招商局"), await team(world, "第二局")
    group = await team(world, "生物组", bureau)
    desk = await team(world, "驻沪处", group)
    path = f"/teams/{group['id']}"
    await world.system_admin.patch(path, {"parent_id": other["id"]}, etag(group))
    assert await path_of(world, desk) == [desk["id"], group["id"], other["id"]]
    group = await world.officer.seen(path)
    await world.system_admin.patch(path, {"parent_id": None}, etag(group))
    assert await path_of(world, desk) == [desk["id"], group["id"]]
    assert await path_of(world, group) == [group["id"]]


async def test_a_team_is_never_below_itself(world: World) -> None:
    bureau = await team(world, "招商局")
    group = await team(world, "生物组", bureau)
    for parent in (bureau, group):
        path = f"/teams/{bureau['id']}"
        response = await world.system_admin.patch(path, {"parent_id": parent["id"]}, etag(bureau))
        refused = problem(response, 422, "invalid_values")
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
            ("/parent_id", "team_cycle")
        ]
    assert await path_of(world, group) == [group["id"], bureau["id"]]


async def test_a_moved_team_is_read_by_its_new_lead_at_once(world: World) -> None:
    lead = await world.lead()
    bio = await world.system_admin.seen(f"/teams/{world.teams['bio']}")
    problem(await world.other_lead.get(f"/leads/{lead['id']}"), 404, "not_found")
    body = {"parent_id": str(world.teams["metal"])}
    await world.system_admin.patch(f"/teams/{bio['id']}", body, etag(bio))
    assert (await world.other_lead.seen(f"/leads/{lead['id']}"))["id"] == lead["id"]


async def test_names_are_unique_and_parents_exist(world: World) -> None:
    await team(world, "招商局")
    problem(await world.system_admin.post("/teams", {"name": "招商局"}), 409, "already_exists")
    body = {"name": "孤儿组", "parent_id": str(UUID(int=7))}
    refused = problem(await world.system_admin.post("/teams", body), 422, "invalid_values")
    assert refused["errors"][0]["code"] == "reference_not_found"


async def test_a_team_with_members_children_or_credit_stays(world: World) -> None:
    parent = await team(world, "招商局")
    await team(world, "生物组", parent)
    bio = await world.system_admin.seen(f"/teams/{world.teams['bio']}")
    for record in (parent, bio):
        response = await world.system_admin.delete(f"/teams/{record['id']}", etag(record))
        problem(response, 409, "in_use")


async def test_a_team_that_once_earned_something_stays(world: World) -> None:
    desk = await team(world, "驻沪处")
    officer = await world.system_admin.seen(f"/officers/{world.stranger.id}")
    path = f"/officers/{officer['id']}"
    moved = await world.system_admin.patch(path, {"team_id": desk["id"]}, etag(officer))
    await world.visit(world.stranger)
    await world.system_admin.patch(path, {"team_id": None}, moved.headers["etag"])
    response = await world.system_admin.delete(f"/teams/{desk['id']}", etag(desk))
    problem(response, 409, "in_use")


async def test_an_empty_team_is_removed(world: World) -> None:
    desk = await team(world, "驻沪处")
    path = f"/teams/{desk['id']}"
    assert (await world.system_admin.delete(path, etag(desk))).status_code == 204
    problem(await world.officer.get(path), 404, "not_found")
