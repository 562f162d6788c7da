"""Disputes: every outcome with its effects, and who may decide."""

from typing import Any

import pytest

from app.core.calendar import add_working_days
from app.core.clock import today
from tests.routers.disputes import claims, contested, rule, ruled
from tests.routers.test_transfers import members
from tests.world import World, problem
from tests.writes.claims import approved, dispute


async def test_a_dispute_shows_each_side_its_own(world: World) -> None:
    lead, made, record = await contested(world)
    assert (record["lead_id"], record["claim_id"]) == (None, None)
    assert (record["status"], record["owner_id"]) == ("open", world.officer.id)
    assert record["due_on"] == add_working_days(today(), 5).isoformat()
    seen = await world.officer.seen(f"/disputes/{record['id']}")
    assert (seen["lead_id"], seen["claim_id"]) == (lead["id"], made["id"])
    problem(await world.colleague.get(f"/disputes/{record['id']}"), 404, "not_found")


async def test_who_was_never_there_cannot_contest(world: World) -> None:
    lead = await world.lead()
    await approved(world, lead)
    elsewhere = await world.visit(world.stranger, guests=[{"name": "王芳"}])
    theirs = (await world.officer.seen(f"/visits?company_id={lead['company_id']}"))["items"][0]
    for visit in (elsewhere, theirs):
        body = {"company_id": lead["company_id"], "statement": "x", "visit_ids": [visit["id"]]}
        reply = await world.stranger.post("/disputes", body)
        assert problem(reply, 422, "invalid_values")["errors"][0]["pointer"] == "/visit_ids/0"
    own = {"company_id": lead["company_id"], "statement": "x", "visit_ids": [theirs["id"]]}
    problem(await world.officer.post("/disputes", own), 409, "already_member")


async def test_one_dispute_at_a_time(world: World) -> None:
    lead, _, _ = await contested(world)
    visit = await world.visit(world.stranger, company_id=lead["company_id"])
    body = {"company_id": lead["company_id"], "statement": "x", "visit_ids": [visit["id"]]}
    problem(await world.stranger.post("/disputes", body), 409, "already_exists")


async def test_keep_owner_changes_nothing_else(world: World) -> None:
    lead, made, record = await contested(world)
    seats = await members(world, lead)
    done = await rule(world, record, outcome="keep_owner")
    assert (done["status"], done["decisions"][0]["outcome"]) == ("decided", "keep_owner")
    assert done["appeal_until"] == add_working_days(today(), 10).isoformat()
    assert await members(world, lead) == seats
    assert await claims(world, lead) == {world.officer.id: "active"}
    assert (await world.officer.seen(f"/claims/{made['id']}"))["version"] == made["version"]
    problem(await ruled(world, done, outcome="keep_owner"), 409, "dispute_status")


async def test_transfer_moves_lead_seat_and_claim(world: World) -> None:
    lead, _, record = await contested(world)
    await rule(world, record, outcome="transfer", to_officer_id=world.stranger.id)
    now = await world.stranger.seen(f"/leads/{lead['id']}")
    assert (now["owner_id"], now["team_id"]) == (world.stranger.id, str(world.teams["metal"]))
    assert await members(world, lead) == {world.stranger.id: ("lead_negotiator", "100.00")}
    assert await claims(world, lead) == {
        world.officer.id: "superseded",
        world.stranger.id: "active",
    }


async def test_share_names_the_members(world: World) -> None:
    lead, _, record = await contested(world)
    parts = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": "65.00"},
        {"officer_id": world.stranger.id, "role": "first_contact", "share": "35.00"},
    ]
    await rule(world, record, outcome="share", members=parts)
    assert await members(world, lead) == {
        world.officer.id: ("lead_negotiator", "65.00"),
        world.stranger.id: ("first_contact", "35.00"),
    }
    assert await claims(world, lead) == {world.officer.id: "active"}


async def test_split_leaves_both_claims(world: World) -> None:
    lead, _, record = await contested(world, with_lead=True)
    await rule(world, record, outcome="split")
    both = {world.officer.id: "active", world.stranger.id: "active"}
    assert await claims(world, lead) == both
    stub = await world.colleague.seen(f"/companies/{lead['company_id']}/claim-stub")
    assert {told["owner_id"] for told in stub["claims"]} == set(both)


async def test_merge_is_carried_out_and_can_be_undone(world: World) -> None:
    lead, _, record = await contested(world, with_lead=True)
    visit = await world.visit(world.stranger, lead_id=record["own_lead_id"])
    done = await rule(world, record, outcome="merge")
    (decision,) = done["decisions"]
    merge = await world.leader.seen(f"/merges/{decision['merge_id']}")
    assert (merge["kept_id"], merge["merged_id"]) == (lead["id"], record["own_lead_id"])
    assert merge["reason"] == decision["reason"]
    assert (await world.leader.seen(f"/visits/{visit['id']}"))["lead_id"] == lead["id"]
    gone = await world.leader.get(f"/leads/{record['own_lead_id']}")
    assert problem(gone, 410, "merged_away")["merged_into_id"] == lead["id"]
    assert done["own_lead_id"] == record["own_lead_id"]
    await world.take_back("merges", merge)
    assert (await world.leader.seen(f"/visits/{visit['id']}"))["lead_id"] == record["own_lead_id"]
    assert (await world.stranger.seen(f"/leads/{record['own_lead_id']}"))["status"] == "active"


async def test_a_merge_that_is_refused_leaves_the_dispute_open(world: World) -> None:
    lead = await world.lead()
    await approved(world, lead)
    own = await world.lead_at("signed", client=world.stranger, company_id=lead["company_id"])
    record = await dispute(world, lead["company_id"], world.stranger, own_lead_id=own["id"])
    before = await world.fingerprint()
    problem(await ruled(world, record, outcome="merge"), 409, "merge_refused")
    assert await world.fingerprint() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "split"}, "/outcome"),
        ({"outcome": "merge"}, "/outcome"),
        ({"outcome": "transfer"}, "/to_officer_id"),
        ({"outcome": "share"}, "/members"),
        ({"outcome": "share", "members": "no shares"}, "/members"),
        ({"outcome": "keep_owner", "members": "no shares"}, "/members"),
    ],
)
async def test_an_outcome_says_all_it_needs(world: World, body: Any, pointer: str) -> None:
    _, _, record = await contested(world)
    if "members" in body:
        body = body | {"members": [{"officer_id": world.officer.id, "role": "lead_negotiator"}]}
    before = await world.fingerprint()
    reply = await ruled(world, record, **body)
    assert problem(reply, 422, "invalid_values")["errors"][0]["pointer"] == pointer
    assert await world.fingerprint() == before


async def test_no_party_decides(world: World) -> None:
    member, owner = [await world.account("leader", "bureau") for _ in range(2)]
    lead = await world.lead()
    await world.members(
        lead["id"], (world.officer, "lead_negotiator", None), (member, "supporter", None)
    )
    await approved(world, lead)
    record = await dispute(world, lead["company_id"], world.stranger)
    problem(await ruled(world, record, member, outcome="keep_owner"), 403, "dispute_party")
    await world.leader.made(
        "/transfers", {"lead_ids": [lead["id"]], "to_officer_id": owner.id, "reason": "轮岗"}
    )
    problem(await ruled(world, record, owner, outcome="keep_owner"), 403, "dispute_party")
    author = await world.account("leader", "bureau")
    other = await world.lead()
    await approved(world, other)
    theirs = await dispute(world, other["company_id"], author)
    problem(await ruled(world, theirs, author, outcome="keep_owner"), 403, "dispute_party")
    await rule(world, theirs, outcome="keep_owner")


async def test_nobody_awards_a_lead_to_themselves(world: World) -> None:
    _, _, record = await contested(world)
    mine: dict[str, Any] = {"outcome": "transfer", "to_officer_id": world.leader.id}
    problem(await ruled(world, record, **mine), 403, "dispute_party")
    parts = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": "70.00"},
        {"officer_id": world.leader.id, "role": "supporter", "share": "30.00"},
    ]
    shared: dict[str, Any] = {"outcome": "share", "members": parts}
    problem(await ruled(world, record, **shared), 403, "dispute_party")
    deputy = await world.account("leader", "bureau")
    await rule(world, record, deputy, **shared)
