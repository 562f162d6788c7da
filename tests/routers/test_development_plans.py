"""Development plans: goals of known metrics in the plan's years, replaced as a whole."""

from typing import Any

import pytest

from tests.world import World, problem
from tests.writes import etag

PATH = "/development-plans"
GOAL = {"metric": "Q02", "year": 2027, "value": "12.5000"}
PLAN = {"name": "生物医药规划", "from_year": 2026, "to_year": 2030, "goals": [GOAL]}


async def test_goals_are_replaced_as_a_whole(world: World) -> None:
    plan = await world.leader.made(PATH, PLAN)
    path = f"{PATH}/{plan['id']}"
    assert plan["goals"] == [GOAL]
    same = await world.leader.patch(path, {"goals": [GOAL]}, etag(plan))
    assert same.json()["version"] == plan["version"]
    goals = [GOAL | {"metric": "M01", "value": "7150000000.0000"}, GOAL | {"year": 2026}]
    changed = (await world.leader.patch(path, {"goals": goals}, etag(plan))).json()
    assert (changed["goals"], changed["version"]) == (goals, plan["version"] + 1)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"to_year": 2025}, "/to_year", "period_order"),
        ({"goals": [GOAL | {"year": 2031}]}, "/goals/0/year", "year_outside_plan"),
        ({"goals": [GOAL | {"metric": "Z99"}]}, "/goals/0/metric", "metric_unknown"),
        ({"goals": [GOAL, GOAL | {"value": "1"}]}, "/goals/1/metric", "goal_repeated"),
        ({"from_year": 2028}, "/goals/0/year", "year_outside_plan"),
    ],
)
async def test_what_a_plan_refuses(world: World, changes: Any, pointer: str, code: str) -> None:
    made = await world.leader.post(PATH, json=PLAN | changes)
    plan = await world.leader.made(PATH, PLAN | {"name": "另一规划"})
    kept = await world.leader.patch(f"{PATH}/{plan['id']}", changes, etag(plan))
    for refused in (made, kept):
        (fault,) = problem(refused, 422, "invalid_values")["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert await world.leader.seen(f"{PATH}/{plan['id']}") == plan
