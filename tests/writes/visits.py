"""Visits."""

from tests.world import World
from tests.writes.call import BATCH, Call, etag, items

LEFT: dict[str, set[str]] = {
    "log_visit": {"create visits", "create visit_participants"},
    "log_visits": {"create visits", "create visit_participants"},
    "update_visit": {"update visits"},
    "reverse_visit": {"update visits"},
}


async def calls(world: World) -> dict[str, Call]:
    company = await world.company()
    new = {"kind": "outbound", "summary": "走访", "company_id": company["id"]}
    kept, reversed_ = [await world.visit() for _ in range(2)]
    return {
        "log_visit": Call(world.officer, "POST", "/visits", new),
        "log_visits": Call(world.officer, "POST", f"/visits{BATCH}", items(new)),
        "update_visit": Call(
            world.officer, "PATCH", f"/visits/{kept['id']}", {"place": "昆明"}, etag(kept)
        ),
        "reverse_visit": Call(
            world.officer,
            "POST",
            f"/visits/{reversed_['id']}/reversals",
            {"reason": "重复"},
            etag(reversed_),
        ),
    }
