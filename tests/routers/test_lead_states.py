"""A lead as of an instant: every own field as it was then, for whoever reads the lead today."""

from typing import Any

from tests.world import World, problem
from tests.writes.call import etag

# What the audit log does not hold: answered for the instant by other rules, or now alone.
BESIDE = {"allowed_actions", "version", "updated_at", "as_of", "is_settled"}


def fields(lead: Any) -> Any:
    return {name: value for name, value in lead.items() if name not in BESIDE}


async def test_every_past_state_is_what_was_answered_then(world: World) -> None:
    """After each step of a lead's life the answer is kept; later all are asked for again."""
    lead = await world.lead(planned_investment="80000000")
    path, seen = f"/leads/{lead['id']}", []

    async def remember() -> None:
        seen.append((await world.instant(), await world.leader.seen(path)))

    async def patched(**changes: Any) -> None:
        held = await world.officer.seen(path)
        assert (await world.officer.patch(path, changes, etag(held))).status_code == 200
        await remember()

    await remember()
    await patched(name="改名一次", planned_investment="90000000.5", description="初稿")
    await patched(name="改名两次", is_flagship=True, expected_jobs=120, description=None)
    await world.move(lead["id"], "contacted")
    await remember()
    await world.visit(lead_id=lead["id"], visited_on="2026-05-06")
    await remember()
    await patched(planned_investment=None)
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.colleague.id, "reason": "岗位调整"}
    await world.leader.made("/transfers", body)
    await remember()
    told = [(s["name"], s["planned_investment"], s["owner_id"], s["stage"]) for _, s in seen]
    assert (told[0][1], told[1][1]) == ("80000000.00", "90000000.50")
    assert len({(*row, s["last_visited_on"]) for row, (_, s) in zip(told, seen, strict=True)}) == 7
    for instant, then in seen:
        past = await world.leader.seen(f"{path}?as_of={instant}")
        assert fields(past) == fields(then)
        assert (past["as_of"], past["is_settled"], past["allowed_actions"]) == (instant, False, [])


async def test_the_version_and_the_hour_of_the_last_change_before(world: World) -> None:
    lead = await world.lead()
    path, before = f"/leads/{lead['id']}", await world.instant()
    changed = (await world.officer.patch(path, {"name": "新名"}, etag(lead))).json()
    past = await world.officer.seen(f"{path}?as_of={before}")
    assert (past["version"], past["name"]) == (1, lead["name"])
    assert lead["created_at"] <= past["updated_at"] < before < changed["updated_at"]
    now = await world.officer.seen(f"{path}?as_of={await world.instant()}")
    assert (now["version"], now["name"]) == (2, "新名")


async def test_unknown_instants_are_refused(world: World) -> None:
    before = await world.instant()
    lead = await world.lead()
    path = f"/leads/{lead['id']}"
    for asked, code in (
        ("2199-01-01T00:00:00Z", "date_in_future"),
        (before, "before_recorded"),
        ("2026-01-01T00:00:00", "timezone_aware"),
        ("yesterday", "instant_form"),
    ):
        reply = problem(await world.officer.get(f"{path}?as_of={asked}"), 422, "invalid_values")
        (fault,) = reply["errors"]
        assert (fault["parameter"], fault["code"]) == ("as_of", code)
    now = await world.instant()
    reply = problem(
        await world.officer.get(f"{path}?as_of={now}&expand=owner"), 422, "invalid_values"
    )
    assert reply["errors"][0]["parameter"] == "expand"
    few = await world.officer.seen(f"{path}?as_of={now}&fields=name,stage")
    assert few == {"name": lead["name"], "stage": "identified"}


async def test_only_who_reads_the_lead_today_reads_its_past(world: World) -> None:
    lead = await world.lead()
    path = f"/leads/{lead['id']}?as_of={await world.instant()}"
    for client in (world.officer, world.team_lead, world.auditor):
        await client.seen(path)
    for client in (world.stranger, world.other_lead):
        problem(await client.get(path), 404, "not_found")
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.stranger.id, "reason": "岗位调整"}
    await world.leader.made("/transfers", body)
    assert (await world.stranger.seen(path))["owner_id"] == world.officer.id
    problem(await world.officer.get(path), 404, "not_found")
