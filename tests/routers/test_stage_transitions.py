"""Moving leads: requests, decisions, reversals, refusals that name everything at once."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.walk import agreement, attach, decided
from tests.world import Client, World, problem
from tests.writes import etag

YESTERDAY = (today() - timedelta(days=1)).isoformat()
TOMORROW = (today() + timedelta(days=1)).isoformat()


async def asked(client: Client, lead_id: str, **body: Any) -> Any:
    lead = await client.get(f"/leads/{lead_id}")
    headers = {"If-Match": lead.headers["etag"]}
    return await client.post(f"/leads/{lead_id}/stage-transitions", body, headers=headers)


async def faults(client: Client, lead_id: str, **body: Any) -> list[tuple[str, str]]:
    refused = problem(await asked(client, lead_id, **body), 409, "transition_refused")
    return [(error["pointer"], error["code"]) for error in refused["errors"]]


async def state(world: World, lead: Any) -> tuple[Any, ...]:
    now = await world.leader.seen(f"/leads/{lead['id']}")
    return now["stage"], now["status"], now["is_pending"]


async def test_a_request_waits_for_somebody_else(world: World) -> None:
    lead = await world.lead()
    step = await world.ask(lead["id"], to_stage="contacted")
    assert (step["status"], step["from_stage"], step["to_stage"]) == (
        "pending", "identified", "contacted",
    )  # fmt: skip
    assert (step["recognised_at"], step["credits"]) == (None, [])
    assert await state(world, lead) == ("identified", "active", True)
    done = await world.decide(step)
    assert (done["status"], done["recognised_by_id"]) == ("recognised", world.leader.id)
    assert [(c["officer_id"], c["share"]) for c in done["credits"]] == [
        (world.officer.id, "100.00")
    ]
    assert await state(world, lead) == ("contacted", "active", False)


async def test_a_recogniser_without_a_part_moves_at_once(world: World) -> None:
    lead = await world.lead()
    step = await world.ask(lead["id"], world.team_lead, to_stage="contacted")
    assert (step["status"], step["recognised_by_id"]) == ("recognised", world.team_lead.id)
    lead = await world.lead_at("negotiating")
    step = await world.ask(lead["id"], world.team_lead, to_stage="pre_signing")
    assert step["status"] == "pending"


async def test_nobody_recognises_the_own_request_or_the_own_lead(world: World) -> None:
    lead = await world.lead(world.team_lead)
    step = await world.ask(lead["id"], world.team_lead, to_stage="contacted")
    assert step["status"] == "pending"
    path = f"/stage-transitions/{step['id']}/decisions"
    body, headers = {"decision": "recognise"}, {"If-Match": etag(step)}
    response = await world.team_lead.post(path, body, headers=headers)
    problem(response, 403, "self_recognition")
    done = await world.decide(step)
    path = f"/stage-transitions/{step['id']}/reversals"
    headers = {"If-Match": etag(done)}
    response = await world.team_lead.post(path, {"reason": "误"}, headers=headers)
    problem(response, 403, "self_recognition")


async def test_a_team_lead_is_not_high_enough_for_a_signing(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    step = await world.ask(lead["id"], to_stage="signed", agreed_amount="1.00")
    response = await world.team_lead.post(
        f"/stage-transitions/{step['id']}/decisions",
        {"decision": "recognise"},
        headers={"If-Match": etag(step)},
    )
    problem(response, 403, "recogniser_needed")
    assert await state(world, lead) == ("pre_signing", "active", True)


async def test_a_rejection_frees_the_lead(world: World) -> None:
    lead = await world.lead()
    step = await world.decide(await world.ask(lead["id"], to_stage="contacted"), "reject")
    assert step["status"] == "rejected"
    assert await state(world, lead) == ("identified", "active", False)
    again = await world.leader.post(
        f"/stage-transitions/{step['id']}/decisions",
        {"decision": "recognise"},
        headers={"If-Match": etag(step)},
    )
    problem(again, 409, "transition_decided")


async def test_one_request_at_a_time(world: World) -> None:
    lead = await world.lead()
    await world.ask(lead["id"], to_stage="contacted")
    assert await faults(world.officer, lead["id"], to_stage="contacted") == [
        ("/kind", "transition_pending")
    ]


async def test_a_refusal_names_every_fault(world: World) -> None:
    lead = await world.lead()
    found = await faults(
        world.officer, lead["id"], to_stage="signed", currency="USD", event_on=TOMORROW
    )
    assert found == [
        ("/event_on", "date_in_future"),
        ("/to_stage", "no_such_move"),
        ("/to_stage", "stage_skipped"),
        ("/to_stage", "stage_skipped"),
        ("/to_stage", "stage_skipped"),
        ("/agreed_amount", "missing"),
        ("/exchange_rate", "rate_needed"),
        ("/rate_on", "rate_needed"),
    ]


async def test_a_refusal_calls_stages_by_their_names(world: World) -> None:
    lead = await world.lead()
    path, tag = f"/leads/{lead['id']}/stage-transitions", {"If-Match": etag(lead)}
    body = {"to_stage": "negotiating"}
    for lang, expected in {
        "zh": ["不能从 线索 到 在谈", "跳过了阶段 初步接洽"],
        "en": ["no way from Identified to Negotiating", "skips stage Contacted"],
    }.items():
        reply = await world.officer.post(path, body, headers={**tag, "Accept-Language": lang})
        errors = problem(reply, 409, "transition_refused")["errors"]
        assert [error["message"] for error in errors] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/to_stage", "missing")]),
        ({"to_stage": "identified"}, [("/to_stage", "no_such_move")]),
        (
            {"to_stage": "contacted", "agreed_amount": "1.00"},
            [("/agreed_amount", "only_at_signing")],
        ),
        ({"kind": "suspend"}, [("/explanation", "missing"), ("/resume_by", "missing")]),
        (
            {"kind": "suspend", "explanation": "等", "resume_by": today().isoformat()},
            [("/resume_by", "resume_not_later")],
        ),
        ({"kind": "terminate"}, [("/reason_code", "missing"), ("/explanation", "missing")]),
        (
            {"kind": "terminate", "reason_code": "lost_to_other_place", "explanation": "去了外地"},
            [("/competitor_region_code", "missing")],
        ),
        ({"kind": "resume"}, [("/kind", "wrong_status")]),
        ({"kind": "reopen"}, [("/kind", "wrong_status")]),
    ],
)
async def test_what_a_fresh_lead_refuses(
    world: World, body: Any, expected: list[tuple[str, str]]
) -> None:
    lead = await world.lead()
    before = await world.fingerprint()
    assert await faults(world.officer, lead["id"], **body) == expected
    assert await world.fingerprint() == before


async def test_the_track_is_needed_before_pre_signing(world: World) -> None:
    lead = await world.lead()
    for step in ("contacted", "negotiating"):
        await world.move(lead["id"], step)
    assert await faults(world.officer, lead["id"], to_stage="pre_signing") == [
        ("/to_stage", "track_needed")
    ]


async def test_events_follow_each_other(world: World) -> None:
    lead = await world.lead(received_on=YESTERDAY)
    await world.move(lead["id"], "contacted")
    assert await faults(world.officer, lead["id"], to_stage="negotiating", event_on=YESTERDAY) == [
        ("/event_on", "date_before_last")
    ]


async def test_a_move_does_not_precede_the_signal(world: World) -> None:
    lead = await world.lead()
    assert await faults(world.officer, lead["id"], to_stage="contacted", event_on=YESTERDAY) == [
        ("/event_on", "date_before_last")
    ]


async def test_a_dry_run_answers_and_changes_nothing(world: World) -> None:
    lead = await world.lead()
    before = await world.fingerprint()
    fits = await asked(world.officer, lead["id"], to_stage="contacted", dry_run=True)
    assert fits.status_code == 200
    assert fits.json() == {
        "is_allowed": True,
        "needs_recognition": True,
        "recognised_by": "team_lead",
        "errors": [],
        "gate": [],
    }
    at_once = await asked(world.leader, lead["id"], to_stage="contacted", dry_run=True)
    assert at_once.json()["needs_recognition"] is False
    refused = await asked(world.officer, lead["id"], to_stage="registered", dry_run=True)
    assert refused.json()["is_allowed"] is False
    assert len(refused.json()["errors"]) == 5
    assert await world.fingerprint() == before


async def test_suspending_and_resuming(world: World) -> None:
    lead = await world.lead()
    body: dict[str, Any] = {"kind": "suspend", "explanation": "等待土地", "resume_by": TOMORROW}
    step = await world.decide(await world.ask(lead["id"], **body))
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["status"], now["suspended_until"]) == ("suspended", TOMORROW)
    assert await faults(world.officer, lead["id"], to_stage="contacted") == [
        ("/kind", "wrong_status")
    ]
    back = await world.decide(await world.ask(lead["id"], kind="resume"))
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["status"], now["suspended_until"]) == ("active", None)
    await world.take_back("stage-transitions", back)
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["status"], now["suspended_until"]) == ("suspended", TOMORROW)
    await world.take_back("stage-transitions", step)
    assert await state(world, lead) == ("identified", "active", False)


async def test_a_terminated_lead_keeps_its_stage_and_a_leader_reopens_it(world: World) -> None:
    lead = await world.lead_at("contacted")
    end: dict[str, Any] = {
        "kind": "terminate",
        "reason_code": "investor_withdrew",
        "explanation": "放弃",
    }
    await world.ask(lead["id"], world.team_lead, **end)
    assert await state(world, lead) == ("contacted", "terminated", False)
    step = await world.ask(lead["id"], world.team_lead, kind="reopen")
    assert step["status"] == "pending"
    await world.decide(step)
    assert await state(world, lead) == ("contacted", "active", False)


async def test_from_the_signing_on_a_leader_terminates(world: World) -> None:
    lead = await world.lead_at("signed")
    end: dict[str, Any] = {
        "kind": "terminate",
        "reason_code": "investor_funding",
        "explanation": "资金",
    }
    step = await world.ask(lead["id"], world.team_lead, **end)
    assert step["status"] == "pending"
    await world.decide(step)
    assert await state(world, lead) == ("signed", "terminated", False)


@pytest.mark.parametrize("track", ["construction", "equipment", "opening"])
async def test_every_track_to_its_end(world: World, track: str) -> None:
    lead = await world.lead_at("at_capacity", track=track)
    assert await state(world, lead) == ("at_capacity", "active", False)


async def test_moves_without_a_tag_or_with_an_old_one(world: World) -> None:
    lead = await world.lead()
    path = f"/leads/{lead['id']}/stage-transitions"
    response = await world.officer.post(path, {"to_stage": "contacted"})
    problem(response, 428, "precondition_required")
    await world.officer.patch(f"/leads/{lead['id']}", {"name": "另一名称"}, etag(lead))
    response = await world.officer.post(
        path, {"to_stage": "contacted"}, headers={"If-Match": etag(lead)}
    )
    assert problem(response, 412, "stale_version")["current_version"] == 2


async def test_a_signing_is_for_what_was_agreed(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    agreed = await agreement(world, lead, amount="200000000.00")
    other = {"to_stage": "signed", "agreed_amount": "2000000000.00"}
    assert await faults(world.officer, lead["id"], **other) == [("/agreed_amount", "not_as_agreed")]
    in_dollars = {**other, "agreed_amount": agreed["amount"], "currency": "USD"}
    rate = {"exchange_rate": "7.10", "rate_on": today().isoformat()}
    assert await faults(world.officer, lead["id"], **in_dollars, **rate) == [
        ("/agreed_amount", "not_as_agreed")
    ]
    step = await world.move(lead["id"], "signed")
    assert (step["agreed_amount"], step["agreed_amount_cny"]) == (agreed["amount"],) * 2
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["agreed_amount"] == agreed["amount"]


async def test_a_new_agreement_before_the_recognition_stops_it(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    first = await agreement(world, lead)
    step = await world.ask(lead["id"], to_stage="signed")
    again = {"number": "2", "amount": "300000000.00", "supersedes_id": first["id"]}
    body = {
        "lead_id": lead["id"], "kind": "investment", "signed_on": today().isoformat(),
        "start_by": TOMORROW, "produce_by": TOMORROW, **again,
        "parties": [{k: p[k] for k in ("company_id", "role")} for p in first["parties"]],
    }  # fmt: skip
    draft = await world.officer.made("/agreements", body)
    file = await attach(world, lead, "agreement", "-2")
    link = {"file_id": file["file_id"], "subject_kind": "agreement", "subject_id": draft["id"]}
    await world.officer.made("/evidence-links", link)
    await decided(world.leader, "/agreements", draft, decision="activate")
    reply = await world.leader.post(
        f"/stage-transitions/{step['id']}/decisions",
        {"decision": "recognise"},
        headers={"If-Match": etag(step)},
    )
    (fault,) = problem(reply, 409, "gate_not_met")["errors"]
    assert (fault["code"], "300000000.00" in fault["message"]) == ("not_as_agreed", True)


async def test_an_amount_that_no_column_holds_is_refused(world: World) -> None:
    amount = "999999999999999999.99"
    lead = await world.lead_at("pre_signing")
    rate = {"currency": "USD", "exchange_rate": "9999999999.99999999", "rate_on": YESTERDAY}
    body = {"to_stage": "signed", "agreed_amount": amount, **rate}
    problem(await asked(world.officer, lead["id"], **body), 422, "invalid_values")
    draft = {
        "lead_id": lead["id"], "kind": "framework", "number": "1", "signed_on": YESTERDAY,
        "amount": amount, **rate,
    }  # fmt: skip
    problem(await world.officer.post("/agreements", draft), 422, "invalid_values")
