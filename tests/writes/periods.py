"""Months: taken up, closed and locked by the assessor."""

from app.core.clock import today
from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

ASSESSOR = "333333+333331"
LEFT: dict[str, set[str]] = {
    "create_period": {"create periods"},
    "close_period": {"update periods"},
    "lock_period": {"update periods"},
}
ACCESS: dict[str, str] = {
    "list_periods": BUSINESS,
    "create_period": ASSESSOR,
    "get_period": BUSINESS,
    "close_period": ASSESSOR,
    "lock_period": ASSESSOR,
    "list_period_snapshots": BUSINESS,
}
SINGLE = {"/periods/": "lock_period"}


async def calls(world: World) -> dict[str, Call]:
    months = [f"{today().year - 2}-{number:02}-01" for number in (1, 2, 3)]
    assessor = world.assessor
    opened, closing = [await assessor.made("/periods", {"month": m}) for m in months[:2]]
    path = f"/periods/{closing['id']}"
    await world.visit(visited_on=months[1])
    closed = await assessor.made(f"{path}/closings", None, headers={"If-Match": etag(closing)})
    return {
        "create_period": Call(assessor, "POST", "/periods", {"month": months[2]}),
        "close_period": Call(
            assessor, "POST", f"/periods/{opened['id']}/closings", etag=etag(opened)
        ),
        "lock_period": Call(assessor, "POST", f"{path}/locks", etag=etag(closed)),
    }
