"""Combinations."""

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

LEFT: dict[str, set[str]] = {
    "create_combination": {"create combinations"},
    "update_combination": {"update combinations"},
    "delete_combination": {"delete combinations"},
}
# Units are set up by the leader and the assessor; every business reader sees that they exist.
KEEPERS = "33333++333331"
ACCESS = {
    "list_combinations": BUSINESS,
    "get_combination": BUSINESS,
    "create_combination": KEEPERS,
    "update_combination": KEEPERS,
    "delete_combination": KEEPERS,
    "get_combination_kpis": BUSINESS,
}
SINGLE = {"/combinations/": "update_combination"}


async def calls(world: World) -> dict[str, Call]:
    kept, removed = [
        await world.leader.made("/combinations", {"name": name}) for name in ("单元一", "单元二")
    ]
    path = "/combinations"
    return {
        "create_combination": Call(
            world.leader, "POST", path, {"name": "生物医药大健康", "priority": 1}
        ),
        "update_combination": Call(
            world.leader, "PATCH", f"{path}/{kept['id']}", {"status": "closed"}, etag(kept)
        ),
        "delete_combination": Call(
            world.leader, "DELETE", f"{path}/{removed['id']}", etag=etag(removed)
        ),
    }
