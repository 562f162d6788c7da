"""Gates: settings, assessments, reviews with conditions, promises."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from tests.walk import attach, decided
from tests.world import World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, SYSTEM, Call, etag

LEFT: dict[str, set[str]] = {
    "create_gate_setting": {"create gate_settings"},
    "update_gate_setting": {"update gate_settings"},
    "delete_gate_setting": {"delete gate_settings"},
    "create_assessment": {"create assessments"},
    "create_review": {"create reviews"},
    "decide_review": {"update reviews", "create review_decisions", "create review_conditions"},
    "close_review_condition": {"update review_conditions"},
    "extend_deferral": {"update deferrals"},
}
EVERYBODY, RECOGNISE = "++++++++++++1", "33+34+3333331"
ACCESS = {
    "list_gate_settings": EVERYBODY,
    "create_gate_setting": SYSTEM,
    "get_gate_setting": EVERYBODY,
    "update_gate_setting": SYSTEM,
    "delete_gate_setting": SYSTEM,
    "list_assessments": BUSINESS,
    "create_assessment": FIELD,
    "get_assessment": OWN_READ,
    "list_reviews": BUSINESS,
    "create_review": FIELD,
    "get_review": OWN_READ,
    "decide_review": "33333++333331",
    "list_review_conditions": BUSINESS,
    "get_review_condition": OWN_READ,
    "close_review_condition": RECOGNISE,
    "list_deferrals": BUSINESS,
    "get_deferral": OWN_READ,
    "extend_deferral": "33333+3333331",
    "get_lead_gates": OWN_READ,
}
SINGLE = {
    "/gate-settings/": "update_gate_setting",
    "/reviews/": "decide_review",
    "/review-conditions/": "close_review_condition",
    "/deferrals/": "extend_deferral",
}


async def calls(world: World) -> dict[str, Call]:
    officer, admin = world.officer, world.system_admin
    lead, other, signed = [await world.lead(track="construction") for _ in range(3)]
    item = {"stage": "completed", "item": "acceptance_record", "need": "off"}
    path = "/gate-settings"
    rows = [
        (await admin.seen(f"{path}?item={name}"))["items"][0]
        for name in ("termination_file", "output_reached")
    ]
    class_ = {"project_class": "land"}
    reviews = [
        await officer.made("/reviews", {"lead_id": one["id"], **class_}) for one in (lead, other)
    ]
    answer: dict[str, Any] = {
        "node": "investment_committee", "verdict": "passed_with_conditions", "opinion": "原则同意",
        "conditions": [{"text": "补充节能承诺", "due_on": today().isoformat()}],
    }  # fmt: skip
    await decided(world.leader, "/reviews", reviews[1], **answer)
    (condition,) = (await officer.seen("/review-conditions"))["items"]
    assessed = {"lead_id": lead["id"], "verdict": "follow"}
    await officer.made("/assessments", assessed)
    deferral = await _deferral(world, signed)
    await world.database.execute("DELETE FROM gate_settings WHERE item = 'acceptance_record'")
    later = (today() + timedelta(days=60)).isoformat()
    return {
        "create_gate_setting": Call(admin, "POST", path, item),
        "update_gate_setting": Call(
            admin, "PATCH", f"{path}/{rows[0]['id']}", {"need": "deferrable"}, etag(rows[0])
        ),
        "delete_gate_setting": Call(admin, "DELETE", f"{path}/{rows[1]['id']}", etag=etag(rows[1])),
        "create_assessment": Call(officer, "POST", "/assessments", assessed),
        "create_review": Call(officer, "POST", "/reviews", {"lead_id": signed["id"], **class_}),
        "decide_review": Call(
            world.leader, "POST", f"/reviews/{reviews[0]['id']}/decisions", answer, etag(reviews[0])
        ),
        "close_review_condition": Call(
            world.team_lead,
            "POST",
            f"/review-conditions/{condition['id']}/closures",
            {"note": "已补充"},
            etag(condition),
        ),
        "extend_deferral": Call(
            world.leader,
            "POST",
            f"/deferrals/{deferral['id']}/extensions",
            {"promised_on": later, "reason": "公示期延长"},
            etag(deferral),
        ),
    }


async def _deferral(world: World, lead: Any) -> Any:
    """A promise of one item, approved with its move; the other items of the gate are off."""
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    await world.database.execute("DELETE FROM gate_settings WHERE item = 'environment_approval'")
    promise = {
        "item": "environment_approval",
        "promised_on": (today() + timedelta(days=30)).isoformat(),
        "reason": "受理中",
    }
    step = await world.ask(lead["id"], to_stage="registered", deferrals=[promise])
    await world.decide(step)
    await world.without_gates()
    await attach(world, lead, "environment_approval")
    (deferral,) = (await world.officer.seen(f"/deferrals?lead_id={lead['id']}"))["items"]
    return deferral
