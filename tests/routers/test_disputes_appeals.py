"""Disputes: the one appeal, in its time, decided anew by another leader."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.routers.disputes import claims, contested, rule, ruled
from tests.routers.test_transfers import members
from tests.world import Client, World, problem
from tests.writes import etag


async def appealed(record: Any, client: Client) -> Any:
    return await client.post(
        f"/disputes/{record['id']}/appeals",
        {"statement": "另有证据"},
        headers={"If-Match": etag(record)},
    )


OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "transfer", "to_officer_id": "stranger"},
    {"outcome": "share", "members": True},
    {"outcome": "split"},
    {"outcome": "merge"},
]


@pytest.mark.parametrize("first", OUTCOMES)
async def test_an_appeal_is_decided_anew_by_another_leader(world: World, first: Any) -> None:
    lead, made, record = await contested(world, with_lead=True)
    seats = await members(world, lead)
    parts = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": "50.00"},
        {"officer_id": world.stranger.id, "role": "supporter", "share": "50.00"},
    ]
    body = first | ({"members": parts} if "members" in first else {})
    body |= {"to_officer_id": world.stranger.id} if "to_officer_id" in first else {}
    done = await rule(world, record, **body)
    problem(await appealed(done, world.leader), 403, "forbidden")
    reply = await appealed(done, world.officer)
    assert reply.status_code == 201, reply.text
    asked = reply.json()
    assert (asked["status"], asked["appealed_by_id"]) == ("appealed", world.officer.id)
    problem(await ruled(world, asked, outcome="keep_owner"), 403, "dispute_party")
    second = await world.account("leader", "bureau")
    final = await rule(world, asked, second, outcome="keep_owner")
    assert final["status"] == "final"
    assert (await world.stranger.seen(f"/leads/{record['own_lead_id']}"))["status"] == "active"
    assert [d["decided_by_id"] for d in final["decisions"]] == [world.leader.id, second.id]
    assert await members(world, lead) == seats
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["owner_id"] == world.officer.id
    assert (await world.officer.seen(f"/claims/{made['id']}"))["effective_status"] == "active"
    assert "active" not in {s for o, s in (await claims(world, lead)).items()
                            if o != world.officer.id}  # fmt: skip
    problem(await appealed(final, world.stranger), 409, "dispute_status")


async def test_an_appeal_comes_in_ten_working_days(world: World) -> None:
    _, _, record = await contested(world)
    done = await rule(world, record, outcome="keep_owner")
    await world.database.execute(
        "UPDATE disputes SET appeal_until = $1", today() - timedelta(days=1)
    )
    problem(await appealed(done, world.stranger), 409, "appeal_closed")
    await world.database.execute("UPDATE disputes SET appeal_until = $1", today())
    assert (await appealed(done, world.stranger)).status_code == 201
