"""What a locked month keeps: the numbers known then, appended to and never changed."""

from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.routers.periods import A_DAY, BEFORE, LAST, locked
from tests.world import World


async def test_the_snapshot_is_what_was_known_at_the_lock(world: World) -> None:
    company = (await world.company())["id"]
    for kind in ("outbound", "local", "inbound"):
        await world.visit(visited_on=f"{A_DAY}", kind=kind, company_id=company, guest_count=4)
    period = await locked(world)
    await world.visit(visited_on=f"{A_DAY}", late_reason="补录")
    kept = await world.opened(f"/period-snapshots?period_id={period['id']}")
    then = f"period={LAST:%Y-%m}&as_of={period['locked_at']}"
    numbers = 0
    for scope, name in (("officers", "officer"), ("teams", "team"), ("zone", "zone")):
        for subject, values in (await world.kpis(scope, then)).items():
            for metric, value in values.items():
                rows = [
                    row for row in kept
                    if (row["scope"], row["scope_id"], row["metric"]) == (name, subject, metric)
                ]  # fmt: skip
                if metric == "T02":
                    assert value["value"] == str(sum(row["company_count"] for row in rows))
                parts = {r["dimension"]: Decimal(r["quantity"]) for r in rows if r["dimension"]}
                told = {p["dimension"]: Decimal(p["value"]) for p in value["breakdown"]}
                assert told == parts
                numbers += len(rows)
    assert numbers == len(kept) == 4 * len(values_of(kept))


def values_of(kept: list[Any]) -> set[tuple[str, str]]:
    """Metric and dimension; the officer, two teams and the zone each have them all."""
    return {(row["metric"], row["dimension"]) for row in kept}


async def test_a_number_says_whether_it_can_still_move(world: World) -> None:
    await world.visit(visited_on=f"{A_DAY}")
    before = await world.instant()
    await locked(world)
    for period, status in (
        (f"{LAST:%Y-%m}", "closed"), (f"{BEFORE:%Y-%m}..{LAST:%Y-%m}", "closed"),
        (f"{A_DAY}", "closed"), (f"{LAST}..{today()}", "open"), ("this_month", "open"),
        (f"{LAST:%Y-%m}&as_of={before}", "open"),
    ):  # fmt: skip
        for scope in ("officers", "zone"):
            for values in (await world.kpis(scope, f"period={period}")).values():
                assert {value["status"] for value in values.values()} == {status}, period


async def test_a_tampered_month_is_named(world: World, app: FastAPI) -> None:
    await world.visit(visited_on=f"{A_DAY}")
    await locked(world)
    async with world.database.transaction():
        await world.database.execute("SET LOCAL session_replication_role = replica")
        await world.database.execute(
            "UPDATE period_snapshots SET quantity = 2 WHERE scope = 'zone' AND metric = 'T09'"
        )
    async with app.state.db.transaction() as session:
        (found,) = await ledger.verify(session)
    assert (found.metric, found.scope, found.quantity) == ("T09", "zone", Decimal(1))
    assert found.counted_on == LAST


@pytest.mark.parametrize("statement", ["UPDATE {} SET quantity = 0", "DELETE FROM {}"])
async def test_a_snapshot_is_only_appended(world: World, statement: str) -> None:
    await world.visit(visited_on=f"{A_DAY}")
    await locked(world)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await world.database.execute(statement.format("period_snapshots"))


async def test_a_snapshot_shows_whose_numbers_one_may_see(world: World) -> None:
    await world.visit(visited_on=f"{A_DAY}")
    await locked(world)
    for client, scopes in (
        (world.officer, {"officer"}), (world.stranger, set()),
        (world.team_lead, {"officer", "team"}),
        (world.auditor, {"officer", "team", "zone"}),
    ):  # fmt: skip
        rows = await world.opened("/period-snapshots", client)
        assert {row["scope"] for row in rows} == scopes
