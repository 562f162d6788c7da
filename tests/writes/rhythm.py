"""Responses to leads, explanations, follow-ups, reminders; and the reads made of them."""

from typing import Any

from app.core.clock import today
from app.services.reminders import refresh
from tests.world import World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, Call, etag

TEAM_EDIT = "+4+44+3333331"
LEFT: dict[str, set[str]] = {
    "create_lead_response": {"create lead_responses"},
    "create_no_change_note": {"create no_change_notes"},
    "complete_follow_up": {"update follow_ups"},
    "acknowledge_reminder": {"update reminders"},
    "resolve_reminder": {"update reminders"},
}
ACCESS = {
    "list_lead_responses": BUSINESS,
    "create_lead_response": FIELD,
    "get_lead_response": OWN_READ,
    "get_lead_clock": OWN_READ,
    "list_no_change_notes": BUSINESS,
    "create_no_change_note": FIELD,
    "get_no_change_note": OWN_READ,
    "list_lead_lights": BUSINESS,
    "list_stalled_leads": BUSINESS,
    "list_follow_ups": BUSINESS,
    "get_follow_up": OWN_READ,
    "complete_follow_up": TEAM_EDIT,
    "get_my_day": BUSINESS,
    "list_reminders": BUSINESS,
    "get_reminder": OWN_READ,
    "acknowledge_reminder": TEAM_EDIT,
    "resolve_reminder": TEAM_EDIT,
}
SINGLE: dict[str, str] = {"/follow-ups/": "complete_follow_up", "/reminders/": "resolve_reminder"}


async def calls(world: World) -> dict[str, Call]:
    officer, lead_id = world.officer, (await world.lead())["id"]
    day = today().isoformat()
    told = {"lead_id": lead_id, "kind": "answered", "text": "已电话回复"}
    quiet = {"lead_id": lead_id, "text": "等待总部审批"}
    await officer.made("/lead-responses", told)
    await officer.made("/no-change-notes", quiet)
    visit = await world.visit(lead_id=lead_id, next_action="送政策清单", next_action_on=day)
    (follow_up,) = (await officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
    seen, solved = [await _reminder(world, lead_id, day) for _ in range(2)]
    return {
        "create_lead_response": Call(officer, "POST", "/lead-responses", told),
        "create_no_change_note": Call(officer, "POST", "/no-change-notes", quiet),
        "complete_follow_up": Call(
            officer, "POST", f"/follow-ups/{follow_up['id']}/completions", {"outcome": "已送达"},
            etag(follow_up),
        ),
        "acknowledge_reminder": Call(
            officer, "POST", f"/reminders/{seen['id']}/acknowledgements", etag=etag(seen)
        ),
        "resolve_reminder": Call(
            officer, "POST", f"/reminders/{solved['id']}/resolutions", etag=etag(solved)
        ),
    }  # fmt: skip


async def _reminder(world: World, lead_id: str, day: str) -> Any:
    """A reminder of a follow-up that is due today, as the night's run writes it."""
    visit = await world.visit(lead_id=lead_id, next_action_on=day)
    (follow_up,) = (await world.officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
    async with world.app.state.db.transaction() as session:
        await refresh(session)
    found = await world.officer.seen(f"/reminders?subject_id={follow_up['id']}")
    (reminder,) = found["items"]
    return reminder
