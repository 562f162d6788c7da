"""Located in the zone and credited to it: two totals over the same facts, computed by hand."""

from decimal import Decimal
from typing import Any

from fastapi import FastAPI

from tests.kpis.test_money_facts import differences
from tests.kpis.test_stage_transitions import YEAR, numbers
from tests.routers.test_money_facts import recognised
from tests.world import World, problem
from tests.writes.call import etag

ELSEWHERE: dict[str, Any] = {"is_located_in_zone": False}


async def zone(world: World, basis: str, metrics: str, query: str = YEAR) -> dict[str, str]:
    """The zone's numbers by one basis, each checked against its rows."""
    found = await world.kpis("zone", f"{query}&metrics={metrics}&credit_basis={basis}")
    (values,) = found.values()
    if "as_of" not in query:
        for value in values.values():
            await world.check_drill(value)
    return {metric: value["value"] for metric, value in values.items()}


async def three_signings(world: World) -> None:
    """One brought to a neighbour, whole on both sides; one here, 40 % ours; one as usual."""
    await world.lead_at("signed", agreed_amount="100000000.00", **ELSEWHERE)
    shared = await world.lead_at("pre_signing", credited_share="40.00")
    await world.members(
        shared["id"],
        (world.officer, "first_contact", "33.33"),
        (world.colleague, "lead_negotiator", "33.33"),
        (world.stranger, "supporter", "33.34"),
    )
    await world.move(shared["id"], "signed", agreed_amount="50000000.05")
    await world.lead_at("signed", client=world.stranger, agreed_amount="7000000.00")


async def test_the_zone_counts_once_and_is_credited_more(world: World, app: FastAPI) -> None:
    await three_signings(world)
    # Located: the second and the third. Credited: 1 + 0.4 + 1; 100,000,000 + 20,000,000.02 + 7 m.
    assert await zone(world, "located", "Q02,M01") == {"Q02": "2.0000", "M01": "57000000.05"}
    assert await zone(world, "credited", "Q02,M01") == {"Q02": "2.4000", "M01": "127000000.02"}
    assert await numbers(world, "Q02") == {
        "officer": "1.1333",  # 1 + 0.4 · 33.33 % cut to the ten-thousandth
        "colleague": "0.1333",
        "stranger": "1.1334",  # the rest of 0.4, and the third
        "bio": "1.2666",
        "metal": "1.1334",
        "bureau": "2.4000",
        "zone": "2.0000",
    }
    assert await numbers(world, "M01") == {
        "officer": "106666000.00",  # 20,000,000.02 · 33.33 % = 6,666,000.006666
        "colleague": "6666000.00",
        "stranger": "13668000.02",
        "bio": "113332000.00",
        "metal": "13668000.02",
        "bureau": "127000000.02",
        "zone": "57000000.05",
    }
    assert await differences(app) == []


async def test_money_goes_by_what_the_lead_says_when_it_is_recognised(
    world: World, app: FastAPI
) -> None:
    lead = await world.lead_at("signed", credited_share="25.00", **ELSEWHERE)
    for noun in ("capital_arrival", "foreign_capital_use", "fixed_investment"):
        fact = await recognised(world, noun, lead=lead, amount="1000000.02", **_rated(noun))
        assert (fact["is_located_in_zone"], fact["credited_share"]) == (False, "25.00")
    held = {"M02": "250000.00", "M05": "250000.00", "M06": "250000.00"}
    assert await zone(world, "credited", "M02,M05,M06", "period=2026") == held
    assert set((await zone(world, "located", "M02,M05,M06", "period=2026")).values()) == {"0.00"}
    before = await world.instant()
    change = {"is_located_in_zone": True, "credited_share": "0.00"}
    seen = await world.officer.seen(f"/leads/{lead['id']}")
    path = f"/leads/{lead['id']}"
    problem(await world.officer.patch(path, change, etag(seen)), 403, "forbidden")
    assert (await world.team_lead.patch(path, change, etag(seen))).status_code == 200
    assert await zone(world, "credited", "M02,M05,M06", "period=2026") == held
    await recognised(world, lead=lead, amount="300.00", arrived_on="2026-02-03")
    assert await zone(world, "credited", "M02", "period=2026") == {"M02": "250000.00"}
    assert await zone(world, "located", "M02", "period=2026") == {"M02": "300.00"}
    past = f"period=2026&as_of={before}"
    assert await zone(world, "located", "M02", past) == {"M02": "0.00"}
    assert await zone(world, "credited", "M02", past) == {"M02": "250000.00"}
    assert await differences(app) == []


def _rated(noun: str) -> dict[str, Any]:
    """In the currency that is counted."""
    day = {"capital_arrival": "arrived_on", "foreign_capital_use": "used_on"}.get(noun)
    return {day: "2026-01-15"} if day else {}


async def test_without_a_difference_both_are_one_and_nothing_is_added(world: World) -> None:
    lead = await world.lead_at("signed")
    assert (lead["is_located_in_zone"], lead["credited_share"]) == (True, "100.00")
    await recognised(world, lead=lead)
    count = "SELECT count(*) FROM ledger_entries WHERE scope = 'credit_difference'"
    assert await world.database.fetchval(count) == 0
    located, credited = [await zone(world, b, "Q02,M01,M02,R05") for b in ("located", "credited")]
    assert located == credited


async def test_a_cohort_is_credited_by_its_signings(world: World) -> None:
    """R02, registered ÷ signed: none of two in the zone, 0.5 of 0.5 + 1 + 1 credited."""
    lead = await world.lead_at("signed", credited_share="50.00", **ELSEWHERE)
    await world.move(lead["id"], "registered")
    for _ in range(2):
        await world.lead_at("signed")
    assert await zone(world, "located", "R02,Q05") == {"R02": "0.0000", "Q05": "0.0000"}
    assert await zone(world, "credited", "R02,Q05") == {"R02": "0.2000", "Q05": "0.5000"}


async def test_a_reversal_takes_back_both(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("pre_signing", credited_share="40.00")
    signed = await world.move(lead["id"], "signed", agreed_amount="50000000.05")
    assert (await zone(world, "credited", "Q02"))["Q02"] == "0.4000"
    assert signed["credited_share"] == "40.00"
    await world.take_back("stage-transitions", signed)
    for basis in ("located", "credited"):
        assert await zone(world, basis, "Q02,M01") == {"Q02": "0.0000", "M01": "0.00"}
    assert await differences(app) == []


async def test_the_basis_is_the_zones_and_the_page_names_it(world: World) -> None:
    page = await world.leader.seen(f"/kpis/zone?{YEAR}&metrics=Q02")
    assert page["credit_basis"] == "located"
    page = await world.leader.seen(f"/kpis/zone?{YEAR}&metrics=Q02&credit_basis=credited")
    assert page["credit_basis"] == "credited"
    asked = f"{YEAR}&metrics=Q02&credit_basis=credited"
    for scope in ("officers", "teams", "combinations"):
        problem(await world.leader.get(f"/kpis/{scope}?{asked}"), 422, "invalid_values")
    drill = "/ledger-entries?scope=credit_difference"
    await three_signings(world)
    assert {Decimal(row["quantity"]) for row in await world.opened(f"{drill}&metric=Q02")} == {
        Decimal(1),
        Decimal("-0.6"),
    }
    for client in (world.officer, world.team_lead):
        assert await world.opened(drill, client) == []
