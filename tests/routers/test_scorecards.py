"""Scorecards over HTTP: V13 end to end, ranks, entries, teams, and what a run knew."""

import asyncio
from decimal import Decimal
from uuid import UUID

from fastapi import FastAPI

from app.kpis import ledger
from app.kpis.metrics import Family
from app.kpis.rankings import ranks
from tests.assessment import (
    YEAR,
    card_of,
    computed,
    entered,
    item,
    measure,
    published,
    released,
    scheme,
    v13,
)
from tests.routers.periods import until_waiting
from tests.world import World, problem
from tests.writes.call import etag


async def test_v13_two_tables_scored_end_to_end(world: World) -> None:
    run = await computed(world, await v13(world))
    first, second = run["items"]
    assert [(c["total"], c["rank"], c["subject"]["id"]) for c in (first, second)] == [
        ("2.95", 1, world.stranger.id),
        ("2.78", 2, world.officer.id),
    ]
    lines = [
        (await card_of(world, run, c))["snapshot"]["lines"] for c in (world.officer, world.stranger)
    ]
    assert [[line["points"] for line in ls] for ls in lines] == [
        ["0.48", "0.60", "0.50", "0.50", "0.30", "0.40"],
        ["0.45", "0.60", "0.50", "0.50", "0.50", "0.40"],
    ]
    assert lines[0][0]["rate"] == "0.9600"
    assert "最高120%" in lines[0][1]["rule_text"]["zh"]
    for ls in lines:
        for found in [m for line in ls for m in line["measures"]]:
            rows = await world.opened(found["drill"])
            total = sum((Decimal(row["quantity"]) for row in rows), Decimal(0))
            assert Decimal(found["actual"]) == total


def test_ranks_share_and_skip() -> None:
    totals = {UUID(int=n): Decimal(t) for n, t in enumerate(["9", "8", "8", "7"])}
    assert list(ranks(totals).values()) == [1, 2, 2, 4]


async def test_what_was_computed_stays_what_it_was_known_as(world: World) -> None:
    made = await v13(world)
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    await world.visit(world.officer)
    line = card["snapshot"]["lines"][1]["measures"][0]
    assert len(await world.opened(line["drill"])) == int(line["actual"]) == 6
    again = await computed(world, made)
    assert (await card_of(world, again, world.officer))["snapshot"]["lines"][1]["measures"][0][
        "actual"
    ] == "7"
    problem(await world.assessor.get(f"/scorecards/{card['id']}"), 404, "not_found")


async def test_a_run_waits_for_who_has_posted(world: World, app: FastAPI) -> None:
    """An entry of the run's instant that is not committed yet would be in the drill alone."""
    made, visit = await v13(world), await world.visit(world.stranger)
    async with app.state.db.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE visits SET mechanism = 'leader_led'")
        await ledger.post(session, Family.visit, UUID(visit["id"]))
        waiting = asyncio.create_task(computed(world, made))
        await until_waiting(world.database)
        assert not waiting.done()
    card = await card_of(world, await waiting, world.stranger)
    (led,) = card["snapshot"]["lines"][5]["measures"]
    assert (led["actual"], len(await world.opened(led["drill"]))) == ("5", 5)


async def test_a_part_that_nobody_has_is_warned_of(world: World) -> None:
    """No threshold of Q03 is half a 亿元: a slip of the pen would score everybody nothing."""
    items = [
        item(name, "50", {"rule": "ratio_capped"}, measure("Q03", "1", dimension=yuan))
        for name, yuan in (("一亿", "100000000"), ("半亿", "50000000"))
    ]
    made = await published(world, scheme(world.officer, total_points="100", items=items))
    await world.lead_at("signed")
    card = await card_of(world, await computed(world, made), world.officer)
    assert [(li["points"], li["warnings"]) for li in card["snapshot"]["lines"]] == [
        ("50.00", []),
        ("0.00", ["nothing_counted"]),
    ]


async def test_an_entry_is_for_items_without_metrics_and_can_be_taken_back(world: World) -> None:
    made = await v13(world)
    body = {"scheme_id": made["id"], "period": str(YEAR), "value": "80", "reason": "评议"}
    for more, code in (
        ({"place": 0, "subject_id": world.officer.id}, "item_is_measured"),
        ({"place": 9, "subject_id": world.officer.id}, "item_unknown"),
        ({"place": 4, "subject_id": world.leader.id}, "not_a_subject"),
    ):
        reply = await world.assessor.post("/scorecard-inputs", {**body, **more})
        assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == code
    extra = await entered(world, made, world.officer, 4, "80")
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    assert card["snapshot"]["lines"][4]["points"] == "0.35"
    path = f"/scorecard-inputs/{extra['id']}/reversals"
    done = await world.assessor.made(path, {"reason": "录错"}, headers={"If-Match": etag(extra)})
    again = await world.assessor.post(path, {"reason": "x"}, headers={"If-Match": etag(done)})
    problem(again, 409, "input_closed")
    assert (await card_of(world, await computed(world, made), world.officer))["total"] == "2.78"


async def test_cards_are_of_the_schemes_year_and_of_what_is_published(world: World) -> None:
    draft = await world.assessor.made("/schemes", scheme(world.officer))
    body = {"scheme_id": draft["id"], "period": str(YEAR)}
    problem(await world.assessor.post("/scorecards", body), 409, "scheme_status")
    made = await published(world, scheme(world.officer, name="另一个"))
    wrong = {"scheme_id": made["id"], "period": str(YEAR - 1)}
    reply = await world.assessor.post("/scorecards", wrong)
    assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "period_outside_year"


async def test_teams_are_scored_by_their_own_numbers(world: World) -> None:
    teams = [str(world.teams[name]) for name in ("bio", "metal")]
    items = [item("拜访", "100", {"rule": "efficacy"}, measure("T09"))]
    made = await published(
        world,
        scheme(subject_kind="team", subject_ids=teams, total_points="100", items=items),
    )
    await world.visit(world.officer)
    run = await computed(world, made)
    assert [(c["subject"]["id"], c["total"]) for c in run["items"]] == [
        (teams[0], "100.00"),
        (teams[1], "60.00"),
    ]
    await released(world, made)
    assert len((await world.team_lead.seen("/scorecards"))["items"]) == 1
    assert (await world.officer.seen("/scorecards"))["items"] == []


async def test_all_equal_is_full_and_warned_of(world: World) -> None:
    items = [item("拜访", "100", {"rule": "efficacy"}, measure("T09"))]
    body = scheme(world.officer, world.stranger, total_points="100", items=items)
    run = await computed(world, await published(world, body))
    assert [(c["total"], c["rank"], c["warnings"]) for c in run["items"]] == [
        ("100.00", 1, ["all_equal"]),
        ("100.00", 1, ["all_equal"]),
    ]
