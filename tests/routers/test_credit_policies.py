"""The default credit policy: whose version holds when, and what a new one leaves alone."""

from typing import Any

import asyncpg
import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes.credit_policies import POLICY

TEAM = ("first_contact", "lead_negotiator", "supporter", "steward")


async def members(world: World, lead: Any) -> dict[str, str]:
    """Four people without shares; what each role was given."""
    people = (world.stranger, world.officer, world.colleague, world.team_lead)
    parts = zip(people, TEAM, (None,) * 4, strict=True)
    await world.members(lead["id"], *parts)
    rows = await world.opened(f"/lead-members?lead_id={lead['id']}&to_on__isnull=true")
    return {row["role"]: row["share"] for row in rows}


async def written(world: World, **changes: Any) -> Any:
    return await world.assessor.made("/credit-policies", {**POLICY, **changes})


async def test_a_version_takes_over_from_its_day(world: World) -> None:
    lead, other = await world.lead(), await world.lead()
    assert await members(world, lead) == {
        "first_contact": "30.00", "lead_negotiator": "50.00", "supporter": "20.00",
        "steward": "0.00",
    }  # fmt: skip
    await written(world)  # not before 2099
    assert (await members(world, other))["steward"] == "0.00"
    row = await written(world, effective_on=f"{today()}")
    assert (row["version"], row["supporter"], row["source"]) == (1, "20.00", POLICY["source"])
    assert await members(world, other) == {
        "first_contact": "25.00", "lead_negotiator": "45.00", "supporter": "20.00",
        "steward": "10.00",
    }  # fmt: skip
    # What the first lead's people were given before stays.
    rows = await world.opened(f"/lead-members?lead_id={lead['id']}&to_on__isnull=true")
    assert {row["role"]: row["share"] for row in rows}["steward"] == "0.00"
    # Of two of one day the later one holds; shares by hand ask no policy.
    await written(world, effective_on=f"{today()}", steward="0.00", supporter="30.00")
    assert (await members(world, other))["supporter"] == "30.00"


async def test_stamped_credit_stays(world: World) -> None:
    lead = await world.lead_at("signed")
    query = "SELECT role, share, place FROM stage_credits ORDER BY transition_id, place"
    before = await world.database.fetch(query)
    assert before
    await written(world, effective_on=f"{today()}")
    await members(world, lead)
    assert await world.database.fetch(query) == before


async def test_the_first_version_is_the_default_and_all_read_it(world: World) -> None:
    await written(world)
    for client in (world.officer, world.team_lead, world.leader, world.auditor):
        rows = await world.opened("/credit-policies?sort=effective_on", client)
        assert [tuple(row[role] for role in TEAM) for row in rows] == [
            ("30.00", "50.00", "20.00", "0.00"), ("25.00", "45.00", "20.00", "10.00"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"steward": "9.99"}, "shares_sum"),
        ({"steward": "10.01"}, "shares_sum"),
        ({"effective_on": "2026-11-01"}, "date_in_past"),
    ],
)
async def test_what_is_refused(world: World, changes: dict[str, str], code: str) -> None:
    reply = await world.assessor.post("/credit-policies", {**POLICY, **changes})
    assert [e["code"] for e in problem(reply, 422, "invalid_values")["errors"]] == [code]


async def test_who_is_paid_by_it_does_not_write_it(world: World) -> None:
    for client in (world.officer, world.team_lead, world.leader):
        problem(await client.post("/credit-policies", POLICY), 403, "forbidden")


@pytest.mark.parametrize("statement", ["UPDATE {} SET steward = 1", "DELETE FROM {}"])
async def test_a_version_is_never_changed(world: World, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await world.database.execute(statement.format("credit_policies"))
