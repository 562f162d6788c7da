"""What a node was on a day: declared by leader or assessor, and never rewritten."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from app.core.base import new_id
from app.core.clock import today
from tests.world import World, problem


async def a_node(world: World) -> Any:
    body = {"name": "生物医药", "kind": "key_industry"}
    return await world.node(await world.team_lead.made("/industry-chains", body), "A")


async def declared(world: World, node: Any, status: str, day: date, **more: Any) -> Any:
    body = {"chain_node_id": node["id"], "status": status, "from_on": str(day), **more}
    return await world.assessor.post("/node-statuses", body)


async def on_the_day(world: World, node: Any, day: date) -> Any:
    path = f"/industry-chains/{node['industry_chain_id']}/graph?as_of={day}"
    (drawn,) = (await world.officer.seen(path))["nodes"]
    return drawn["status"]


async def test_what_a_node_was_on_a_day(world: World) -> None:
    node = await a_node(world)
    assert node["status"] is None
    signing, later = date(2025, 3, 1), date(2025, 9, 1)
    for status, day in (("missing", date(2025, 1, 1)), ("weak", signing), ("strong", later)):
        assert (await declared(world, node, status, day)).status_code == 201
    days = {date(2024, 12, 31): None, signing - timedelta(1): "missing", signing: "weak"}
    for day, status in (days | {later: "strong", today(): "strong"}).items():
        assert await on_the_day(world, node, day) == status
    assert (await world.officer.seen(f"/chain-nodes/{node['id']}"))["status"] == "strong"
    page = await world.officer.seen(f"/node-statuses?chain_node_id={node['id']}")
    assert [item["status"] for item in page["items"]] == ["strong", "weak", "missing"]


async def test_days_only_go_forward(world: World) -> None:
    node = await a_node(world)
    day = today() - timedelta(10)
    await declared(world, node, "missing", day)
    for status, wrong, pointer, code in (
        ("weak", day - timedelta(1), "/from_on", "status_before_last"),
        ("weak", today() + timedelta(1), "/from_on", "date_in_future"),
        ("missing", today(), "/status", "status_unchanged"),
    ):
        refused = problem(await declared(world, node, status, wrong), 422, "invalid_values")
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [(pointer, code)]
    refused = await declared(world, {"id": str(new_id())}, "weak", day)
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "reference_not_found"


async def test_of_one_day_the_last_one_holds(world: World) -> None:
    node = await a_node(world)
    for status in ("missing", "strong", "weak"):
        await declared(world, node, status, today(), reason="更正")
    assert await on_the_day(world, node, today()) == "weak"


async def test_a_declaration_gives_the_node_a_new_tag(world: World) -> None:
    node = await a_node(world)
    await declared(world, node, "weak", today())
    headers = {"If-None-Match": f'"v{node["version"]}"'}
    assert (await world.officer.get(f"/chain-nodes/{node['id']}", headers=headers)).is_success


async def test_fifty_equal_declarations_at_once_are_one(world: World) -> None:
    node = await a_node(world)
    replies = await asyncio.gather(*(declared(world, node, "weak", today()) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [201] + [422] * 49


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE node_statuses SET status = 'weak'",
        "DELETE FROM node_statuses",
        "TRUNCATE node_statuses",
    ],
)
async def test_the_database_refuses_to_rewrite_history(world: World, change: str) -> None:
    await declared(world, await a_node(world), "strong", today())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await world.database.execute(change)
