"""Claims and their clocks: silence releases, lapsed ones give way, progress renews once."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from app.services.claims import end_lapsed
from tests.world import World, problem
from tests.writes import etag
from tests.writes.claims import approved, claim, met


async def aged(world: World, made: Any, days: int) -> None:
    """As if the claim, its approval and its evidence lay that many days back."""
    await world.database.execute(
        "UPDATE claims SET contacted_on = contacted_on - $2::int,"
        " decided_at = decided_at - make_interval(days => $2::int),"
        " protected_until = protected_until - $2::int WHERE id = $1",
        made["id"], days,
    )  # fmt: skip
    await world.database.execute(
        "UPDATE visits SET visited_on = visited_on - $2::int,"
        " created_at = created_at - make_interval(days => $2::int) WHERE company_id = $1",
        made["company_id"], days,
    )  # fmt: skip


async def seen(world: World, made: Any) -> Any:
    return await world.officer.seen(f"/claims/{made['id']}")


async def test_silence_releases_on_day_61(world: World) -> None:
    lead = await world.lead()
    made = await approved(world, lead)
    await aged(world, made, 60)
    now = await seen(world, made)
    assert (now["effective_status"], now["is_protected"]) == ("active", True)
    await aged(world, made, 1)
    now = await seen(world, made)
    assert (now["status"], now["effective_status"]) == ("active", "released")
    assert (await world.stranger.seen(f"/companies/{lead['company_id']}/claim-stub"))[
        "claims"
    ] == []
    before = await world.fingerprint()
    await seen(world, made)
    assert await world.fingerprint() == before
    await met(world, lead)
    assert (await seen(world, made))["effective_status"] == "active"


async def test_a_lapsed_claim_makes_room_and_the_nightly_run_writes_it_down(world: World) -> None:
    first, second, other = [await world.lead() for _ in range(3)]
    lapsed, kept, expired = [await approved(world, lead) for lead in (first, second, other)]
    await aged(world, lapsed, 61)
    await aged(world, expired, 91)
    await met(world, other)
    told: list[tuple[int, int]] = []
    async with world.app.state.db.transaction() as session:
        count = await end_lapsed(session, report=lambda done, total: told.append((done, total)))
    assert (count, told) == (2, [(1, 2), (2, 2)])
    states = [(await seen(world, made))["status"] for made in (lapsed, kept, expired)]
    assert states == ["released", "active", "expired"]
    assert (await seen(world, lapsed))["ended_on"] == today().isoformat()
    rival = await world.lead(world.stranger, company_id=first["company_id"])
    assert (await claim(world, rival, world.stranger))["status"] == "pending"


async def test_a_claim_nobody_wrote_down_as_lapsed_gives_way_to_the_next(world: World) -> None:
    lead = await world.lead()
    made = await approved(world, lead)
    await aged(world, made, 61)
    rival = await world.lead(world.stranger, company_id=lead["company_id"])
    await claim(world, rival, world.stranger)
    assert (await seen(world, made))["status"] == "released"


async def test_a_claim_is_renewed_once_and_only_with_progress(world: World) -> None:
    lead = await world.lead()
    made = await approved(world, lead)

    async def renew(record: Any) -> Any:
        headers = {"If-Match": etag(record)}
        return await world.officer.post(f"/claims/{made['id']}/renewals", headers=headers)

    problem(await renew(made), 409, "no_progress")
    await world.visit(lead_id=lead["id"])  # nobody of theirs named: no two-way contact
    problem(await renew(made), 409, "no_progress")
    await world.move(lead["id"], "contacted")
    renewed = await renew(made)
    assert renewed.status_code == 201, renewed.text
    assert renewed.json()["protected_until"] == (today() + timedelta(days=180)).isoformat()
    problem(await renew(renewed.json()), 409, "claim_renewed")
