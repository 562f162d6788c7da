"""Bringing a lead what its gates ask for, item by item, over HTTP as its people would."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from app.core.clock import today
from app.models.gates import DOCUMENTS, GateItem
from tests.world import Client, World

Bring = Callable[[World, Any], Awaitable[Any]]


def pdf(mark: str) -> bytes:
    """A small PDF; another mark makes other bytes."""
    body = "1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
    return f"%PDF-1.4\n% {mark}\n{body}\n%%EOF\n".encode()


async def patch(world: World, lead: Any, **changes: Any) -> Any:
    """The lead changed by its owner."""
    path = f"/leads/{lead['id']}"
    tag = (await world.officer.get(path)).headers["etag"]
    reply = await world.officer.patch(path, changes, tag)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def attach(world: World, lead: Any, kind: str, mark: str = "") -> Any:
    """A file of today attached to the lead."""
    name = f"{kind}{mark}.pdf"
    file = await world.officer.made(
        "/evidence-files",
        None,
        data={"kind": kind, "dated_on": today().isoformat()},
        files={"file": (name, pdf(f"{lead['id']} {name}"), "application/pdf")},
    )
    body = {"file_id": file["id"], "subject_kind": "lead", "subject_id": lead["id"]}
    return await world.officer.made("/evidence-links", body)


async def decided(
    client: Client, path: str, record: Any, noun: str = "decisions", **body: Any
) -> Any:
    """A record after somebody's decision."""
    headers = {"If-Match": f'"v{record["version"]}"'}
    return await client.made(f"{path}/{record['id']}/{noun}", body, headers=headers)


async def _met(world: World, lead: Any) -> Any:
    guests = [{"name": "王志远", "title": "投资总监"}]
    return await world.visit(lead_id=lead["id"], kind="inbound", guests=guests)


async def _claimed(world: World, lead: Any) -> Any:
    visit = await _met(world, lead)
    body = {"lead_id": lead["id"], "visit_id": visit["id"]}
    claim = await world.officer.made("/claims", body)
    return await decided(world.team_lead, "/claims", claim, decision="recognise")


async def _combined(world: World, lead: Any) -> Any:
    combination = await world.leader.made("/combinations", {"name": f"组合 {lead['code']}"})
    return await patch(world, lead, combination_id=combination["id"])


async def _reviewed(world: World, lead: Any) -> Any:
    body = {"lead_id": lead["id"], "project_class": "policy"}
    review = await world.officer.made("/reviews", body)
    for node in ("investment_committee", "executive_meeting"):
        answer = {"node": node, "verdict": "passed", "opinion": "同意"}
        review = await decided(world.leader, "/reviews", review, **answer)
    return review


async def _sited(world: World, lead: Any) -> Any:
    mark = lead["code"]
    park = await world.team_lead.made(
        "/parks", {"name": f"马金铺园区 {mark}", "code": mark, "kind": "specialised_park"}
    )
    site = {"park_id": park["id"], "name": "一号地块", "code": "L1", "kind": "land"}
    site = await world.team_lead.made("/sites", {**site, "area_m2": "20000.00"})
    need = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": "15000.00"}
    return await world.officer.made("/site-reservations", need)


async def agreement(world: World, lead: Any, **more: Any) -> Any:
    """An active investment agreement of 2 亿元 with everything that a signing needs."""
    zone = await world.company(f"管委会 {lead['code']}")
    parties = [
        {"company_id": zone["id"], "role": "zone"},
        {"company_id": lead["company_id"], "role": "investor"},
    ]
    late = (today() + timedelta(days=365)).isoformat()
    body = {
        "lead_id": lead["id"], "kind": "investment", "number": lead["code"],
        "signed_on": today().isoformat(), "amount": "200000000.00", "start_by": late,
        "produce_by": late, "promised_output": "100000000.00", "promised_tax": "5000000.00",
        "promised_jobs": 120, "promised_from_year": today().year, "parties": parties, **more,
    }  # fmt: skip
    draft = await world.officer.made("/agreements", body)
    file = await attach(world, lead, "agreement")
    link = {"file_id": file["file_id"], "subject_kind": "agreement", "subject_id": draft["id"]}
    await world.officer.made("/evidence-links", link)
    return await decided(world.leader, "/agreements", draft, decision="activate")


async def _delivered(world: World, lead: Any) -> Any:
    body = {
        "lead_id": lead["id"], "year": today().year, "output": "80000000.00",
        "tax": "1000000.00", "jobs": 90,
    }  # fmt: skip
    report = await world.officer.made("/operation-reports", body)
    return await decided(world.leader, "/operation-reports", report, decision="recognise")


def _setting(**changes: Any) -> Bring:
    return lambda world, lead: patch(world, lead, **changes)


def _with(item: GateItem) -> Bring:
    wanted = DOCUMENTS[item]

    async def bring(world: World, lead: Any) -> None:
        for number in range(wanted.at_least):
            await attach(world, lead, wanted.kinds[0], f"-{item}-{number}")

    return bring


async def _assessed(world: World, lead: Any) -> Any:
    body = {"lead_id": lead["id"], "verdict": "follow", "comment": "符合重点产业方向"}
    return await world.officer.made("/assessments", body)


async def _agreed(world: World, lead: Any) -> Any:
    return await agreement(world, lead)


# What brings each item; some bring several at once. A team and a company are there from the start.
BRING: dict[GateItem, Bring] = {
    GateItem.assessed_follow: _assessed,
    GateItem.claim_active: _claimed,
    GateItem.two_way_contact: _met,
    GateItem.planned_investment: _setting(planned_investment="200000000.00"),
    GateItem.industry: _setting(industry_code="C2710"),
    GateItem.source_place: _setting(source_region_code="310115"),
    GateItem.combination: _combined,
    GateItem.review_passed: _reviewed,
    GateItem.landing_track: _setting(track="construction"),
    GateItem.expected_output: _setting(expected_output="300000000.00"),
    GateItem.expected_tax: _setting(expected_tax="20000000.00"),
    GateItem.expected_jobs: _setting(expected_jobs=150),
    GateItem.site_proposal: _sited,
    GateItem.investment_agreement: _agreed,
    GateItem.output_reached: _delivered,
    **{item: _with(item) for item in DOCUMENTS},
}


async def gates(world: World, lead: Any, client: Client | None = None) -> Any:
    """What the lead's gates say."""
    return await (client or world.officer).seen(f"/leads/{lead['id']}/gates")


async def lacking(world: World, lead: Any, stage: str) -> list[str]:
    """The items that the stage's gate still misses, deferrable ones included."""
    (gate,) = [g for g in (await gates(world, lead))["items"] if g["stage"] == stage]
    return [item["item"] for item in gate["items"] if not item["is_held"]]


async def bring_all(world: World, lead: Any, stage: str) -> list[str]:
    """Bring what the gate of a stage misses, one after the other; answers what was brought."""
    brought: list[str] = []
    while missing := await lacking(world, lead, stage):
        item = missing[0]
        assert item not in brought, f"{item} was brought and is still missing"
        await BRING[GateItem(item)](world, lead)
        brought.append(item)
    return brought
