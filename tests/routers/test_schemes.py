"""Schemes over HTTP: drafted, refused with every faulty item named, published, never edited."""

from typing import Any

import pytest

from tests.assessment import V13, item, measure, published, scheme
from tests.world import World, problem
from tests.writes.call import etag


async def refused(world: World, body: Any) -> list[tuple[str, str]]:
    """Where and why a draft is not published."""
    made = await world.assessor.made("/schemes", body)
    headers = {"If-Match": etag(made)}
    reply = await world.assessor.post(f"/schemes/{made['id']}/publications", headers=headers)
    found = problem(reply, 422, "invalid_values")["errors"]
    assert (await world.assessor.seen(f"/schemes/{made['id']}"))["status"] == "draft"
    return [(fault["pointer"], fault["code"]) for fault in found]


async def test_v18_weights_of_105_percent_are_refused_and_the_item_is_named(world: World) -> None:
    weights = [".25", ".25", ".20", ".15", ".05", ".03", ".05", ".07"]
    rule = {"rule": "ratio_capped"}
    items = [item(f"第{n}项", f"0{w}", rule, measure("Q02", "1")) for n, w in enumerate(weights)]
    body = scheme(world.officer, total_points="1.00", items=items)
    made = await world.assessor.made("/schemes", body)
    path, headers = f"/schemes/{made['id']}/publications", {"If-Match": etag(made)}
    (fault,) = problem(await world.assessor.post(path, headers=headers), 422, "invalid_values")[
        "errors"
    ]
    assert (fault["pointer"], fault["code"]) == ("/items/7/points", "points_sum")
    assert "1.05" in fault["message"]
    assert "第7项" in fault["message"]


async def test_every_faulty_item_is_named_at_once(world: World) -> None:
    items = [
        item("无此指标", "40", {"rule": "ratio_capped"}, measure("Q99", "1")),
        item("缺金额", "40", {"rule": "composite"}, measure("Q02", "1")),
        item("权重", "20", {"rule": "weighted_rates"}, measure("Q02", "1", weight="0.9")),
        item("加分", "5", {"rule": "bonus", "per_unit": "0.5", "cap": "3"}, measure("Q02")),
        item("无分", "0", {"rule": "peer"}),
        item("晋档", "0", {"rule": "promotion", "grade": "优秀", "reason": "立功"}),
    ]
    assert set(await refused(world, scheme(world.officer, total_points="105", items=items))) == {
        ("/items/0/measures/0/metric", "metric_unknown"),
        ("/items/1/measures", "measure_count"),
        ("/items/1/measures", "measure_weights_sum"),
        ("/items/2/measures", "measure_weights_sum"),
        ("/items/3/points", "points_outside_total"),
        ("/items/4/points", "points_missing"),
        ("/items/5/scoring/grade", "grade_unknown"),
    }


async def test_a_dry_run_finds_who_has_no_target(world: World) -> None:
    targets = {world.officer.id: "5"}
    items = [item("拜访", "100", {"rule": "ratio_capped"}, measure("T09", targets=targets))]
    more = {"total_points": "100", "items": items}
    both = scheme(world.officer, world.stranger, **more)
    assert await refused(world, both) == [("/items/0/measures", "target_missing")]
    await published(world, scheme(world.officer, **more, name="一人"))


async def test_nobody_to_score_is_refused(world: World) -> None:
    await world.database.execute("UPDATE teams SET is_active = false")
    body = scheme(subject_kind="team", subject_ids=[])
    assert await refused(world, body) == [("/subject_ids", "no_subjects")]


async def test_words_are_generated_and_follow_the_draft(world: World) -> None:
    made = await world.assessor.made("/schemes", scheme(world.officer))
    assert [row["rule_text"]["zh"] for row in made["rule_texts"]][1:3] == [
        "完成率=实际÷目标，按完成率计分，最高120%，满分0.5分",
        (
            "个数完成率与金额完成率加权计分，各自最高100%，满分0.5分"
            "；权重：新签约项目数 50% + 协议投资额 50%"
        ),
    ]
    changed = [{**V13[1], "scoring": {"rule": "item_cap", "cap": "1.00"}}]
    path = f"/schemes/{made['id']}"
    reply = await world.assessor.patch(path, {"items": changed}, etag(made))
    assert "最高100%" in reply.json()["rule_texts"][0]["rule_text"]["zh"]
    again = await world.assessor.patch(path, {"items": changed}, reply.headers["etag"])
    assert again.json()["version"] == reply.json()["version"]


async def test_the_words_name_what_limits_an_item(world: World) -> None:
    bonus = {"rule": "bonus", "per_unit": "1", "cap": "5"}
    parts = [measure("Q02", "1", weight="0.7"), measure("M01", "1", weight="0.3")]
    items = [
        item("加分", "0", bonus, measure("Q02"), floor="0.50", cap="2.00"),
        item("加权", "50", {"rule": "weighted_rates"}, *parts),
    ]
    made = await world.assessor.made("/schemes", scheme(world.officer, items=items))
    assert [row["rule_text"] for row in made["rule_texts"]] == [
        {
            "zh": "每个加1分，最多加5分；该项不少于0.5分；该项不超过2分",
            "en": "1 points each, at most 5; not below 0.5 points; not above 2 points",
        },
        {
            "zh": "各项完成率（各自最高120%）加权之和×50分"
            "；权重：新签约项目数 70% + 协议投资额 30%",
            "en": "weighted sum of the rates (each at most 120%) × 50 points;"
            " weights: Newly signed leads 70% + Agreed amount 30%",
        },
    ]


async def test_what_is_published_is_not_edited(world: World) -> None:
    made = await published(world, scheme(world.officer))
    assert (made["status"], made["published_by_id"]) == ("published", world.assessor.id)
    path = f"/schemes/{made['id']}"
    for reply in (
        await world.assessor.patch(path, {"total_points": "4.00"}, etag(made)),
        await world.assessor.patch(path, {"items": []}, etag(made)),
        await world.assessor.delete(path, etag(made)),
    ):
        problem(reply, 409, "scheme_status")
    headers = {"If-Match": etag(made)}
    ended = await world.assessor.made(f"{path}/retirements", None, headers=headers)
    assert ended["status"] == "retired"
    again = await world.assessor.post(f"{path}/retirements", headers={"If-Match": etag(ended)})
    problem(again, 409, "scheme_status")


async def test_a_draft_is_for_those_who_see_the_zone(world: World) -> None:
    made = await world.assessor.made("/schemes", scheme(world.officer))
    path = f"/schemes/{made['id']}"
    problem(await world.officer.get(path), 404, "not_found")
    await world.auditor.seen(path)
    await world.assessor.made(f"{path}/publications", None, headers={"If-Match": etag(made)})
    assert (await world.officer.seen(path))["items"]


@pytest.mark.parametrize(
    "rule", [{"rule": "bonus", "cap": "3"}, {"rule": "unheard_of"}, {"rule": "steps", "steps": []}]
)
async def test_an_incomplete_rule_is_refused_when_drafted(world: World, rule: Any) -> None:
    body = scheme(world.officer, items=[item("一", "100", rule, measure("Q02"))])
    faults = problem(await world.assessor.post("/schemes", body), 422, "invalid_values")["errors"]
    assert all(fault["pointer"].startswith("/items/0/scoring") for fault in faults)
    assert "bonus" not in faults[0]["pointer"]


async def test_what_would_pay_more_or_less_than_it_says_is_refused(world: World) -> None:
    items = [
        item("半数", "50", {"rule": "ratio_capped"}, measure("T09", "1", weight="0.5")),
        item("加倍", "50", {"rule": "efficacy", "base": "90", "span": "90"}, measure("T09")),
    ]
    body = scheme(world.officer, total_points="100", items=items)
    assert await refused(world, body) == [
        ("/items/0/measures", "measure_weights_sum"),
        ("/items/1/scoring/span", "efficacy_sum"),
    ]
