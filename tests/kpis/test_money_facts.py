"""M02 to M07 in a small zone: origins, shares to the fen, years, all by hand."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.kpis import ledger
from tests.kpis.test_stage_transitions import numbers, zone
from tests.routers.test_money_facts import recognised, step, typed
from tests.world import World
from tests.writes import etag

JULY = "period=2025-07"


async def differences(app: FastAPI) -> list[ledger.Difference]:
    async with app.state.db.transaction() as session:
        return await ledger.verify(session)


async def headline(world: World, metric: str, query: str = "period=this_year") -> str:
    return (await numbers(world, metric, query)).get("zone", "0.00")


async def shared_lead(world: World) -> Any:
    """A signed lead of two officers of bio and one of metal, a third each."""
    lead = await world.lead_at("signed")
    await world.members(
        lead["id"],
        (world.officer, "first_contact", "33.33"),
        (world.colleague, "lead_negotiator", "33.33"),
        (world.stranger, "supporter", "33.34"),
        (world.team_lead, "steward", "0.00"),
    )
    return lead


SHARES = {
    "officer": "33330000.00",  # 33330000.003333 cut to the fen
    "colleague": "33330000.00",
    "stranger": "33340000.01",  # the rest
    "bio": "66660000.00",
    "metal": "33340000.01",
    "bureau": "100000000.01",
    "zone": "100000000.01",
}
METRICS = {
    "capital_arrival": ("M02", "M03", "M04"),
    "foreign_capital_use": ("M05",),
    "fixed_investment": ("M06",),
}


@pytest.mark.parametrize("noun", METRICS)
async def test_money_is_shared_to_the_fen_and_returns_to_zero(
    world: World, app: FastAPI, noun: str
) -> None:
    lead = await shared_lead(world)
    fact = await recognised(world, noun, lead=lead, amount="100000000.01")
    for metric in METRICS[noun]:
        assert await numbers(world, metric) == SHARES, metric
    assert await differences(app) == []
    await step(world.leader, noun, fact, "reversals", reason="重复")
    for metric in METRICS[noun]:
        assert await numbers(world, metric) == {}, metric
    kept = await world.database.fetchval(
        "SELECT count(*) FROM ledger_entries WHERE subject_id = $1 AND metric = $2",
        fact["id"], METRICS[noun][0],
    )  # fmt: skip
    assert kept == 2 * len(SHARES)
    assert await differences(app) == []


@pytest.mark.parametrize("noun", METRICS)
async def test_pending_and_rejected_money_counts_nothing(world: World, noun: str) -> None:
    fact = await typed(world, noun)
    await step(world.leader, noun, fact, "decisions", decision="reject")
    await typed(world, noun)
    for metric in METRICS[noun]:
        assert await numbers(world, metric) == {}


async def test_a_handover_moves_nothing(world: World, app: FastAPI) -> None:
    lead = await shared_lead(world)
    await recognised(world, lead=lead, amount="100000000.01")
    await world.members(lead["id"], (world.team_lead, "lead_negotiator", None))
    assert await numbers(world, "M02") == SHARES
    await world.database.execute(
        "UPDATE leads SET mechanism = 'stationed', team_id = NULL WHERE id = $1", lead["id"]
    )
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) == 0
    assert await numbers(world, "M02") == SHARES


# Kunming is 5301, Yunnan 53.
@pytest.mark.parametrize(
    ("payer", "out_of_city", "out_of_province"),
    [
        ({"payer_region_code": "530102"}, "0.00", "0.00"),
        ({"payer_region_code": "530100"}, "0.00", "0.00"),
        ({"payer_region_code": "530300"}, "5.00", "0.00"),
        ({"payer_region_code": "532500"}, "5.00", "0.00"),
        ({"payer_region_code": "520100"}, "5.00", "5.00"),
        ({"payer_region_code": "510100"}, "5.00", "5.00"),
        ({"payer_country_code": "SG", "payer_region_code": None}, "5.00", "5.00"),
        ({"payer_country_code": "HK", "payer_region_code": None}, "5.00", "5.00"),
    ],
)
async def test_where_the_payer_is(
    world: World, payer: Any, out_of_city: str, out_of_province: str
) -> None:
    await recognised(world, amount="5.00", **payer)
    assert await headline(world, "M02") == out_of_city
    assert await headline(world, "M04") == out_of_city
    assert await headline(world, "M03") == out_of_province


@pytest.mark.parametrize("tag", ["real_estate", "infrastructure", "finance"])
async def test_what_is_no_industrial_capital(world: World, tag: str) -> None:
    await recognised(world, amount="5.00", excluded_tags=[tag])
    assert (await headline(world, "M02"), await headline(world, "M03")) == ("5.00", "0.00")


async def test_another_city_is_another_number(world: World, app: FastAPI) -> None:
    await recognised(world, amount="5.00", payer_region_code="530300")
    await world.database.execute("UPDATE zone_profiles SET city_code = '5303'")
    assert {d.metric for d in await differences(app)} == {"M02", "M04", "M07"}
    async with app.state.db.transaction() as session:
        await ledger.rebuild(session)
    assert await headline(world, "M02") == "0.00"


async def signed_in(world: World, signed_on: str) -> Any:
    lead = await world.lead(track="construction", received_on="2024-12-01")
    for stage in ("contacted", "negotiating", "pre_signing"):
        await world.move(lead["id"], stage, event_on="2024-12-02")
    await world.move(lead["id"], "signed", event_on=signed_on, agreed_amount="1.00")
    return lead


@pytest.mark.parametrize(
    ("signed_on", "arrived_on", "dimension"),
    [
        ("2024-12-31", "2025-01-01", "continued"),
        ("2025-01-01", "2025-12-31", "new"),
        ("2025-01-01", "2026-01-01", "continued"),
        ("2025-07-02", "2025-07-01", "new"),
    ],
)
async def test_new_and_continued_across_the_new_year(
    world: World, signed_on: str, arrived_on: str, dimension: str
) -> None:
    lead = await signed_in(world, signed_on)
    await recognised(world, lead=lead, arrived_on=arrived_on, amount="5.00")
    values = await world.kpis("zone", f"period={arrived_on}&metrics=M04")
    (value,) = [row["M04"] for row in values.values()]
    assert value["value"] == "5.00"
    assert {part["dimension"]: part["value"] for part in value["breakdown"]} == {dimension: "5.00"}


async def test_money_counts_on_its_own_day_and_fixed_investment_in_its_month(world: World) -> None:
    await recognised(world, arrived_on="2025-07-31", amount="5.00")
    await recognised(world, "foreign_capital_use", used_on="2025-07-01", amount="6.00")
    await recognised(world, "fixed_investment", month="2025-07-01", amount="7.00")
    assert [await headline(world, metric, JULY) for metric in ("M02", "M05", "M06")] == [
        "5.00", "6.00", "7.00",
    ]  # fmt: skip
    assert await headline(world, "M02", "period=2025-08") == "0.00"
    assert await headline(world, "M02", "period=today") == "0.00"


async def test_what_is_not_in_statistics_does_not_count(world: World) -> None:
    await recognised(world, "fixed_investment", is_in_statistics=False)
    assert await headline(world, "M06") == "0.00"


# Figures of September 2019 and of 2022, 亿元 and 万美元 written out.
@pytest.mark.parametrize(
    ("noun", "amounts", "total"),
    [
        pytest.param("capital_arrival", ("7150000000", "50000000", "30000000"), "7230000000.00",
                     id="V21"),
        pytest.param("foreign_capital_use", ("51952500",), "51952500.00", id="V22"),
        pytest.param("capital_arrival", ("52689000000", "17587000000"), "70276000000.00",
                     id="V23"),
    ],
)  # fmt: skip
async def test_published_sums(
    world: World, noun: str, amounts: tuple[str, ...], total: str
) -> None:
    lead = await shared_lead(world)
    for amount in amounts:
        await recognised(world, noun, lead=lead, amount=amount)
    assert await headline(world, METRICS[noun][0]) == total


async def test_money_of_a_restricted_lead_keeps_the_sum_and_hides_the_lead(world: World) -> None:
    lead = await world.lead_at("signed", is_restricted=True)
    await recognised(world, lead=lead, amount="5.00")
    path = f"/ledger-entries?metric=M02&scope=team&scope_id={world.teams['bio']}"
    (told,) = (await world.team_lead.seen(path))["items"]
    assert (told["lead_id"], told["company_id"], told["quantity"]) == (None, None, "5.0000")


async def unit_of(world: World, kind: str) -> Any:
    """A combination of bio with a chain of a kind."""
    chain = await world.team_lead.made("/industry-chains", {"name": kind, "kind": kind})
    return await world.combination(kind, "bio", industry_chain_id=chain["id"])


async def test_the_share_of_key_chains_in_out_of_city_capital(world: World, app: FastAPI) -> None:
    key, emerging = await unit_of(world, "key_industry"), await unit_of(world, "emerging")
    for unit, amount in ((key, "100.01"), (key, "0.05"), (emerging, "200.04")):
        lead = await world.lead_at("signed", combination_id=unit["id"])
        await recognised(world, lead=lead, amount=amount)
    # Out of no city: in neither part.
    await recognised(world, lead=lead, amount="70.00", payer_region_code="530102")
    await recognised(world, amount="99.90")
    share = (await zone(world, "M07"))["M07"]
    assert (share["numerator"], share["denominator"]) == ("100.06", "400.00")
    assert share["value"] == "0.2502"  # 0.25015
    await world.check_drill(share)
    values = await world.kpis("combinations", "period=this_year&metrics=M02,M07")
    assert {unit: (row["M02"]["value"], row["M07"]["value"]) for unit, row in values.items()} == {
        key["id"]: ("100.06", "1.0000"),
        emerging["id"]: ("200.04", "0.0000"),
    }
    for row in values.values():
        await world.check_drill(row["M02"])
        await world.check_drill(row["M07"])
    assert await differences(app) == []


async def test_money_stays_with_the_combination_that_it_was_recognised_for(
    world: World, app: FastAPI
) -> None:
    key, emerging = await unit_of(world, "key_industry"), await unit_of(world, "emerging")
    lead = await world.lead_at("signed", combination_id=key["id"])
    fact = await recognised(world, lead=lead, amount="5.00")
    assert fact["combination_id"] == key["id"]
    moved = {"combination_id": emerging["id"]}
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (await world.officer.patch(f"/leads/{lead['id']}", moved, etag(now))).is_success
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) == 0
    values = await world.kpis("combinations", "period=this_year&metrics=M02")
    assert {unit: row["M02"]["value"] for unit, row in values.items()} == {
        key["id"]: "5.00", emerging["id"]: "0.00",
    }  # fmt: skip


async def test_the_share_of_key_chains_of_nothing_has_no_value(world: World) -> None:
    share = (await zone(world, "M07"))["M07"]
    assert (share["value"], share["numerator"], share["denominator"]) == (None, "0.00", "0.00")
    assert share["reason"] == "denominator_zero"
