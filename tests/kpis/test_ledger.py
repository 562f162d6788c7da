"""The ledger against its definitions: exact after anything, and every tampering is named."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.world import World
from tests.writes import etag


async def differences(app: FastAPI) -> list[ledger.Difference]:
    async with app.state.db.transaction() as session:
        return await ledger.verify(session)


async def tamper(world: World, statement: str, *arguments: Any) -> None:
    """Past the triggers, as only somebody with the database's own keys can."""
    async with world.database.transaction():
        await world.database.execute("SET LOCAL session_replication_role = replica")
        await world.database.execute(statement, *arguments)


async def headlines(world: World) -> dict[str, str]:
    zone = next(iter((await world.kpis("zone", "period=this_year")).values()))
    return {metric: value["value"] for metric, value in zone.items()}


async def a_history(world: World) -> dict[str, Any]:
    """Visits, corrections, a signing and reversals."""
    lead = await world.lead_at("signed")
    people = [world.officer.id, world.stranger.id]
    kept = await world.visit(lead_id=lead["id"], participant_ids=people)
    gone = await world.visit(kind="inbound", guest_count=3)
    moved = await world.visit()
    body = {"visited_on": (today() - timedelta(days=40)).isoformat(), "kind": "local"}
    await world.officer.patch(f"/visits/{moved['id']}", body, etag(moved))
    await world.take_back("visits", gone, world.officer)
    return {"lead": lead, "visit": kept}


async def test_exact_after_a_history(world: World, app: FastAPI) -> None:
    await a_history(world)
    assert await differences(app) == []


async def test_a_missing_row_is_named_exactly(world: World, app: FastAPI) -> None:
    visit = (await a_history(world))["visit"]
    await tamper(
        world,
        "DELETE FROM ledger_entries WHERE subject_id = $1 AND metric = 'T09' AND scope_id = $2",
        visit["id"], world.stranger.id,
    )  # fmt: skip
    found = await differences(app)
    assert [
        (d.metric, str(d.subject_id), d.scope, str(d.scope_id), d.dimension, d.quantity)
        for d in found
    ] == [("T09", visit["id"], "officer", world.stranger.id, "outbound", Decimal(1))]
    assert found[0].counted_on == today()


async def test_one_subject_is_looked_at_alone(world: World, app: FastAPI) -> None:
    told = await a_history(world)
    subjects = [UUID(told["visit"]["id"]), UUID(told["lead"]["id"])]
    await tamper(world, "DELETE FROM ledger_entries WHERE metric = 'T02'")
    async with app.state.db.transaction() as session:
        of_visit, of_lead = [await ledger.verify_subject(session, s) for s in subjects]
    assert {(d.metric, d.subject_id) for d in of_visit} == {("T02", subjects[0])}
    assert len(of_visit) == 2 + 3 + 1  # two officers, three teams, the zone
    assert of_lead == []


async def test_a_changed_quantity_is_named_with_what_is_missing(world: World, app: FastAPI) -> None:
    lead = (await a_history(world))["lead"]
    await tamper(
        world,
        "UPDATE ledger_entries SET quantity = quantity - 0.01"
        " WHERE metric = 'M01' AND scope = 'zone'",
    )
    found = await differences(app)
    assert [(d.metric, str(d.subject_id), d.scope, d.quantity) for d in found] == [
        ("M01", lead["id"], "zone", Decimal("0.01"))
    ]


async def test_an_invented_row_is_named(world: World, app: FastAPI) -> None:
    await a_history(world)
    await tamper(
        world,
        "INSERT INTO ledger_entries SELECT (jsonb_populate_record(e, jsonb_build_object("
        "'id', gen_random_uuid(), 'subject_id', gen_random_uuid()))).*"
        " FROM ledger_entries e WHERE metric = 'Q02' AND scope = 'zone'",
    )
    assert [(d.metric, d.scope, d.quantity) for d in await differences(app)] == [
        ("Q02", "zone", Decimal(-1))
    ]


async def test_a_fact_changed_behind_the_ledgers_back_is_named(world: World, app: FastAPI) -> None:
    visit = (await a_history(world))["visit"]
    await tamper(world, "UPDATE visits SET status = 'reversed' WHERE id = $1", visit["id"])
    found = await differences(app)
    assert {(d.metric, str(d.subject_id), d.quantity) for d in found} == {
        ("T02", visit["id"], Decimal(-1)),
        ("T09", visit["id"], Decimal(-1)),
    }
    assert len(found) == 2 * 6  # two officers, three teams, the zone


async def test_a_rebuild_heals_and_finds_nothing_twice(world: World, app: FastAPI) -> None:
    await a_history(world)
    before = await headlines(world)
    await tamper(world, "DELETE FROM ledger_entries WHERE metric IN ('T09', 'M01')")
    assert {d.metric for d in await differences(app)} == {"T09", "M01"}
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) > 0
        assert await ledger.rebuild(session) == 0
    assert await differences(app) == []
    assert await headlines(world) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET quantity = 0",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
    ],
)
async def test_entries_are_only_appended(world: World, statement: str) -> None:
    await world.visit()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await world.database.execute(statement)


async def test_what_changes_nothing_posts_nothing(world: World) -> None:
    visit = (await a_history(world))["visit"]
    count = "SELECT count(*) FROM ledger_entries"
    before = await world.database.fetchval(count)
    path = f"/visits/{visit['id']}"
    now = (await world.officer.patch(path, {"notes": "补记", "guest_count": 9}, etag(visit))).json()
    people = {"participant_ids": [world.stranger.id, world.officer.id]}
    assert (await world.officer.patch(path, people, etag(now))).status_code == 200
    assert await world.database.fetchval(count) == before


async def test_two_racing_corrections_never_post_twice(world: World, app: FastAPI) -> None:
    visit = await world.visit()
    path = f"/visits/{visit['id']}"
    for turn in range(8):
        visit = await world.officer.seen(path)
        days = [(today() - timedelta(days=2 * turn + n)).isoformat() for n in (1, 2)]
        replies = await asyncio.gather(
            world.officer.patch(path, {"visited_on": days[0]}, etag(visit)),
            world.team_lead.patch(path, {"visited_on": days[1]}, etag(visit)),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 412]
    total = "SELECT sum(quantity) FROM ledger_entries WHERE metric = 'T09' AND scope = 'zone'"
    assert await world.database.fetchval(total) == 1
    assert await differences(app) == []


async def test_a_reversal_racing_a_correction(world: World, app: FastAPI) -> None:
    for _ in range(5):
        visit = await world.visit()
        path, tag = f"/visits/{visit['id']}", etag(visit)
        replies = await asyncio.gather(
            world.officer.patch(path, {"kind": "local"}, tag),
            world.officer.post(f"{path}/reversals", {"reason": "误"}, headers={"If-Match": tag}),
        )
        assert [reply.status_code for reply in replies] in ([200, 412], [409, 201], [412, 201])
    assert await differences(app) == []


async def test_two_racing_decisions_recognise_once(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("pre_signing")
    step = await world.ask(lead["id"], to_stage="signed", agreed_amount="1.00")
    path, headers = f"/stage-transitions/{step['id']}/decisions", {"If-Match": etag(step)}
    replies = await asyncio.gather(
        *(world.leader.post(path, {"decision": "recognise"}, headers=headers) for _ in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 412, 412, 412]
    zone = next(iter((await world.kpis("zone", "period=today&metrics=Q02")).values()))
    assert zone["Q02"]["value"] == "1.0000"
    assert await differences(app) == []


async def test_many_writers_at_once(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("negotiating")
    pick = random.Random(7)
    kinds = ("outbound", "inbound", "local")
    bodies = [
        {"kind": pick.choice(kinds), "summary": "走访", "lead_id": lead["id"], "guest_count": n}
        for n in range(12)
    ]
    replies = await asyncio.gather(*(world.officer.post("/visits", body) for body in bodies))
    assert {reply.status_code for reply in replies} == {201}
    zone = next(iter((await world.kpis("zone", "period=today&metrics=T09")).values()))
    assert zone["T09"]["value"] == "12"
    assert await differences(app) == []
