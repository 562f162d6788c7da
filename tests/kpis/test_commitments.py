"""R14: kept ÷ due, by hand, by the owner of the day of entry."""

from typing import Any

from fastapi import FastAPI

from app.kpis import ledger
from tests.kpis.test_stage_transitions import numbers
from tests.world import Client, World
from tests.writes import etag
from tests.writes.agreements import PROMISE

HALF = "period=2026-01..2026-06&metrics=R14"


async def promised(
    world: World, lead: Any, decision: str | None = None, client: Client | None = None, **more: Any
) -> Any:
    client = client or world.officer
    made = await client.made("/commitments", {"lead_id": lead["id"], **PROMISE, **more})
    if decision is None:
        return made
    path = f"/commitments/{made['id']}/decisions"
    headers = {"If-Match": etag(made)}
    return await world.leader.made(path, {"decision": decision}, headers=headers)


async def test_kept_of_due(world: World, app: FastAPI) -> None:
    lead, other = await world.lead(), await world.lead(world.stranger)
    for decision in ("kept", "broken", None, "waived"):
        await promised(world, lead, decision)
    await promised(world, lead, "kept", due_on="2026-07-01")
    await promised(world, lead, "kept", due_on=None)
    await promised(world, other, "kept", world.stranger)
    await promised(world, other, "broken", world.stranger, direction="by_investor")
    assert await numbers(world, "R14", HALF) == {
        "officer": "0.3333",
        "stranger": "1.0000",
        "bio": "0.3333",
        "metal": "1.0000",
        "bureau": "0.5000",
        "zone": "0.5000",
    }
    (zone,) = (await world.kpis("zone", HALF)).values()
    parts = {p["dimension"]: (p["numerator"], p["denominator"]) for p in zone["R14"]["breakdown"]}
    assert parts == {"by_zone": ("2", "4"), "by_investor": ("0", "1")}
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []


async def test_a_handover_moves_no_promise(world: World, app: FastAPI) -> None:
    made = await promised(world, await world.lead())
    await world.database.execute(
        "UPDATE leads SET owner_id = $1 WHERE id = $2", world.stranger.id, made["lead_id"]
    )
    path = f"/commitments/{made['id']}/decisions"
    await world.leader.made(path, {"decision": "kept"}, headers={"If-Match": etag(made)})
    assert (await numbers(world, "R14", HALF))["officer"] == "1.0000"
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []
