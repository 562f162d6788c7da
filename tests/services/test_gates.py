"""Gates over HTTP: a lead is told what it lacks, brings it, moves; promises and what they owe."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from app.models.gates import DOCUMENTS, GateItem, gate
from app.models.pipeline import Stage, Track
from tests.walk import BRING, attach, bring_all, decided, gates, lacking, patch
from tests.world import PATHS, Client, World, problem
from tests.writes import etag

FRESH: dict[str, Any] = {"planned_investment": None, "track": None}
# What a new lead of the test world already has: a company, a team, no doubtful twin, no promise.
FROM_THE_START = {"investor_company", "responsible_team", "duplicates_decided"}


async def asked(world: World, lead: Any, to: str, client: Client | None = None, **more: Any) -> Any:
    """The answer to a request for a move, whatever it is."""
    client = client or world.officer
    tag = (await client.get(f"/leads/{lead['id']}")).headers["etag"]
    body = {"to_stage": to, **more}
    path = f"/leads/{lead['id']}/stage-transitions"
    return await client.post(path, body, headers={"If-Match": tag})


async def passed(world: World, lead: Any, to: str) -> None:
    """Everything that the gate asks for, the request and its recognition."""
    await bring_all(world, lead, to)
    extra: dict[str, Any] = {"agreed_amount": "200000000.00"} if to == "signed" else {}
    reply = await asked(world, lead, to, **extra)
    assert reply.status_code == 201, reply.text
    await world.decide(reply.json())


async def ready_for(world: World, stage: str, track: str = "construction") -> Any:
    """A lead at the stage before, with nothing brought for this one."""
    await world.with_gates()
    lead = await world.lead()
    for step in PATHS[track]:
        if step == stage:
            return lead
        if step == "pre_signing":
            await patch(world, lead, track=track)
        await passed(world, lead, step)
    raise AssertionError(stage)


@pytest.mark.long
@pytest.mark.parametrize("track", Track)
async def test_a_lead_goes_all_the_way_and_is_told_what_it_lacks(
    world: World, track: Track
) -> None:
    await world.with_gates()
    lead = await world.lead()
    held = set(FROM_THE_START)
    for to in PATHS[track]:
        if to == "pre_signing":
            await patch(world, lead, track=track)
            held.add("landing_track")
        rules = [rule.item.value for rule in gate(Stage(to), track, {})]
        missing = await lacking(world, lead, to)
        assert [item for item in rules if item in missing] == missing
        refused = problem(
            await asked(world, lead, to, agreed_amount="1.00" if to == "signed" else None),
            409, "transition_refused",
        )  # fmt: skip
        codes = [error["code"] for error in refused["errors"]]
        assert len([c for c in codes if c.startswith("gate_item_")]) == len(missing) > 0
        await passed(world, lead, to)
        assert (await world.officer.seen(f"/leads/{lead['id']}"))["stage"] == to
    assert (await gates(world, lead))["items"] == []


@pytest.mark.parametrize("item", sorted(item.value for item in BRING))
async def test_an_item_is_missing_until_it_is_brought(world: World, item: str) -> None:
    """Each by itself: the others of its gate are switched off."""
    await world.with_gates()
    places = [
        (stage, track)
        for stage in Stage
        for track in (None, *Track)
        if GateItem(item) in [rule.item for rule in gate(stage, track, {})]
    ]
    if not places:
        assert item == "termination_file"
        return
    stage, track = places[0]
    lead = await world.lead()
    await world.without_gates()
    await world.database.execute("DELETE FROM gate_settings WHERE item = $1", item)
    path = PATHS[track or Track.construction]
    await world.database.execute(
        "UPDATE leads SET stage = $2, track = $3 WHERE id = $1",
        lead["id"],
        (["identified", *path])[path.index(stage)],
        None if item == "landing_track" else (track or Track.construction),
    )
    assert await lacking(world, lead, stage) == [item]
    if item == "output_reached":
        await BRING[GateItem.investment_agreement](world, lead)
    await BRING[GateItem(item)](world, lead)
    assert await lacking(world, lead, stage) == []


async def test_a_file_counts_with_its_day_and_each_content_once(world: World) -> None:
    lead = await ready_for(world, "contacted")
    await world.database.execute(
        "UPDATE leads SET stage = 'building', track = 'construction' WHERE id = $1", lead["id"]
    )
    await attach(world, lead, "site_photo", "-one")
    assert "site_photos" in await lacking(world, lead, "completed")
    await world.database.execute("UPDATE evidence_files SET dated_on = NULL")
    await attach(world, lead, "site_photo", "-two")
    assert "site_photos" in await lacking(world, lead, "completed")
    await world.database.execute("UPDATE evidence_files SET dated_on = $1", today())
    assert "site_photos" not in await lacking(world, lead, "completed")


def promise(item: str, days: int = 30) -> dict[str, Any]:
    """A promise for so many days from today."""
    return {
        "item": item,
        "promised_on": (today() + timedelta(days=days)).isoformat(),
        "reason": "环评受理中",
    }


async def test_a_promise_lets_pass_and_blocks_when_it_is_overdue(world: World) -> None:
    lead = await ready_for(world, "registered")
    for item in ("licence", "establishment_document", "land_or_lease", "energy_review"):
        await BRING[GateItem(item)](world, lead)
    assert await lacking(world, lead, "registered") == ["environment_approval"]
    (gate_of,) = (await gates(world, lead))["items"]
    assert gate_of["is_open"] is True
    refused = problem(await asked(world, lead, "registered"), 409, "transition_refused")
    assert [e["code"] for e in refused["errors"]] == ["gate_item_deferrable"]
    reply = await asked(world, lead, "registered", deferrals=[promise("environment_approval")])
    await world.decide(reply.json())
    (deferral,) = (await world.officer.seen(f"/deferrals?lead_id={lead['id']}"))["items"]
    assert (deferral["is_approved"], deferral["approved_by_id"]) == (True, world.leader.id)
    assert (deferral["is_kept"], deferral["is_overdue"]) == (False, False)
    await bring_all(world, lead, "building")
    await world.database.execute("UPDATE deferrals SET promised_on = $1", today() - timedelta(1))
    refused = problem(await asked(world, lead, "building"), 409, "transition_refused")
    assert [e["code"] for e in refused["errors"]] == ["deferral_overdue"]
    assert (await gates(world, lead))["overdue"] == ["environment_approval"]
    await attach(world, lead, "environment_approval")
    deferral = await world.officer.seen(f"/deferrals/{deferral['id']}")
    assert (deferral["is_kept"], deferral["is_overdue"]) == (True, False)
    assert (await asked(world, lead, "building")).status_code == 201


@pytest.mark.parametrize(
    ("item", "days", "code", "field"),
    [
        ("licence", 30, "not_deferrable", "item"),
        ("deposit_receipt", 30, "not_deferrable", "item"),
        ("environment_approval", 0, "promise_too_far", "promised_on"),
        ("environment_approval", 91, "promise_too_far", "promised_on"),
    ],
)
async def test_a_wrong_promise_is_refused(
    world: World, item: str, days: int, code: str, field: str
) -> None:
    await world.with_gates()
    lead = await world.lead(track="construction")
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    before = await world.fingerprint()
    reply = await asked(world, lead, "registered", deferrals=[promise(item, days)])
    errors = problem(reply, 409, "transition_refused")["errors"]
    assert (errors[0]["code"], errors[0]["pointer"]) == (code, f"/deferrals/0/{field}")
    assert await world.fingerprint() == before


async def test_nobody_passes_alone_on_a_promise(world: World) -> None:
    await world.with_gates()
    lead = await world.lead(track="construction")
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    for item in ("licence", "establishment_document", "land_or_lease", "energy_review"):
        await BRING[GateItem(item)](world, lead)
    promises = [promise("environment_approval")]
    asked_for = await asked(world, lead, "registered", world.leader, deferrals=promises)
    assert asked_for.json()["status"] == "pending"
    reply = await world.leader.post(
        f"/stage-transitions/{asked_for.json()['id']}/decisions",
        {"decision": "recognise"},
        headers={"If-Match": '"v1"'},
    )
    problem(reply, 403, "self_recognition")


async def test_what_is_gone_at_the_recognition_stops_it(world: World) -> None:
    lead = await ready_for(world, "contacted")
    await bring_all(world, lead, "contacted")
    request = (await asked(world, lead, "contacted")).json()
    body = {"lead_id": lead["id"], "verdict": "drop"}
    await world.officer.made("/assessments", body)
    reply = await world.leader.post(
        f"/stage-transitions/{request['id']}/decisions",
        {"decision": "recognise"},
        headers={"If-Match": etag(request)},
    )
    (fault,) = problem(reply, 409, "gate_not_met")["errors"]
    assert fault["code"] == "gate_item_missing"
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["stage"] == "identified"


async def test_the_newest_review_that_is_over_holds(world: World) -> None:
    lead = await world.lead_at("negotiating")
    await world.with_gates()
    await BRING[GateItem.review_passed](world, lead)
    again = {"lead_id": lead["id"], "project_class": "land"}
    review = await world.officer.made("/reviews", again)
    assert "review_passed" not in await lacking(world, lead, "pre_signing")
    answer = {"node": "investment_committee", "verdict": "rejected", "opinion": "用地未落实"}
    await decided(world.leader, "/reviews", review, **answer)
    assert "review_passed" in await lacking(world, lead, "pre_signing")


async def test_a_leader_grants_another_day_once_later(world: World) -> None:
    await world.with_gates()
    lead = await world.lead(track="construction")
    await world.database.execute("UPDATE leads SET stage = 'signed' WHERE id = $1", lead["id"])
    for item in ("licence", "establishment_document", "land_or_lease", "energy_review"):
        await BRING[GateItem(item)](world, lead)
    reply = await asked(world, lead, "registered", deferrals=[promise("environment_approval")])
    await world.decide(reply.json())
    (deferral,) = (await world.officer.seen(f"/deferrals?lead_id={lead['id']}"))["items"]
    later = {**promise("x", 60), "reason": "公示期延长"}
    later.pop("item")
    path = f"/deferrals/{deferral['id']}/extensions"
    problem(await world.officer.post(path, later), 403, "forbidden")
    soon = {**later, "promised_on": deferral["promised_on"]}
    reply = await world.leader.post(path, soon, headers={"If-Match": etag(deferral)})
    (fault,) = problem(reply, 422, "invalid_values")["errors"]
    assert fault["code"] == "promise_not_later"
    done = await decided(world.leader, "/deferrals", deferral, "extensions", **later)
    assert (done["promised_on"], done["extended_by_id"]) == (later["promised_on"], world.leader.id)


async def test_from_signed_on_a_termination_needs_its_file(world: World) -> None:
    lead = await world.lead_at("signed")
    await world.with_gates()
    body = {"kind": "terminate", "reason_code": "investor_withdrew", "explanation": "撤资"}
    tag = (await world.officer.get(f"/leads/{lead['id']}")).headers["etag"]
    path = f"/leads/{lead['id']}/stage-transitions"
    refused = problem(
        await world.officer.post(path, body, headers={"If-Match": tag}), 409, "transition_refused"
    )
    assert [e["code"] for e in refused["errors"]] == ["gate_item_missing"]
    await attach(world, lead, "termination_file")
    assert (await world.officer.post(path, body, headers={"If-Match": tag})).status_code == 201


async def test_a_setting_changes_the_gate_for_everybody(world: World) -> None:
    await world.with_gates()
    lead = await world.lead()
    assert await lacking(world, lead, "contacted") == ["assessed_follow", "claim_active"]
    body = {"stage": "contacted", "item": "claim_active", "need": "off"}
    setting = await world.system_admin.made("/gate-settings", body)
    assert await lacking(world, lead, "contacted") == ["assessed_follow"]
    problem(
        await world.system_admin.post("/gate-settings", {**body, "stage": "signed"}),
        422, "invalid_values",
    )  # fmt: skip
    await world.system_admin.delete(f"/gate-settings/{setting['id']}", etag(setting))
    assert await lacking(world, lead, "contacted") == ["assessed_follow", "claim_active"]


async def test_the_gates_of_a_hidden_lead_are_absent(world: World) -> None:
    lead = await world.lead()
    for client in (world.stranger, world.other_lead):
        problem(await client.get(f"/leads/{lead['id']}/gates"), 404, "not_found")


def test_every_document_item_can_be_brought() -> None:
    assert set(DOCUMENTS) <= set(BRING)


async def effects(world: World, **body: str) -> Any:
    """What a setting would do, without writing anything."""
    before = await world.fingerprint()
    reply = await world.system_admin.post("/gate-settings", {**body, "dry_run": True})
    assert reply.status_code == 200, reply.text
    assert await world.fingerprint() == before
    return reply.json()


async def test_a_dry_run_names_the_leads_it_would_stop_or_let_through(world: World) -> None:
    """Before 签约, with nothing asked for: one has the deposit receipt, two lack it."""
    with_it, without = await world.lead_at("pre_signing"), await world.lead_at("pre_signing")
    blocked = await world.lead_at("pre_signing", client=world.stranger)
    for stage in ("negotiating", "signed"):
        await world.lead_at(stage)
    await attach(world, with_it, "deposit_receipt")
    item = {"stage": "signed", "item": "deposit_receipt"}
    found = await effects(world, **item, need="compulsory")
    assert (found["need_before"], found["need_after"]) == ("off", "compulsory")
    assert (found["lead_count"], found["lacking_count"]) == (3, 2)
    (effect,) = found["items"]
    assert effect == {
        "stage": "pre_signing",
        "refused_count": 2,
        "refused_lead_ids": sorted((without["id"], blocked["id"])),
        "allowed_count": 0,
        "allowed_lead_ids": [],
    }
    assert (await effects(world, **item, need="deferrable"))["items"] == []
    await world.database.execute(
        "UPDATE gate_settings SET need = 'compulsory' WHERE item = 'deposit_receipt'"
    )
    (effect,) = (await effects(world, **item, need="off"))["items"]
    assert (effect["allowed_count"], effect["refused_count"]) == (2, 0)
    await world.database.execute(
        "UPDATE gate_settings SET need = 'compulsory' WHERE item = 'party_codes'"
    )
    assert (await effects(world, **item, need="off"))["items"] == []


async def test_a_dry_run_of_tracks_endings_and_overdue_promises(world: World) -> None:
    await world.lead_at("registered")
    opening = await world.lead_at("registered", "opening")
    item = {"stage": "producing", "item": "licence", "need": "compulsory"}
    found = await effects(world, **item)
    assert [e["refused_lead_ids"] for e in found["items"]] == [[opening["id"]]]
    ended = {"stage": "signed", "item": "termination_file", "need": "compulsory"}
    found = await effects(world, **ended)
    assert (found["lead_count"], found["items"][0]["refused_count"]) == (2, 2)
    step = await world.database.fetchval(
        "SELECT id FROM stage_transitions WHERE lead_id = $1 AND to_stage = 'signed'", opening["id"]
    )
    await world.database.execute(
        "INSERT INTO deferrals (id, version, created_at, updated_at, item, promised_on, reason,"
        " lead_id, transition_id, stage) VALUES (gen_random_uuid(), 1, now(), now(),"
        " 'deposit_receipt', '2026-01-01', '待缴', $1, $2, 'signed')",
        opening["id"], step,
    )  # fmt: skip
    assert (await effects(world, **item))["items"] == []
    assert (await effects(world, **ended))["items"][0]["refused_count"] == 2
    wrong = {"stage": "signed", "item": "licence", "need": "off", "dry_run": True}
    problem(await world.system_admin.post("/gate-settings", wrong), 422, "invalid_values")
    problem(await world.leader.post("/gate-settings", {**item, "dry_run": True}), 403, "forbidden")
