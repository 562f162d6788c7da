"""Red and black lists and grades: which rule put whom there."""

from tests.assessment import (
    card_of,
    computed,
    earned,
    entered,
    item,
    published,
    released,
    scheme,
    v13,
)
from tests.world import World

LISTS = [
    {"colour": "red", "name": "先进个人", "when": {"condition": "top", "count": 1},
     "exclusions": [{"condition": "item_below", "share": "0.7"}]},
    {"colour": "black", "name": "约谈", "when": {"condition": "item_below", "share": "0.7"}},
]  # fmt: skip


async def test_red_and_black_lists_say_which_rule_put_whom_there(world: World) -> None:
    await released(world, await v13(world, lists=LISTS))
    rows = (await world.leader.seen("/scorecard-listings?sort=created_at"))["items"]
    found = {(r["colour"], r["officer_id"], r["reason"]["zh"]) for r in rows}
    assert found == {
        ("red", world.stranger.id, "排名前1"),
        ("black", world.officer.id, "有考核项得分低于该项分值的70%"),
    }
    seen = {
        name: {r["colour"] for r in (await client.seen("/scorecard-listings"))["items"]}
        for name, client in {
            "officer": world.officer, "colleague": world.colleague, "team_lead": world.team_lead,
            "stranger": world.stranger, "other_lead": world.other_lead,
        }.items()
    }  # fmt: skip
    ours, theirs = {"black"}, {"red"}
    assert seen == {
        "officer": ours, "colleague": ours, "team_lead": ours, "stranger": theirs,
        "other_lead": theirs,
    }  # fmt: skip


async def test_an_exclusion_keeps_the_first_off_the_red_list(world: World) -> None:
    rule = {**LISTS[0], "exclusions": [{"condition": "total_below", "points": "2.96"}]}
    run = await computed(world, await v13(world, lists=[rule]))
    assert (await card_of(world, run, world.stranger))["snapshot"]["listings"] == []


GRADES = [{"name": "优秀", "at_least": "2.90"}, {"name": "良好", "at_least": "2.50"}]


async def test_r12_a_promotion_raises_the_grade(world: World) -> None:
    rule = {"rule": "promotion", "grade": "优秀", "reason": "引进世界500强"}
    body = scheme(world.officer, world.stranger, grades=GRADES)
    body["items"] = [*body["items"], item("晋档", "0", rule)]
    made = await published(world, body)
    await earned(world, world.officer, "96000000.00", "60", made)
    run = await computed(world, made)
    assert (await card_of(world, run, world.officer))["grade"] == "良好"
    await entered(world, made, world.officer, 6, "1")
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    assert (card["grade"], card["total"]) == ("优秀", "2.78")
