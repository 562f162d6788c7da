"""What is paid by a rate is computed from both its sides, and rounded once at the end."""

import json
from typing import Any

from app.models.scorecards import hash_of
from tests.assessment import (
    YEAR,
    card_of,
    computed,
    decided,
    entered,
    item,
    measure,
    objected,
    published,
    released,
    scheme,
)
from tests.routers.test_scheme_targets import set_target
from tests.world import World

STEPS = {"rule": "steps", "steps": [{"at_least": "1", "points": "10"}]}
ITEMS = [
    item("注册率", "300.00", {"rule": "ratio_capped"}, measure("R02", "1")),
    item("注册率达标", "10.00", STEPS, measure("R02", "0.6667")),
    item("评议", "10.00", {"rule": "peer"}),
]
# 300 × 2/3 and 300 × 1/3; of what is printed they would be 200.01 with the step, and 99.99.
EXACT = ["200.00", "100.00"]
PRINTED = {
    "210.01": [("0.6667", "200.01"), ("1.0000", "10.00")],
    "99.99": [("0.3333", "99.99"), ("0.4999", "0.00")],
}


async def scored(world: World) -> Any:
    """Two of three registered of the officer's, one of three of the stranger's."""
    for client, stages in (
        (world.officer, ("registered", "registered", "signed")),
        (world.stranger, ("registered", "signed", "signed")),
    ):
        for stage in stages:
            await world.lead_at(stage, client=client)
    both = scheme(world.officer, world.stranger, total_points="320.00", items=ITEMS)
    return await published(world, both)


async def test_points_are_those_of_the_exact_rate(world: World) -> None:
    run = await computed(world, await scored(world))
    assert [card["total"] for card in run["items"]] == EXACT
    (full, reached, _) = (await card_of(world, run, world.officer))["snapshot"]["lines"]
    assert (full["rate"], full["points"], reached["points"]) == ("0.6667", "200.00", "0.00")
    names = ("actual", "numerator", "denominator", "target")
    assert [reached["measures"][0][name] for name in names] == [
        "0.6667", "2.0000", "3.0000", "0.6667",
    ]  # fmt: skip


async def test_a_count_has_no_sides(world: World) -> None:
    """7 of 12 for 1.62 points are 0.945, which is rounded up: it is a half and not just below."""
    items = [item("拜访", "1.62", {"rule": "ratio_capped"}, measure("T09", "12"))]
    made = await published(world, scheme(world.officer, total_points="1.62", items=items))
    for _ in range(7):
        await world.visit()
    card = await card_of(world, await computed(world, made), world.officer)
    (measured,) = card["snapshot"]["lines"][0]["measures"]
    assert (card["total"], measured["actual"]) == ("0.95", "7")
    assert (measured["numerator"], measured["denominator"]) == (None, None)


async def test_what_if_begins_from_the_exact_rate(world: World) -> None:
    made = await scored(world)
    body = {"scheme_id": made["id"], "period": f"{YEAR}"}
    added = [{"metric": "R02", "add": "0.1000"}]
    reply = await world.stranger.post("/scorecard-simulations", {**body, "added": added})
    # 300 × (1/3 + 1/10)
    found = reply.json()
    assert (found["now"]["total"], found["then"]["total"]) == ("100.00", "130.00")
    (measured,) = found["then"]["lines"][0]["measures"]
    assert measured["actual"] == "0.4333"


async def test_attainment_of_a_rate(world: World) -> None:
    await scored(world)
    await set_target(world, world.stranger, "R02", "0.0100")
    await set_target(world, world.officer, "R02", "0.6667")
    page = await world.leader.seen(f"/kpi-attainments?period={YEAR}&scope=officer")
    found = {row["subject"]["id"]: row["values"][0] for row in page["items"]}
    names = ("value", "numerator", "denominator", "attainment", "display")
    assert [[found[who.id][name] for name in names] for who in (world.officer, world.stranger)] == [
        ["0.6667", "2.0000", "3.0000", "1.0000", "100.00 %"],
        ["0.3333", "1.0000", "3.0000", "33.3333", "3333.33 %"],
    ]


async def test_sums_of_targets_leave_out_rates(world: World) -> None:
    """Two officers at 90 % each are no 180 %."""
    team = {"scope": "team", "scope_id": f"{world.teams['bio']}"}
    for metric, value in (("R02", "0.9000"), ("Q02", "9.0000")):
        await set_target(world, world.officer, metric, value, **team)
        for client in (world.officer, world.colleague):
            await set_target(world, client, metric, value)
    sums = await world.leader.seen(f"/kpi-target-sums?year={YEAR}")
    assert {(row["metric"], row["difference"]) for row in sums["items"]} >= {("Q02", "9.0000")}
    assert "R02" not in {row["metric"] for row in sums["items"]}


async def _as_of_an_earlier_release(world: World, run: Any) -> None:
    """The drafts as they were made before rates had sides: by what was printed."""
    for found, total in zip(run["items"], PRINTED, strict=True):
        card = await world.assessor.seen(f"/scorecards/{found['id']}")
        said = card["snapshot"]
        for line in said["lines"]:
            for measured in line["measures"]:
                del measured["numerator"], measured["denominator"]
        for line, won in zip(said["lines"], PRINTED[total], strict=False):
            line["rate"], line["points"] = won
        said["total"] = total
        await world.database.execute(
            "UPDATE scorecards SET snapshot = $2, hash = $3, total = $4::text::numeric"
            " WHERE id = $1",
            card["id"],
            json.dumps(said),
            hash_of(said),
            total,
        )


async def test_a_card_of_an_earlier_release_is_corrected_as_it_was_scored(world: World) -> None:
    made = await scored(world)
    for client in (world.officer, world.stranger):
        await entered(world, made, client, 2, "0")
    await _as_of_an_earlier_release(world, await computed(world, made))
    body = {"scheme_id": made["id"], "period": str(YEAR)}
    run = await world.assessor.made("/scorecard-publications", body)
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 2)
    await decided(await world.account("assessor"), objection, "5.00")
    assert await world.assessor.seen(f"/scorecards/{card['id']}") == {**card, "is_current": False}
    new = (await world.assessor.seen("/scorecards?edition=2"))["items"]
    assert [(c["subject_id"], c["total"]) for c in new] == [(world.officer.id, "215.01")]
    # A run of its own is by the rule of today, and says so in a new edition.
    again = await released(world, made)
    assert [(c["total"], c["edition"]) for c in again["items"]] == [("205.00", 3), ("100.00", 2)]
