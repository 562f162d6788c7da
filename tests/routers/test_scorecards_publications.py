"""Published scorecards: hash, immutability, who sees them, and the next edition."""

import hashlib
import json

import asyncpg
import pytest
from fastapi import FastAPI

from app.kpis import ledger
from tests.assessment import YEAR, card_of, computed, entered, released, v13
from tests.world import World, problem


async def test_a_published_card_never_changes(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    text = json.dumps(card["snapshot"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == card["hash"]
    assert (card["status"], card["objections_until"] > card["published_at"][:10]) == (
        "published", True,
    )  # fmt: skip
    for sql in (
        "UPDATE scorecards SET total = 3",
        "UPDATE scorecards SET status = 'draft'",
        "DELETE FROM scorecards",
        "TRUNCATE scorecards CASCADE",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.database.execute(sql)
    assert await world.assessor.seen(f"/scorecards/{card['id']}") == card


async def test_a_card_that_was_tampered_with_is_named(world: World, app: FastAPI) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []
    await world.database.execute(
        "SET session_replication_role = replica;"
        " UPDATE scorecards SET snapshot = jsonb_set(snapshot, '{total}', '\"3.00\"')"
        f" WHERE id = '{card['id']}'; RESET session_replication_role"
    )
    async with app.state.db.transaction() as session:
        (found,) = await ledger.verify(session)
    assert (found.metric, found.scope, f"{found.subject_id}") == ("-", "officer", card["id"])
    assert (found.dimension, f"{found.scope_id}") == ("scorecards.hash", world.officer.id)


async def test_who_sees_a_card(world: World) -> None:
    made = await v13(world)
    drafts = await computed(world, made)
    draft = await card_of(world, drafts, world.officer)
    problem(await world.officer.get(f"/scorecards/{draft['id']}"), 404, "not_found")
    run = await released(world, made)
    card = await card_of(world, run, world.officer)
    seen = {
        name: (await getattr(world, name).get(f"/scorecards/{card['id']}")).status_code
        for name in ("officer", "colleague", "stranger", "team_lead", "other_lead", "leader",
                     "auditor")
    }  # fmt: skip
    assert seen == {
        "officer": 200, "colleague": 404, "stranger": 404, "team_lead": 200, "other_lead": 404,
        "leader": 200, "auditor": 200,
    }  # fmt: skip
    assert [c["subject_id"] for c in (await world.officer.seen("/scorecards"))["items"]] == [
        world.officer.id
    ]


async def test_a_second_run_publishes_only_what_changed(world: World) -> None:
    made = await v13(world)
    first = await released(world, made)
    assert (await computed(world, made))["items"] == []
    body = {"scheme_id": made["id"], "period": str(YEAR)}
    problem(await world.assessor.post("/scorecard-publications", body), 409, "no_drafts")
    await entered(world, made, world.officer, 4, "100")
    run = await released(world, made)
    (stub,) = run["items"]
    old, new = await card_of(world, first, world.officer), await card_of(world, run, world.officer)
    assert (stub["total"], stub["edition"]) == ("2.88", 2)
    assert (new["supersedes_id"], new["is_current"], old["is_current"]) == (
        old["id"], True, False,
    )  # fmt: skip
    assert old["total"] == "2.78"


async def test_no_edition_knows_less_than_the_one_before(world: World) -> None:
    made, then = await v13(world), await world.instant()
    await world.visit(world.officer, mechanism="leader_led")
    run = await released(world, made)
    body = {"scheme_id": made["id"], "period": str(YEAR), "as_of": then}
    reply = await world.assessor.post("/scorecards", body)
    (error,) = problem(reply, 422, "invalid_values")["errors"]
    assert (error["pointer"], error["code"]) == ("/as_of", "before_edition")
    assert (await card_of(world, run, world.officer))["is_current"]
