"""Agreements, operation reports and commitments of a lead."""

from typing import Any

from tests.world import Client, World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, Call, etag
from tests.writes.evidence import attached

LEFT: dict[str, set[str]] = {
    "create_agreement": {"create agreements", "create agreement_parties"},
    "update_agreement": {"update agreements"},
    "decide_agreement": {"update agreements"},
    "create_operation_report": {"create operation_reports"},
    "decide_operation_report": {"update operation_reports"},
    "reverse_operation_report": {"update operation_reports"},
    "create_commitment": {"create commitments"},
    "update_commitment": {"update commitments"},
    "decide_commitment": {"update commitments"},
}
_EDIT, _LEADER, _ASSESS = "+4+44+3333331", "33333+3333331", "33333++333331"
ACCESS: dict[str, str] = {
    "list_agreements": BUSINESS,
    "create_agreement": FIELD,
    "get_agreement": OWN_READ,
    "update_agreement": _EDIT,
    "decide_agreement": _LEADER,
    "list_operation_reports": BUSINESS,
    "create_operation_report": FIELD,
    "get_operation_report": OWN_READ,
    "decide_operation_report": _ASSESS,
    "reverse_operation_report": _ASSESS,
    "list_commitments": BUSINESS,
    "create_commitment": FIELD,
    "get_commitment": OWN_READ,
    "update_commitment": _EDIT,
    "decide_commitment": "33+34+3333331",
}
SINGLE: dict[str, str] = {
    "/agreements/": "update_agreement",
    "/operation-reports/": "decide_operation_report",
    "/commitments/": "update_commitment",
}
PROMISE = {
    "direction": "by_zone",
    "kind": "land",
    "text": "2026 年底前交付净地 30 亩",
    "made_on": "2026-01-05",
    "due_on": "2026-06-30",
}
REPORT = {"year": 2025, "output": "80000000.00", "tax": "5000000.00", "jobs": 120}


async def parties(world: World) -> list[dict[str, Any]]:
    """Both sides, each with a code."""
    return [
        {"company_id": (await world.company())["id"], "role": role} for role in ("zone", "investor")
    ]


async def draft(world: World, lead: Any, client: Client | None = None, **more: Any) -> Any:
    """A complete draft of an investment agreement, its paper attached."""
    body = {
        "lead_id": lead["id"],
        "kind": "investment",
        "number": "昆高投协〔2026〕1号",
        "signed_on": "2026-01-10",
        "amount": "200000000.00",
        "start_by": "2026-06-30",
        "produce_by": "2027-12-31",
        "parties": await parties(world),
        **more,
    }
    client = client or world.officer
    made = await client.made("/agreements", body)
    paper = b"%PDF-1.7 " + made["id"].encode()
    await attached(client, "agreement", made["id"], paper)
    return made


async def decided(world: World, agreement: Any, decision: str = "activate") -> Any:
    """The leader's decision."""
    path = f"/agreements/{agreement['id']}/decisions"
    headers = {"If-Match": etag(agreement)}
    return await world.leader.post(path, {"decision": decision}, headers=headers)


async def in_force(world: World, lead: Any, **more: Any) -> Any:
    """An agreement that the leader put into force."""
    reply = await decided(world, await draft(world, lead, **more))
    assert reply.status_code == 201, reply.text
    return reply.json()


async def recognised_report(world: World, lead: Any, **more: Any) -> Any:
    """A report that the assessor recognised."""
    made = await world.officer.made("/operation-reports", {"lead_id": lead["id"], **REPORT, **more})
    path = f"/operation-reports/{made['id']}/decisions"
    headers = {"If-Match": etag(made)}
    return await world.assessor.made(path, {"decision": "recognise"}, headers=headers)


async def calls(world: World) -> dict[str, Call]:
    lead = await world.lead()
    kept, waiting = await draft(world, lead), await draft(world, lead)
    new = {**{name: kept[name] for name in ("kind", "number", "signed_on", "amount")}}
    new |= {"lead_id": lead["id"], "parties": await parties(world)}
    report = {"lead_id": lead["id"], **REPORT}
    pending = await world.officer.made("/operation-reports", report)
    done = await recognised_report(world, lead, quarter=1)
    promise = {"lead_id": lead["id"], **PROMISE}
    promises = [await world.officer.made("/commitments", promise) for _ in range(2)]
    reports = "/operation-reports"
    return {
        "create_agreement": Call(world.officer, "POST", "/agreements", new),
        "update_agreement": Call(
            world.officer,
            "PATCH",
            f"/agreements/{kept['id']}",
            {"number": "2号", "parties": kept["parties"]},
            etag(kept),
        ),
        "decide_agreement": Call(
            world.leader,
            "POST",
            f"/agreements/{waiting['id']}/decisions",
            {"decision": "activate"},
            etag(waiting),
        ),
        "create_operation_report": Call(world.officer, "POST", reports, report | {"quarter": 2}),
        "decide_operation_report": Call(
            world.assessor,
            "POST",
            f"{reports}/{pending['id']}/decisions",
            {"decision": "recognise"},
            etag(pending),
        ),
        "reverse_operation_report": Call(
            world.leader,
            "POST",
            f"{reports}/{done['id']}/reversals",
            {"reason": "口径有误"},
            etag(done),
        ),
        "create_commitment": Call(world.officer, "POST", "/commitments", promise),
        "update_commitment": Call(
            world.officer,
            "PATCH",
            f"/commitments/{promises[0]['id']}",
            {"text": "交付净地 25 亩"},
            etag(promises[0]),
        ),
        "decide_commitment": Call(
            world.team_lead,
            "POST",
            f"/commitments/{promises[1]['id']}/decisions",
            {"decision": "kept"},
            etag(promises[1]),
        ),
    }
