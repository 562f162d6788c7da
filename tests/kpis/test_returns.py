"""R12 and R13 by hand: what the signed brought per mu, and of what they promised."""

from typing import Any

from fastapi import FastAPI

from tests.kpis.test_milestones import differences, end
from tests.kpis.test_stage_transitions import YEAR, numbers, shared_signing, zone
from tests.kpis.test_visits import check_drills
from tests.walk import decided
from tests.world import Client, World
from tests.writes.agreements import in_force, recognised_report
from tests.writes.sites import a_site


async def on_land(
    world: World, lead: Any, area: str, kind: str = "land", client: Client | None = None
) -> Any:
    """A confirmed reservation of a whole site."""
    site = await a_site(world, area, kind=kind)
    need = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": area}
    held = await (client or world.officer).made("/site-reservations", need)
    return await decided(world.leader, "/site-reservations", held, "confirmations")


async def parts(world: World, metric: str) -> dict[str, tuple[str, str, str]]:
    """By dimension: numerator, denominator, value of the zone, where there is anything."""
    found = (await zone(world, metric))[metric]["breakdown"]
    return {
        p["dimension"]: (p["numerator"], p["denominator"], p["value"]) for p in found if p["value"]
    }


async def test_investment_and_tax_per_mu(world: World, app: FastAPI) -> None:
    """30 mu and 15 mu, 2 亿元 each; only the first has reported a year."""
    first = await world.lead_at("signed")
    second = await world.lead_at("signed", client=world.stranger)
    await on_land(world, first, "20000.00")
    land = await on_land(world, second, "10000.00", client=world.stranger)
    await on_land(world, await world.lead_at("signed"), "5000.00", "office")
    await recognised_report(world, first, year=2024, tax="9000000.00")
    report = await recognised_report(world, first, year=2025, tax="3000000.00")
    await recognised_report(world, first, year=2026, quarter=1)
    assert await parts(world, "R12") == {
        "investment": ("400000000.00", "45.0000", "8888888.89"),
        "tax": ("3000000.00", "30.0000", "100000.00"),
    }
    assert (await zone(world, "R12"))["R12"]["value"] == "8888888.89"
    assert await numbers(world, "R12") == {
        "officer": "6666666.67",
        "bio": "6666666.67",
        "stranger": "13333333.33",
        "metal": "13333333.33",
        "bureau": "8888888.89",
        "zone": "8888888.89",
    }
    assert await check_drills(world, f"{YEAR}&metrics=R12") > 0
    assert await differences(app) == []
    await decided(world.leader, "/operation-reports", report, "reversals", reason="误录")
    assert (await parts(world, "R12"))["tax"] == ("9000000.00", "30.0000", "300000.00")
    await decided(world.leader, "/site-reservations", land, "releases")
    assert (await parts(world, "R12"))["investment"] == (
        "200000000.00", "30.0000", "6666666.67",
    )  # fmt: skip
    assert await differences(app) == []


async def test_land_is_shared_as_the_signing_was(world: World, app: FastAPI) -> None:
    step = await shared_signing(world)
    lead = await world.officer.seen(f"/leads/{step['lead_id']}")
    await on_land(world, lead, "10000.00")
    values = await world.kpis("officers", f"{YEAR}&metrics=R12")
    shares = {who: (v["R12"]["numerator"], v["R12"]["denominator"]) for who, v in values.items()}
    assert shares[world.officer.id] == ("33330000.00", "4.9995")
    assert shares[world.stranger.id] == ("33340000.01", "5.0010")  # the rest
    assert await differences(app) == []


async def test_what_was_promised_from_its_year_on(world: World, app: FastAPI) -> None:
    """First: 300 of 500 万元 and 90 of 120 jobs; the second promised for later; the third none."""
    first, second, third = [await world.lead_at("signed") for _ in range(3)]
    promised = {"promised_tax": "5000000.00", "promised_jobs": 120}
    agreed = await in_force(world, first, **promised, promised_from_year=2025)
    await in_force(world, second, **promised, promised_from_year=2026)
    await in_force(world, third)
    for lead in (first, second, third):
        await recognised_report(world, lead, year=2025, tax="3000000.00", jobs=90)
    assert await parts(world, "R13") == {
        "tax": ("3000000.00", "5000000.00", "0.6000"),
        "jobs": ("90.00", "120.00", "0.7500"),
    }
    assert (await zone(world, "R13"))["R13"]["value"] == "0.6000"
    assert await check_drills(world, f"{YEAR}&metrics=R13") > 0
    assert await differences(app) == []
    again = {**promised, "promised_tax": "6000000.00", "promised_from_year": 2025}
    await in_force(world, first, **again, supersedes_id=agreed["id"])
    assert (await parts(world, "R13"))["tax"] == ("3000000.00", "6000000.00", "0.5000")
    assert await differences(app) == []


async def test_who_ends_gives_the_land_back_and_reopening_takes_none(
    world: World, app: FastAPI
) -> None:
    lead = await world.lead_at("signed")
    confirmed = await on_land(world, lead, "20000.00")
    site = await a_site(world)
    need = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": "100.00"}
    held = await world.officer.made("/site-reservations", need)
    gone = await world.officer.made("/site-reservations", need)
    await world.database.execute(
        "UPDATE site_reservations SET expires_on = '2026-01-01' WHERE id = $1", gone["id"]
    )
    kept = await world.officer.made(
        "/site-reservations", {**need, "lead_id": (await world.lead())["id"]}
    )
    step = await end(world, lead, "investor_withdrew")
    for reservation in (confirmed, held):
        now = await world.officer.seen(f"/site-reservations/{reservation['id']}")
        assert (now["status"], now["release_reason"]) == ("released", "investor_withdrew")
        assert now["released_by_id"] == world.leader.id
    for reservation, status in ((gone, "expired"), (kept, "held")):
        now = await world.officer.seen(f"/site-reservations/{reservation['id']}")
        assert (now["status"], now["released_at"]) == (status, None)
    assert await parts(world, "R12") == {}
    await world.take_back("stage-transitions", step)
    now = await world.officer.seen(f"/site-reservations/{confirmed['id']}")
    assert now["status"] == "released"
    assert await differences(app) == []
