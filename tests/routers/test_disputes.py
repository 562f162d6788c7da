"""Disputes: every outcome with its effects, who may decide, and the one appeal."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.calendar import add_working_days
from app.core.clock import today
from tests.routers.test_transfers import members
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.claims import approved, dispute

PATH = "/disputes/{}/decisions"


async def ruled(world: World, record: Any, client: Client | None = None, **body: Any) -> Any:
    return await (client or world.leader).post(
        PATH.format(record["id"]),
        {"reason": "双方时间线为证", **body},
        headers={"If-Match": etag(record)},
    )


async def rule(world: World, record: Any, client: Client | None = None, **body: Any) -> Any:
    reply = await ruled(world, record, client, **body)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def contested(world: World, **more: Any) -> tuple[Any, Any, Any]:
    """The officer's claimed lead, its claim, and the stranger's dispute about it."""
    lead = await world.lead()
    made = await approved(world, lead)
    if more.pop("with_lead", False):
        own = await world.lead(world.stranger, company_id=lead["company_id"])
        more["own_lead_id"] = own["id"]
    return lead, made, await dispute(world, lead["company_id"], world.stranger, **more)


async def claims(world: World, lead: Any) -> dict[str, str]:
    """The status of the company's claims by officer."""
    query = f"/claims?company_id={lead['company_id']}"
    items = (await world.leader.seen(query))["items"]
    return {item["officer_id"]: item["effective_status"] for item in items}


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


async def test_merge_is_noted_as_due(world: World) -> None:
    _, _, record = await contested(world, with_lead=True)
    done = await rule(world, record, outcome="merge")
    assert done["is_merge_due"] is True
    due = (await world.leader.seen("/disputes?is_merge_due=true"))["items"]
    assert [item["id"] for item in due] == [record["id"]]


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


async def appealed(record: Any, client: Client) -> Any:
    return await client.post(
        f"/disputes/{record['id']}/appeals",
        {"statement": "另有证据"},
        headers={"If-Match": etag(record)},
    )


OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "transfer", "to_officer_id": "stranger"},
    {"outcome": "share", "members": True},
    {"outcome": "split"},
    {"outcome": "merge"},
]


@pytest.mark.parametrize("first", OUTCOMES)
async def test_an_appeal_is_decided_anew_by_another_leader(world: World, first: Any) -> None:
    lead, made, record = await contested(world, with_lead=True)
    seats = await members(world, lead)
    parts = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": "50.00"},
        {"officer_id": world.stranger.id, "role": "supporter", "share": "50.00"},
    ]
    body = first | ({"members": parts} if "members" in first else {})
    body |= {"to_officer_id": world.stranger.id} if "to_officer_id" in first else {}
    done = await rule(world, record, **body)
    problem(await appealed(done, world.leader), 403, "forbidden")
    reply = await appealed(done, world.officer)
    assert reply.status_code == 201, reply.text
    asked = reply.json()
    assert (asked["status"], asked["appealed_by_id"]) == ("appealed", world.officer.id)
    problem(await ruled(world, asked, outcome="keep_owner"), 403, "dispute_party")
    second = await world.account("leader", "bureau")
    final = await rule(world, asked, second, outcome="keep_owner")
    assert (final["status"], final["is_merge_due"]) == ("final", False)
    assert [d["decided_by_id"] for d in final["decisions"]] == [world.leader.id, second.id]
    assert await members(world, lead) == seats
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["owner_id"] == world.officer.id
    assert (await world.officer.seen(f"/claims/{made['id']}"))["effective_status"] == "active"
    assert "active" not in {s for o, s in (await claims(world, lead)).items()
                            if o != world.officer.id}  # fmt: skip
    problem(await appealed(final, world.stranger), 409, "dispute_status")


async def test_an_appeal_comes_in_ten_working_days(world: World) -> None:
    _, _, record = await contested(world)
    done = await rule(world, record, outcome="keep_owner")
    await world.database.execute(
        "UPDATE disputes SET appeal_until = $1", today() - timedelta(days=1)
    )
    problem(await appealed(done, world.stranger), 409, "appeal_closed")
    await world.database.execute("UPDATE disputes SET appeal_until = $1", today())
    assert (await appealed(done, world.stranger)).status_code == 201


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
