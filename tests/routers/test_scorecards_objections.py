"""Objections to scorecards: whose, in what time, what they win, and the edition they make."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.assessment import (
    card_of,
    decided,
    item,
    measure,
    objected,
    published,
    released,
    scheme,
    v13,
)
from tests.world import World, problem
from tests.writes.call import etag


async def test_an_upheld_objection_makes_a_new_edition(world: World) -> None:
    made = await v13(world)
    run = await released(world, made)
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 4)
    await world.visit(world.officer)
    path, body = f"/objections/{objection['id']}/decisions", {"text": "成立", "points": "0.50"}
    own = await world.assessor.post(path, body, headers={"If-Match": etag(objection)})
    problem(own, 403, "self_recognition")
    other = await world.account("assessor")
    assert (await decided(other, objection, "0.50"))["status"] == "upheld"
    query = f"/scorecards?scheme_id={made['id']}&subject_id={world.officer.id}&edition=2"
    (new,) = (await world.officer.seen(query))["items"]
    assert (new["total"], new["rank"], new["status"]) == ("2.98", 1, "published")
    line = new["snapshot"]["lines"][4]
    assert (line["points"], line["correction"]) == ("0.50", "核实无误")
    # From the numbers of the first edition: the visit logged since is not among them.
    assert new["snapshot"]["lines"][1]["measures"][0]["actual"] == "6"
    other_card = (await world.stranger.seen("/scorecards?edition=2"))["items"][0]
    assert (other_card["rank"], other_card["total"]) == (2, "2.95")


async def test_an_objection_to_an_old_edition_keeps_what_was_found_since(world: World) -> None:
    made = await v13(world)
    old = await card_of(world, await released(world, made), world.officer)
    objection = await objected(world.officer, old, 4)
    await world.visit(world.officer, mechanism="leader_led")
    assert [c["total"] for c in (await released(world, made))["items"]] == ["2.88"]
    path, headers = f"/schemes/{made['id']}/retirements", {"If-Match": etag(made)}
    await world.assessor.made(path, None, headers=headers)
    await decided(await world.account("assessor"), objection, "0.50")
    (new,) = (await world.officer.seen("/scorecards?edition=3"))["items"]
    assert (new["total"], new["is_current"]) == ("3.08", True)
    assert new["snapshot"]["lines"][5]["points"] == "0.50"


async def test_a_correction_scores_the_field_that_was_published(world: World) -> None:
    items = [item("拜访", "100", {"rule": "relative_to_best"}, measure("T09"))]
    body = scheme(subject_ids=[], total_points="100", items=items)
    made = await published(world, body)
    for client, count in ((world.officer, 1), (world.stranger, 2)):
        for _ in range(count):
            await world.visit(client)
    run = await released(world, made)
    objection = await objected(world.officer, await card_of(world, run, world.officer), 0)
    newcomer = await world.account("officer", "bio")
    await world.database.execute(
        "UPDATE officers SET is_active = id <> $1, name = name || '改' WHERE role = 'officer'",
        UUID(world.officer.id),
    )
    await world.settled()
    await decided(await world.account("assessor"), objection, "75.00")
    new = (await world.assessor.seen("/scorecards?edition=2"))["items"]
    assert [(c["subject_id"], c["total"], c["rank"]) for c in new] == [
        (world.officer.id, "75.00", 2)
    ]
    assert (new[0]["snapshot"]["subject_count"], len(run["items"])) == (5, 5)
    query = f"/scorecards?subject_id={newcomer.id}"
    assert (await world.assessor.seen(query))["items"] == []


REACH = [
    ("ratio_capped", {"cap": "1.5"}, "1.50", "1.51"),
    ("efficacy", {}, "1.00", "1.01"),
    ("bonus", {"per_unit": "1", "cap": "3"}, "3.00", "-0.01"),
    ("penalty", {"per_unit": "1", "cap": "2"}, "-2.00", "0.01"),
    ("penalty", {"per_unit": "1"}, "-1.00", "0.01"),
]


@pytest.mark.parametrize(("rule", "more", "won", "too_much"), REACH)
async def test_an_objection_wins_what_the_item_can_give(
    world: World, rule: str, more: Any, won: str, too_much: str
) -> None:
    points = "0.00" if rule in {"bonus", "penalty"} else "1.00"
    target = "1" if rule == "ratio_capped" else None
    items = [
        item("拜访", "1.00", {"rule": "ratio_capped"}, measure("T09", "1")),
        item("其他", points, {"rule": rule, **more}, measure("T05", target)),
    ]
    total = f"{1 + Decimal(points):.2f}"
    made = await published(world, scheme(world.officer, total_points=total, items=items))
    card = await card_of(world, await released(world, made), world.officer)
    objection, other = await objected(world.officer, card, 1), await world.account("assessor")
    path, body = f"/objections/{objection['id']}/decisions", {"text": "成立"}
    headers = {"If-Match": etag(objection)}
    for beyond in (too_much, "900.00"):
        reply = await other.post(path, {**body, "points": beyond}, headers=headers)
        (error,) = problem(reply, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == ("/points", "points_beyond")
    await decided(other, objection, won)
    (new,) = (await world.officer.seen("/scorecards?edition=2"))["items"]
    assert (new["snapshot"]["lines"][1]["points"], new["total"]) == (won, won)


async def test_a_rejected_objection_changes_nothing(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 0)
    other = await world.account("assessor")
    found = await decided(other, objection, None)
    assert (found["status"], found["decided_by_id"]) == ("rejected", other.id)
    headers = {"If-Match": etag(found)}
    path = f"/objections/{objection['id']}/decisions"
    again = await other.post(path, {"text": "再议"}, headers=headers)
    problem(again, 409, "objection_decided")
    assert (await world.officer.seen("/scorecards?edition=2"))["items"] == []


async def test_objections_are_for_the_subject_and_in_time(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    path, headers = f"/scorecards/{card['id']}/objections", {"If-Match": etag(card)}
    body = {"place": 0, "text": "金额有误"}
    problem(await world.team_lead.post(path, body, headers=headers), 403, "forbidden")
    problem(await world.stranger.post(path, body, headers=headers), 404, "not_found")
    wrong = await world.officer.post(path, {**body, "place": 6}, headers=headers)
    assert problem(wrong, 422, "invalid_values")["errors"][0]["code"] == "item_unknown"
    await world.database.execute(
        "SET session_replication_role = replica;"
        " UPDATE scorecards SET objections_until = objections_until - 30;"
        " RESET session_replication_role"
    )
    late = await world.officer.post(path, body, headers=headers)
    problem(late, 409, "objection_window_closed")
