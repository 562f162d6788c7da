"""Handing leads over: the owner and the owner's seat move, nothing else does."""

from typing import Any

import pytest

from app.kpis import ledger
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.claims import approved, met

# What a transfer writes, and what the log and the keys of requests say of it.
TOUCHED = {"leads", "lead_members", "transfers", "transfer_leads", "audit_entries"}


async def tables(world: World, without: set[str] = TOUCHED) -> dict[str, Any]:
    """A digest of every other table."""
    names = await world.database.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    digest = (
        "SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM"
        " (SELECT (to_jsonb(t) - 'last_seen_at')::text AS line FROM \"{}\" t) AS lines"
    )
    return {
        name: await world.database.fetchval(digest.format(name))
        for (name,) in names
        if name not in without
    }


async def leads(world: World) -> dict[str, Any]:
    """Every lead without what a transfer is there to change."""
    rows = await world.database.fetch(
        "SELECT id::text, to_jsonb(l) - ARRAY['owner_id', 'team_id', 'version', 'updated_at']"
        " AS row FROM leads l"
    )
    return dict(rows)


async def members(world: World, lead: Any) -> dict[str, tuple[str, str]]:
    query = f"/lead-members?lead_id={lead['id']}&to_on__isnull=true"
    items = (await world.leader.seen(query))["items"]
    return {item["officer_id"]: (item["role"], item["share"]) for item in items}


async def transfer(world: World, client: Client | None = None, **more: Any) -> Any:
    body = {"to_officer_id": world.colleague.id, "reason": "轮岗", **more}
    return await (client or world.team_lead).made("/transfers", body)


async def undo(world: World, done: Any, client: Client | None = None) -> Any:
    headers = {"If-Match": etag(done)}
    path = f"/transfers/{done['id']}/reversals"
    return await (client or world.team_lead).post(path, {"reason": "误移"}, headers=headers)


async def a_lead_with_a_past(world: World) -> Any:
    """Signed and credited, claimed, visited, with a transition under way."""
    lead = await world.lead_at("pre_signing")
    await met(world, lead)
    await approved(world, lead)
    await world.move(lead["id"], "signed", agreed_amount="200000000.00")
    await world.ask(lead["id"], to_stage="registered")
    return await world.officer.seen(f"/leads/{lead['id']}")


async def test_nothing_but_owner_and_seat_moves(world: World) -> None:
    lead, other = await a_lead_with_a_past(world), await world.lead()
    before, rows = await tables(world), await leads(world)
    kpis = await world.kpis("officers", "period=this_year")
    done = await transfer(world, lead_ids=[lead["id"]])
    assert await tables(world) == before
    assert await leads(world) == rows
    assert await world.kpis("officers", "period=this_year") == kpis
    async with world.app.state.db.sessions() as session:
        assert await ledger.verify(session) == []
    now = await world.leader.seen(f"/leads/{lead['id']}")
    assert (now["owner_id"], now["is_pending"]) == (world.colleague.id, True)
    assert done["leads"] == [
        {
            "lead_id": lead["id"],
            "from_officer_id": world.officer.id,
            "from_team_id": str(world.teams["bio"]),
        }
    ]
    assert await members(world, lead) == {world.colleague.id: ("lead_negotiator", "100.00")}
    problem(await world.officer.get(f"/leads/{lead['id']}"), 404, "not_found")
    assert (await world.officer.seen(f"/leads/{other['id']}"))["owner_id"] == world.officer.id


async def test_later_credit_is_the_new_owners(world: World) -> None:
    lead = await a_lead_with_a_past(world)
    await transfer(world, lead_ids=[lead["id"]])
    (pending,) = (await world.leader.seen("/stage-transitions?status=pending"))["items"]
    done = await world.decide(pending)
    assert [part["officer_id"] for part in done["credits"]] == [world.colleague.id]
    steps = await world.leader.seen(f"/stage-transitions?lead_id={lead['id']}&to_stage=signed")
    assert [part["officer_id"] for part in steps["items"][0]["credits"]] == [world.officer.id]


async def test_the_seat_keeps_its_share_and_a_member_brings_the_own(world: World) -> None:
    lead = await world.lead()
    await world.members(
        lead["id"],
        (world.officer, "lead_negotiator", "60.00"),
        (world.colleague, "supporter", "15.00"),
        (world.stranger, "first_contact", "25.00"),
    )
    before = await members(world, lead)
    done = await transfer(world, lead_ids=[lead["id"]])
    assert await members(world, lead) == {
        world.colleague.id: ("lead_negotiator", "75.00"),
        world.stranger.id: ("first_contact", "25.00"),
    }
    assert (await undo(world, done)).status_code == 201
    assert await members(world, lead) == before


async def test_who_negotiates_goes_on_negotiating(world: World) -> None:
    """Else the lead would have no lead negotiator, and nobody could join it."""
    lead = await world.lead()
    await world.members(
        lead["id"], (world.officer, "supporter", "40.00"),
        (world.colleague, "lead_negotiator", "60.00"),
    )  # fmt: skip
    done = await transfer(world, lead_ids=[lead["id"]])
    assert await members(world, lead) == {world.colleague.id: ("lead_negotiator", "100.00")}
    assert (await undo(world, done)).status_code == 201
    assert await members(world, lead) == {
        world.officer.id: ("supporter", "40.00"),
        world.colleague.id: ("lead_negotiator", "60.00"),
    }


async def test_undo_restores_owner_team_and_members(world: World) -> None:
    lead = await a_lead_with_a_past(world)
    before, rows, seats = await tables(world), await leads(world), await members(world, lead)
    done = await transfer(
        world, world.leader, lead_ids=[lead["id"]], to_officer_id=world.stranger.id
    )
    moved = await world.leader.seen(f"/leads/{lead['id']}")
    assert moved["team_id"] == str(world.teams["metal"])
    back = await undo(world, done, world.leader)
    assert back.json()["reversal_reason"] == "误移"
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (now["owner_id"], now["team_id"]) == (lead["owner_id"], lead["team_id"])
    assert await members(world, lead) == seats
    assert await leads(world) == rows
    assert await tables(world) == before
    problem(await undo(world, back.json(), world.leader), 409, "already_reversed")


async def test_no_undo_once_members_or_owner_changed(world: World) -> None:
    first, second = await world.lead(), await world.lead()
    renamed = await transfer(world, lead_ids=[first["id"]])
    await world.members(first["id"], (world.colleague, "lead_negotiator", None))
    problem(await undo(world, renamed), 409, "changed_since")
    passed_on = await transfer(world, lead_ids=[second["id"]])
    await transfer(world, lead_ids=[second["id"]], to_officer_id=world.team_lead.id)
    problem(await undo(world, passed_on), 409, "changed_since")
    assert (await world.leader.seen(f"/leads/{second['id']}"))["owner_id"] == world.team_lead.id


async def test_all_of_an_officers_leads_and_a_dry_run(world: World) -> None:
    made = sorted([(await world.lead())["id"] for _ in range(3)])
    await world.lead(world.stranger)
    body = {
        "from_officer_id": world.officer.id,
        "to_officer_id": world.colleague.id,
        "reason": "离岗",
    }
    before = await world.fingerprint()
    reply = await world.team_lead.post("/transfers", body | {"dry_run": True})
    assert reply.status_code == 200
    assert [lead["lead_id"] for lead in reply.json()["leads"]] == made
    assert await world.fingerprint() == before
    done = await world.team_lead.made("/transfers", body)
    assert (done["lead_count"], [lead["lead_id"] for lead in done["leads"]]) == (3, made)
    again = await world.team_lead.post("/transfers", body)
    error = problem(again, 422, "invalid_values")["errors"][0]
    assert (error["pointer"], error["code"]) == ("/from_officer_id", "no_leads")


async def test_all_or_nothing(world: World) -> None:
    lead, hidden = await world.lead(), await world.lead(world.stranger)
    before = await world.fingerprint()
    body = {"to_officer_id": world.colleague.id, "reason": "轮岗"}
    ids = [lead["id"], hidden["id"]]
    reply = await world.team_lead.post("/transfers", body | {"lead_ids": ids})
    assert problem(reply, 422, "invalid_values")["errors"][0]["pointer"] == "/lead_ids/1"
    assert await world.fingerprint() == before


async def test_a_team_lead_hands_over_within_the_team_only(world: World) -> None:
    lead, foreign = await world.lead(), await world.lead(world.stranger)
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.stranger.id, "reason": "轮岗"}
    reply = await world.team_lead.post("/transfers", body)
    assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "owner_out_of_reach"
    await world.members(
        foreign["id"],
        (world.stranger, "lead_negotiator", None),
        (world.team_lead, "supporter", None),
    )
    taken = {"lead_ids": [foreign["id"]], "to_officer_id": world.colleague.id, "reason": "轮岗"}
    reply = await world.team_lead.post("/transfers", taken)
    assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "reference_not_found"
    assert (await transfer(world, world.leader, **taken))["lead_count"] == 1


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({}, "/lead_ids", "leads_or_officer"),
        ({"lead_ids": ["x", "x"]}, "/lead_ids", "lead_repeated"),
        ({"lead_ids": ["x"], "to_officer_id": "owner"}, "/lead_ids/0", "already_owner"),
        ({"from_officer_id": "owner", "to_officer_id": "owner"}, "/to_officer_id",
         "already_owner"),
    ],
)  # fmt: skip
async def test_what_is_refused(world: World, more: Any, pointer: str, code: str) -> None:
    lead = await world.lead()
    names = {"owner": world.officer.id}
    given = {
        name: [lead["id"] for _ in value] if name == "lead_ids" else names[value]
        for name, value in more.items()
    }
    body = {"to_officer_id": world.colleague.id, "reason": "轮岗", **given}
    error = problem(await world.leader.post("/transfers", body), 422, "invalid_values")["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)
