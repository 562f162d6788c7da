"""Nobody sets what the own credit is made of: what of a lead is ours, and who has which part."""

from typing import Any

import pytest

from tests.world import Client, World, problem
from tests.writes.call import etag

LESS: dict[str, Any] = {"credited_share": "40.00"}


@pytest.mark.parametrize("credit", [LESS, {"is_located_in_zone": False}])
async def test_who_registers_a_lead_does_not_say_what_is_credited(
    world: World, credit: dict[str, Any]
) -> None:
    new = {"name": "飞地项目", "company_id": (await world.company())["id"], **credit}
    before = await world.fingerprint()
    problem(await world.officer.post("/leads", new), 403, "forbidden")
    problem(await world.team_lead.post("/leads", new), 403, "own_credit")
    batch = (await world.officer.post("/leads/batch", {"items": [new]})).json()["items"]
    assert [(row["status"], row["problem"]["code"]) for row in batch] == [(403, "forbidden")]
    assert await world.fingerprint() == before
    usual = {**new, "is_located_in_zone": True, "credited_share": "100.00"}
    made = await world.officer.made("/leads", usual)
    named = {**new, "name": "另一项目", "company_id": (await world.company())["id"]}
    of_mate = await world.team_lead.made("/leads", {**named, "owner_id": world.officer.id})
    assert {name: of_mate[name] for name in credit} == credit
    assert (made["owner_id"], of_mate["owner_id"]) == (world.officer.id, world.officer.id)


async def test_a_team_lead_changes_it_where_nothing_is_earned(world: World) -> None:
    mine, theirs = await world.lead(world.team_lead), await world.lead()
    path = f"/leads/{mine['id']}"
    problem(await world.team_lead.patch(path, LESS, etag(mine)), 403, "own_credit")
    same = {"credited_share": "100.00", "name": "改名"}
    assert (await world.team_lead.patch(path, same, etag(mine))).status_code == 200
    path = f"/leads/{theirs['id']}"
    changed = (await world.team_lead.patch(path, LESS, etag(theirs))).json()
    assert changed["credited_share"] == "40.00"
    parts = (world.officer, "lead_negotiator", None), (world.team_lead, "supporter", None)
    member = await world.members(theirs["id"], *parts)
    again = {"credited_share": "50.00"}
    problem(await world.team_lead.patch(path, again, etag(member)), 403, "own_credit")


async def named(client: Client, lead: Any, *officers: Client, share: str = "100.00") -> Any:
    roles = ("lead_negotiator", "supporter")
    shares = (share, f"{100 - float(share):.2f}")
    members = [
        {"officer_id": who.id, "role": role, "share": part}
        for who, role, part in zip(officers, roles, shares, strict=False)
    ]
    held = etag(await client.seen(f"/leads/{lead['id']}"))
    path = f"/leads/{lead['id']}/member-changes"
    return await client.post(path, {"members": members}, headers={"If-Match": held})


async def test_shares_are_set_by_who_has_none(world: World) -> None:
    mine, theirs = await world.lead(world.team_lead), await world.lead()
    before = await world.fingerprint()
    # The owner; who would become a member; and neither for somebody else's sake.
    problem(await named(world.team_lead, mine, world.officer), 403, "own_credit")
    own = await named(world.team_lead, theirs, world.officer, world.team_lead, share="20.00")
    problem(own, 403, "own_credit")
    assert await world.fingerprint() == before
    both = await named(world.team_lead, theirs, world.officer, world.colleague, share="70.00")
    assert both.status_code == 201
    both = await named(world.leader, theirs, world.officer, world.team_lead, share="70.00")
    assert both.status_code == 201
    # A member today gives nothing away either: the leader does.
    problem(await named(world.team_lead, theirs, world.officer), 403, "own_credit")
    assert (await named(world.leader, mine, world.officer)).status_code == 201
    found = (await world.officer.seen(f"/lead-members?lead_id={theirs['id']}&to_on__isnull=true"))[
        "items"
    ]
    assert {(m["officer_id"], m["share"]) for m in found} == {
        (world.officer.id, "70.00"), (world.team_lead.id, "30.00"),
    }  # fmt: skip
