"""Service tasks and blockers."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, Call, etag

TEAM_EDIT = "+4+44+3333331"
LEFT: dict[str, set[str]] = {
    "create_service_task": {"create service_tasks"},
    "update_service_task": {"update service_tasks"},
    "close_service_task": {"update service_tasks"},
    "reopen_service_task": {"update service_tasks"},
    "create_blocker": {"create blockers"},
    "update_blocker": {"update blockers"},
    "escalate_blocker": {"update blockers"},
    "resolve_blocker": {"update blockers"},
}
ACCESS = {
    "list_service_tasks": BUSINESS,
    "create_service_task": FIELD,
    "get_service_task": OWN_READ,
    "update_service_task": TEAM_EDIT,
    "close_service_task": TEAM_EDIT,
    "reopen_service_task": TEAM_EDIT,
    "list_blockers": BUSINESS,
    "create_blocker": FIELD,
    "get_blocker": OWN_READ,
    "update_blocker": TEAM_EDIT,
    "escalate_blocker": TEAM_EDIT,
    "resolve_blocker": TEAM_EDIT,
}
SINGLE = {"/service-tasks/": "update_service_task", "/blockers/": "update_blocker"}
TASK = {"title": "代办营业执照", "kind": "registration", "promised_days": 1}
BLOCKER = {"title": "用地指标未落实"}


async def calls(world: World) -> dict[str, Call]:
    officer, lead = world.officer, {"lead_id": (await world.lead())["id"]}
    new = {**TASK, **lead, "received_on": "2026-03-06"}
    tasks = [await officer.made("/service-tasks", new) for _ in range(3)]
    blockers = [await officer.made("/blockers", {**BLOCKER, **lead}) for _ in range(3)]
    path, obstacle = [f"/service-tasks/{task['id']}" for task in tasks], "/blockers/{id}"
    closed = (await officer.post(f"{path[2]}/closings", {}, headers=_match(tasks[2]))).json()
    team = await world.headquarters()
    kept, escalated, resolved = [obstacle.format(id=blocker["id"]) for blocker in blockers]
    up = {"headquarters_id": team, "reason": "需协调用地"}
    return {
        "create_service_task": Call(officer, "POST", "/service-tasks", new),
        "update_service_task": Call(officer, "PATCH", path[0], {"notes": "x"}, etag(tasks[0])),
        "close_service_task": Call(officer, "POST", f"{path[1]}/closings", {}, etag(tasks[1])),
        "reopen_service_task": Call(officer, "POST", f"{path[2]}/reopenings", etag=etag(closed)),
        "create_blocker": Call(officer, "POST", "/blockers", {**BLOCKER, **lead}),
        "update_blocker": Call(officer, "PATCH", kept, {"severity": "high"}, etag(blockers[0])),
        "escalate_blocker": Call(
            officer, "POST", f"{escalated}/escalations", up, etag(blockers[1])
        ),
        "resolve_blocker": Call(
            officer, "POST", f"{resolved}/resolutions", {"resolution": "已落实"}, etag(blockers[2])
        ),
    }


def _match(record: Any) -> dict[str, str]:
    return {"If-Match": etag(record)}
