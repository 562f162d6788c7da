"""First contact: one claim per company, what is evidence, what strangers see, and joining."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag
from tests.writes.claims import approved, claim, decided, met
from tests.writes.evidence import uploaded

STUB = {"owner_id", "owner_name", "stage_band", "status", "protected_until"}


async def test_a_claim_with_evidence_protects_for_ninety_days(world: World) -> None:
    lead = await world.lead()
    made = await claim(world, lead)
    assert (made["status"], made["is_protected"]) == ("pending", False)
    assert made["contacted_on"] == today().isoformat()
    headers = {"If-Match": etag(made)}
    path = f"/claims/{made['id']}/decisions"
    done = await world.team_lead.made(path, {"decision": "recognise"}, headers=headers)
    assert (done["status"], done["is_protected"]) == ("active", True)
    assert done["protected_until"] == (today() + timedelta(days=90)).isoformat()
    assert done["contact_due_on"] == (today() + timedelta(days=60)).isoformat()
    again = await world.leader.post(path, {"decision": "reject"}, headers={"If-Match": etag(done)})
    problem(again, 409, "claim_status")


async def test_nobody_approves_the_own_claim(world: World) -> None:
    lead = await world.lead(world.team_lead)
    made = await claim(world, lead, world.team_lead)
    path, headers = f"/claims/{made['id']}/decisions", {"If-Match": etag(made)}
    reply = await world.team_lead.post(path, {"decision": "recognise"}, headers=headers)
    problem(reply, 403, "self_recognition")
    assert (await decided(world, made))["status"] == "active"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"guests": []}, "no_two_way_contact"),
        ({"visited_on": (today() - timedelta(days=61)).isoformat()}, "contact_too_old"),
    ],
)
async def test_what_is_no_evidence(world: World, more: Any, code: str) -> None:
    lead = await world.lead()
    given = {"guests": [{"name": "李建国"}], **more}
    visit = await world.visit(lead_id=lead["id"], **given)
    body = {"lead_id": lead["id"], "visit_id": visit["id"]}
    error = problem(await world.officer.post("/claims", body), 422, "invalid_values")["errors"][0]
    assert (error["pointer"], error["code"]) == ("/visit_id", code)


async def test_evidence_of_another_lead_or_a_reversed_visit_is_none(world: World) -> None:
    lead, other = await world.lead(), await world.lead()
    elsewhere, gone = await met(world, other), await met(world, lead)
    await world.take_back("visits", gone, world.officer)
    for visit in (elsewhere, gone):
        body = {"lead_id": lead["id"], "visit_id": visit["id"]}
        reply = await world.officer.post("/claims", body)
        assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "no_two_way_contact"


async def filed(world: World, lead: Any, day: date, kind: str = "first_contact") -> Any:
    """A dated file at the lead, as a claim names it."""
    file = await uploaded(world.officer, kind=kind, dated_on=day.isoformat())
    body = {"file_id": file["id"], "subject_kind": "lead", "subject_id": lead["id"]}
    link = await world.officer.made("/evidence-links", body)
    return link, {"lead_id": lead["id"], "evidence_file_id": file["id"]}


async def test_a_dated_file_is_evidence_and_ranks_by_the_same_rule(world: World) -> None:
    lead, late = await world.lead(), await world.lead()
    link, body = await filed(world, lead, today())
    typed_since = await world.instant()
    made = await world.officer.made("/claims", body)
    assert (made["contacted_on"], made["visit_id"]) == (today().isoformat(), None)
    assert typed_since <= made["ranks_at"] <= made["created_at"]
    stays = await world.officer.delete(f"/evidence-links/{link['id']}", etag(link))
    problem(stays, 409, "evidence_relied_on")
    assert (await decided(world, made))["is_protected"]
    _, body = await filed(world, late, today() - timedelta(days=30))
    typed = await world.officer.made("/claims", body)
    assert typed_since <= typed["ranks_at"] <= typed["created_at"]
    assert typed["contacted_on"] == (today() - timedelta(days=30)).isoformat()


async def test_the_day_of_a_file_typed_in_time_ranks(world: World) -> None:
    lead = await world.lead()
    yesterday = today() - timedelta(days=1)
    _, body = await filed(world, lead, yesterday)
    hour = f"{yesterday}T10:00:00+08:00"
    made = await world.officer.made("/claims", body | {"contacted_at": hour})
    assert made["ranks_at"].startswith(f"{yesterday}T02:00:00")


@pytest.mark.parametrize("fault", ["old", "kind", "elsewhere", "both", "none"])
async def test_which_files_are_no_evidence(world: World, fault: str) -> None:
    lead, other = await world.lead(), await world.lead()
    day = today() - timedelta(days=61 if fault == "old" else 0)
    kind = "other" if fault == "kind" else "first_contact"
    _, body = await filed(world, other if fault == "elsewhere" else lead, day, kind)
    body["lead_id"] = lead["id"]
    if fault == "both":
        body["visit_id"] = (await met(world, lead))["id"]
    if fault == "none":
        del body["evidence_file_id"]
    code = {"old": "contact_too_old", "both": "visit_or_file", "none": "visit_or_file"}
    pointer = "/visit_id" if fault == "none" else "/evidence_file_id"
    error = problem(await world.officer.post("/claims", body), 422, "invalid_values")["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code.get(fault, "no_contact_file"))


async def test_the_hour_has_to_be_on_the_day(world: World) -> None:
    lead = await world.lead()
    visit = await met(world, lead)
    body = {"lead_id": lead["id"], "visit_id": visit["id"]}
    reply = await world.officer.post("/claims", body | {"contacted_at": "2026-01-01T00:00:00Z"})
    error = problem(reply, 422, "invalid_values")["errors"][0]
    assert (error["pointer"], error["code"]) == ("/contacted_at", "contact_not_on_visit")


async def test_of_twenty_claims_in_the_same_second_one_wins(world: World) -> None:
    company = await world.company()
    bodies = []
    for number in range(20):
        client = await world.account("officer", "bio" if number % 2 else "metal")
        lead = await world.lead(client, company_id=company["id"])
        visit = await met(world, lead, client)
        bodies.append((client, {"lead_id": lead["id"], "visit_id": visit["id"]}))
    replies = await asyncio.gather(*(c.post("/claims", body) for c, body in bodies))
    won = [reply.json() for reply in replies if reply.status_code == 201]
    assert len(won) == 1
    for reply in replies:
        if reply.status_code == 201:
            continue
        told = problem(reply, 409, "already_claimed")["claimed"]
        assert (told["company_id"], told["company_name"]) == (company["id"], company["name"])
        (stub,) = told["claims"]
        assert set(stub) == STUB
        assert (stub["owner_id"], stub["stage_band"]) == (won[0]["officer_id"], "before_signing")
        assert won[0]["lead_id"] not in reply.text
        assert won[0]["id"] not in reply.text


async def test_every_officer_sees_the_stub_and_no_more(world: World) -> None:
    lead = await world.lead_at("signed")
    path = f"/companies/{lead['company_id']}/claim-stub"
    assert (await world.stranger.seen(path))["claims"] == []
    made = await approved(world, lead)
    for client in (world.stranger, world.auditor):
        told = await client.seen(path)
        (stub,) = told["claims"]
        assert set(stub) == STUB
        assert (stub["stage_band"], stub["status"]) == ("signed", "active")
        assert stub["protected_until"] == made["protected_until"]
        assert lead["id"] not in str(told)
    problem(await world.agent.get(path), 403, "forbidden")
    assert (await world.stranger.seen("/claims"))["items"] == []


async def test_a_claimed_lead_is_not_trashed(world: World) -> None:
    lead = await world.lead()
    visit = await world.visit(company_id=lead["company_id"], guests=[{"name": "李建国"}])
    body = {"lead_id": lead["id"], "visit_id": visit["id"]}
    await world.officer.made("/claims", body)
    reply = await world.officer.delete(f"/leads/{lead['id']}", etag(lead))
    problem(reply, 409, "in_use")


async def test_a_rejected_claim_frees_the_company(world: World) -> None:
    lead = await world.lead()
    made = await decided(world, await claim(world, lead), "reject")
    assert (made["status"], made["ended_on"]) == ("rejected", today().isoformat())
    assert (await claim(world, lead))["status"] == "pending"


async def test_who_joins_becomes_a_supporter_by_the_policy(world: World) -> None:
    lead = await world.lead()
    body = {"company_id": lead["company_id"], "reason": "曾共同接待"}
    problem(await world.stranger.post("/join-requests", body), 409, "not_claimed")
    await approved(world, lead)
    problem(await world.officer.post("/join-requests", body), 409, "already_member")
    asked = await world.stranger.made("/join-requests", body)
    assert asked["lead_id"] is None
    problem(await world.stranger.post("/join-requests", body), 409, "already_exists")
    path, headers = f"/join-requests/{asked['id']}/decisions", {"If-Match": etag(asked)}
    done = await world.team_lead.made(path, {"decision": "recognise"}, headers=headers)
    assert (done["status"], done["lead_id"]) == ("accepted", lead["id"])
    query = f"/lead-members?lead_id={lead['id']}&to_on__isnull=true"
    members = (await world.officer.seen(query))["items"]
    shares = {member["officer_id"]: (member["role"], member["share"]) for member in members}
    assert shares == {
        world.officer.id: ("lead_negotiator", "80.00"),
        world.stranger.id: ("supporter", "20.00"),
    }
    assert sum(Decimal(share) for _, share in shares.values()) == Decimal("100.00")
    assert (await world.stranger.seen(f"/leads/{lead['id']}"))["id"] == lead["id"]
    reply = await world.team_lead.post(
        path, {"decision": "reject"}, headers={"If-Match": etag(done)}
    )
    problem(reply, 409, "request_decided")


async def test_a_team_lead_does_not_decide_the_own_request(world: World) -> None:
    lead = await world.lead()
    await approved(world, lead)
    body = {"company_id": lead["company_id"], "reason": "协助"}
    asked = await world.team_lead.made("/join-requests", body)
    path, headers = f"/join-requests/{asked['id']}/decisions", {"If-Match": etag(asked)}
    reply = await world.team_lead.post(path, {"decision": "recognise"}, headers=headers)
    problem(reply, 403, "self_recognition")
