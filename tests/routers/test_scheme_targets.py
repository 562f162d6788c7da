"""Schemes that score against the KPI targets: the version known at scoring, kept on the card."""

from typing import Any

import pytest

from tests.assessment import (
    V13,
    YEAR,
    card_of,
    computed,
    earned,
    item,
    measure,
    published,
    released,
    scheme,
)
from tests.routers.test_schemes import refused
from tests.world import Client, World
from tests.writes.call import etag

# What V13 gives inline, but for the amount of its third item: a metric has one target a year.
YEARLY = {"M01": "100000000.0000", "T09": "5.0000", "Q02": "1.0000", "T05": "5.0000"}


def planned(metric: str, **more: Any) -> dict[str, Any]:
    return {"metric": metric, "target_source": "kpi_targets", **more}


def _as_planned(found: Any) -> Any:
    asked = [
        planned(m["metric"]) if m.get("target_value") in {"100000000", "5", "1"} else m
        for m in found["measures"]
    ]
    return {**found, "measures": asked}


async def set_target(world: World, client: Client, metric: str, value: str, **more: Any) -> Any:
    body = {"metric": metric, "year": YEAR, "value": value, "scope": "officer"}
    return await world.leader.made("/kpi-targets", {**body, "scope_id": client.id, **more})


def _measured(card: Any, place: int = 0) -> Any:
    return card["snapshot"]["lines"][place]["measures"][0]


async def test_v13_scored_against_the_kpi_targets(world: World) -> None:
    for client in (world.officer, world.stranger):
        for metric, value in YEARLY.items():
            await set_target(world, client, metric, value)
    body = scheme(world.officer, world.stranger, items=[_as_planned(found) for found in V13])
    assert sum(m.get("target_source") is not None for i in body["items"] for m in i["measures"]) > 4
    made = await published(world, body)
    await earned(world, world.officer, "96000000.00", "60", made)
    await earned(world, world.stranger, "90000000.00", "100", made)
    run = await computed(world, made)
    assert [(c["total"], c["subject"]["id"]) for c in run["items"]] == [
        ("2.95", world.stranger.id),
        ("2.78", world.officer.id),
    ]
    lines = (await card_of(world, run, world.officer))["snapshot"]["lines"]
    told = [(m["metric"], m["target"], m["target_version"]) for li in lines for m in li["measures"]]
    assert told == [
        ("M01", "100000000.0000", 1),
        ("T09", "5.0000", 1),
        ("Q02", "1.0000", 1),
        ("M01", "54000000.0000", None),
        ("Q02", "1.0000", 1),
        ("T05", "5.0000", 1),
    ]


async def test_a_card_keeps_the_version_it_was_scored_by(world: World) -> None:
    target = await set_target(world, world.officer, "T09", "4.0000")
    items = [item("拜访", "100", {"rule": "ratio_capped"}, planned("T09"))]
    made = await published(world, scheme(world.officer, total_points="100", items=items))
    await world.visit()
    first = await card_of(world, await released(world, made), world.officer)
    before = await world.instant()
    change = {"value": "2.0000", "reason": "年中调整"}
    path = f"/kpi-targets/{target['id']}"
    assert (await world.leader.patch(path, change, etag(target))).status_code == 200
    assert await world.assessor.seen(f"/scorecards/{first['id']}") == first
    assert (first["total"], _measured(first)["target_version"]) == ("25.00", 1)
    # As known before the change, nothing has to be corrected; now one visit is half of two.
    assert (await computed(world, made, as_of=before))["items"] == []
    second = await card_of(world, await computed(world, made), world.officer)
    assert (second["total"], second["edition"]) == ("50.00", 2)
    assert (_measured(second)["target"], _measured(second)["target_version"]) == ("2.0000", 2)


async def test_a_dry_run_finds_who_has_no_kpi_target_in_the_year(world: World) -> None:
    await set_target(world, world.officer, "T09", "4.0000")
    await set_target(world, world.stranger, "T09", "4.0000", year=YEAR - 1)
    of_team = {"scope": "team", "scope_id": f"{world.teams['metal']}"}
    await set_target(world, world.stranger, "T09", "4.0000", **of_team)
    items = [item("拜访", "100", {"rule": "ratio_capped"}, planned("T09"))]
    more: dict[str, Any] = {"total_points": "100", "items": items}
    both = scheme(world.officer, world.stranger, **more)
    assert await refused(world, both) == [("/items/0/measures", "target_missing")]
    await published(world, scheme(world.officer, **more, name="一人"))


async def test_a_rule_that_needs_no_target_warns(world: World) -> None:
    items = [item("拜访", "100", {"rule": "relative_to_best"}, planned("T09"))]
    body = scheme(world.officer, world.stranger, total_points="100", items=items)
    made = await published(world, body)
    await set_target(world, world.officer, "T09", "4.0000")
    run = await computed(world, made)
    warned = {card["subject"]["id"]: card["warnings"] for card in run["items"]}
    assert warned == {world.officer.id: [], world.stranger.id: ["target_missing"]}


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"target_value": "5"}, ("/items/0/measures/0/target_source", "target_given_twice")),
        ({"dimension": "local"}, ("/items/0/measures/0/dimension", "target_of_whole_metric")),
    ],
)
async def test_a_target_comes_from_one_place(
    world: World, more: dict[str, str], fault: tuple[str, str]
) -> None:
    await set_target(world, world.officer, "T09", "4.0000")
    items = [item("拜访", "100", {"rule": "ratio_capped"}, planned("T09", **more))]
    body = scheme(world.officer, total_points="100", items=items)
    assert await refused(world, body) == [fault]


async def test_a_given_target_stands_as_it_was(world: World) -> None:
    await set_target(world, world.officer, "T09", "4.0000")
    items = [item("拜访", "100", {"rule": "ratio_capped"}, measure("T09", "2"))]
    made = await published(world, scheme(world.officer, total_points="100", items=items))
    await world.visit()
    card = await card_of(world, await computed(world, made), world.officer)
    assert (card["total"], _measured(card)["target_version"]) == ("50.00", None)
