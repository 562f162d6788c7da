"""Groups: one controller at a time, no circle on any day, the tree up and down."""

import asyncio
from typing import Any

from tests.world import World, problem
from tests.writes import etag


async def companies(world: World, *names: str) -> list[str]:
    return [(await world.company(name))["id"] for name in names]


def under(company_id: str, controller_id: str, **days: Any) -> dict[str, Any]:
    ids = {"company_id": company_id, "controller_id": controller_id}
    return {**ids, "from_on": "2024-01-01", **days}


async def put(world: World, company_id: str, controller_id: str, **days: Any) -> Any:
    return await world.officer.made("/company-controls", under(company_id, controller_id, **days))


async def test_the_tree_up_and_down(world: World) -> None:
    group, firm, project, sister, cousin = await companies(
        world, "集团", "子公司", "项目公司", "姊妹", "另一子公司"
    )
    await put(world, firm, group, share="0.51")
    await put(world, project, firm)
    await put(world, sister, firm, from_on="2030-01-01")
    await put(world, cousin, group)
    seen = await world.auditor.seen(f"/companies/{firm}/group?as_of=2025-06-30")
    assert [(m["name"], m["depth"], m["controller_id"], m["share"]) for m in seen["members"]] == [
        ("集团", -1, None, None),
        ("子公司", 0, group, "0.5100"),
        ("项目公司", 1, firm, None),
    ]
    later = await world.auditor.seen(f"/companies/{group}/group?as_of=2030-01-01")
    found = [(m["name"], m["depth"]) for m in later["members"]]
    assert sorted(found) == sorted(
        [("集团", 0), ("另一子公司", 1), ("子公司", 1), ("项目公司", 2), ("姊妹", 2)]
    )
    assert [depth for _, depth in found] == [0, 1, 1, 2, 2]


async def test_one_controller_at_a_time(world: World) -> None:
    firm, first, second = await companies(world, "子公司", "甲集团", "乙集团")
    control = await put(world, firm, first, to_on="2024-12-31")
    path = "/company-controls"
    taken = await world.officer.post(path, under(firm, second, from_on="2024-12-31"))
    problem(taken, 409, "controlled_already")
    await put(world, firm, second, from_on="2025-01-01")
    longer = await world.officer.patch(
        f"{path}/{control['id']}", {"to_on": "2025-01-01"}, etag(control)
    )
    problem(longer, 409, "controlled_already")
    backwards = await world.officer.patch(
        f"{path}/{control['id']}", {"to_on": "2023-12-31"}, etag(control)
    )
    assert problem(backwards, 422, "invalid_values")["errors"][0]["code"] == "to_before_from"


async def test_no_circle_at_any_depth(world: World) -> None:
    a, b, c, d = await companies(world, "甲", "乙", "丙", "丁")
    for below, above in ((b, a), (c, b), (d, c)):
        await put(world, below, above)
    for above in (a, b, c, d):
        refused = await world.officer.post("/company-controls", under(a, above))
        assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "control_circle"


async def test_a_circle_needs_a_common_day(world: World) -> None:
    a, b, c = await companies(world, "甲", "乙", "丙")
    await put(world, b, a, to_on="2024-12-31")
    turned = await put(world, a, c, from_on="2025-01-01")
    await put(world, c, b, from_on="2024-01-01")
    path = f"/company-controls/{turned['id']}"
    earlier = await world.officer.patch(path, {"from_on": "2024-12-31"}, etag(turned))
    assert problem(earlier, 422, "invalid_values")["errors"][0]["code"] == "control_circle"


async def test_racing_requests_close_no_circle(world: World) -> None:
    names = [f"企业{n}" for n in range(8)]
    ids = await companies(world, *names)
    edges = [under(one, other) for one, other in zip(ids, ids[1:] + ids[:1], strict=True)]
    replies = await asyncio.gather(
        *(world.officer.post("/company-controls", edge) for edge in edges)
    )
    assert sorted(reply.status_code for reply in replies) == [201] * 7 + [422]


async def test_racing_controllers_are_one(world: World) -> None:
    firm, *groups = await companies(world, "子公司", *(f"集团{n}" for n in range(6)))
    replies = await asyncio.gather(
        *(world.officer.post("/company-controls", under(firm, group)) for group in groups)
    )
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 5


async def test_a_company_in_a_group_stays(world: World) -> None:
    firm, group = await companies(world, "子公司", "集团")
    await put(world, firm, group)
    for company_id in (firm, group):
        problem(await world.officer.delete(f"/companies/{company_id}", '"v1"'), 409, "in_use")
    gone = await world.company("空壳公司")
    await world.officer.delete(f"/companies/{gone['id']}", etag(gone))
    refused = await world.officer.post("/company-controls", under(gone["id"], group))
    assert problem(refused, 422, "invalid_values")["errors"][0]["pointer"] == "/company_id"


async def test_incubation_shows_the_stage_of_today(world: World) -> None:
    (firm,) = await companies(world, "初创企业")
    path = f"/companies/{firm}"
    assert (await world.officer.seen(path))["incubation_stage"] is None
    for stage, day in (
        ("incubator", "2025-02-01"), ("seedbed", "2024-01-01"), ("graduated", "2199-01-01"),
    ):  # fmt: skip
        body = {"company_id": firm, "stage": stage, "from_on": day}
        await world.officer.made("/incubation-stages", body)
    assert (await world.officer.seen(path))["incubation_stage"] == "incubator"
    again = {"company_id": firm, "stage": "accelerator", "from_on": "2025-02-01"}
    problem(await world.officer.post("/incubation-stages", again), 409, "already_exists")
