"""What random histories found, each by name and by hand."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from app.core.clock import today
from app.kpis import ledger, rollup
from tests.kpis.test_activities import an_event, sourced
from tests.kpis.test_company_lists import LOCAL, a_list
from tests.routers.test_money_facts import recognised
from tests.world import World
from tests.writes import etag

YEAR = today().year


async def exact(world: World) -> bool:
    async with world.app.state.db.transaction() as session:
        return await ledger.verify(session) == []


async def zone(world: World, metric: str, period: str) -> Any:
    (values,) = (await world.kpis("zone", f"period={period}&metrics={metric}")).values()
    await world.check_drill(values[metric])
    return values[metric]["value"]


async def merged(world: World, kind: str, kept: Any, gone: Any) -> None:
    """Two records become one and two again, the ledger exact each time."""
    body = {"kind": kind, "kept_id": kept["id"], "merged_id": gone["id"], "reason": "同一家"}
    merge = await world.leader.made("/merges", body)
    assert await exact(world)
    path, match = f"/merges/{merge['id']}/reversals", {"If-Match": etag(merge)}
    await world.leader.made(path, {"reason": "录错"}, headers=match)
    assert await exact(world)


async def test_what_has_no_mechanism_is_folded_once(world: World) -> None:
    await world.company("甲", **LOCAL)
    await a_list(world, "gazelle", YEAR - 1, "甲", published_on=f"{YEAR - 1}-03-01")
    for _ in range(2):
        assert await zone(world, "Q13", f"{YEAR - 1}") == "1"
        assert await exact(world)
        await rollup.fold_all(world.app.state.db)


async def test_a_platform_company_that_is_merged_takes_its_payments_along(world: World) -> None:
    kept, gone = await world.company("甲"), await world.company("乙")
    platform = await world.leader.made("/platform-companies", {"company_id": gone["id"]})
    body = {"platform_company_id": platform["id"], "amount": "500.00", "purpose": "厂房建设"}
    await world.leader.made("/platform-fundings", body)
    await merged(world, "company", kept, gone)


async def test_a_lead_that_is_merged_takes_its_event_along(world: World) -> None:
    event = await an_event(world, "roadshow", f"{today()}")
    kept = await world.lead()
    gone = await world.lead(company_id=kept["company_id"])
    await sourced(world, event, gone)
    await merged(world, "lead", kept, gone)


async def test_a_company_that_is_merged_takes_its_lists_along(world: World) -> None:
    """The kept one was on last year's list, so that this year's has no newcomer any more."""
    kept, gone = await world.company("甲", **LOCAL), await world.company("乙", **LOCAL)
    await a_list(world, "gazelle", YEAR - 1, "甲", published_on=f"{YEAR - 1}-03-01")
    await a_list(world, "gazelle", YEAR, "乙", published_on=f"{YEAR}-01-01")
    assert await zone(world, "Q13", f"{YEAR - 1}..{YEAR}") == "2"
    await merged(world, "company", kept, gone)
    assert await zone(world, "Q13", f"{YEAR - 1}..{YEAR}") == "2"


@pytest.mark.long
async def test_the_command_counts_anew_for_another_city(world: World, database_url: str) -> None:
    """A million from Shanghai is from outside no more."""
    await recognised(world, arrived_on=f"{YEAR - 1}-05-06")
    (profile,) = (await world.leader.seen("/zone-profiles"))["items"]
    path = f"/zone-profiles/{profile['id']}"
    reply = await world.system_admin.patch(path, {"city_code": "3101"}, etag(profile))
    assert reply.status_code == 200, reply.text
    assert not await exact(world)
    assert await zone(world, "M02", f"{YEAR - 1}") == "1000000.00"
    command = [sys.executable, "-c", "from app.cli import cli; cli()", "kpi", "rebuild"]
    given = {"YINFENG_DATABASE_URL": database_url, "PATH": ""}
    await asyncio.to_thread(subprocess.run, command, env=given, capture_output=True, check=True)
    assert await zone(world, "M02", f"{YEAR - 1}") == "0.00"
    assert await exact(world)
