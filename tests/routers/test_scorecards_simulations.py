"""Simulated scorecards: what a signing or a number more would earn, and for whom."""

from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.assessment import YEAR, v13
from tests.routers.test_money_facts import recognised
from tests.world import Client, World, problem


async def simulated(client: Client, made: Any, *what_if: Any, period: str = str(YEAR)) -> Any:
    body = {
        "scheme_id": made["id"],
        "period": period,
        "signings": [w for w in what_if if "lead_id" in w],
        "added": [w for w in what_if if "metric" in w],
    }
    return await client.post("/scorecard-simulations", body)


async def test_what_if_a_lead_signs(world: World) -> None:
    made = await v13(world)
    lead = await world.lead(planned_investment="2000000.00")
    before = await world.fingerprint()
    signing = {"lead_id": lead["id"], "signed_on": f"{YEAR}-12-31"}
    found = (await simulated(world.officer, made, signing)).json()
    # 9,800 of 10,000 万元 instead of 9,600: 0.49 instead of 0.48.
    assert (found["now"]["total"], found["then"]["total"], found["gain"]) == (
        "2.78", "2.79", "0.01",
    )  # fmt: skip
    assert Decimal(found["added"]["M01"]) == 2_000_000
    more = {"metric": "T05", "add": "1"}
    found = (await simulated(world.officer, made, signing, more)).json()
    assert (found["then"]["total"], found["gain"]) == ("2.89", "0.11")
    late = {**signing, "signed_on": f"{YEAR + 1}-01-01"}
    assert (await simulated(world.officer, made, late)).json()["gain"] == "0.00"
    assert await world.fingerprint() == before


async def test_a_lead_signs_once_and_for_what_it_will_count(world: World) -> None:
    """700 万美元 at 7.1 are 49,700,000 yuan, of which 40 % are credited to the zone."""
    made = await v13(world)
    abroad: dict[str, Any] = {
        "planned_investment": "7000000.00",
        "currency": "USD",
        "credited_share": "40.00",
    }
    lead, signed = await world.lead(**abroad), await world.lead_at("signed")
    rate = {"currency": "USD", "exchange_rate": "7.10000000", "rate_on": f"{today()}"}
    fact = {"lead": signed, "amount": "1.00", "rate_source": "人民银行中间价", **rate}
    await recognised(world, **fact)
    found = (await simulated(world.officer, made, {"lead_id": lead["id"]})).json()
    assert {metric: Decimal(added) for metric, added in found["added"].items()} == {
        "Q02": Decimal("0.4"),
        "M01": Decimal(19_880_000),
    }
    for what_if, fault in (
        ([lead, lead], ("/signings", "lead_repeated")),
        ([lead, signed], ("/signings/1/lead_id", "lead_signs_no_more")),
    ):
        reply = await simulated(world.officer, made, *({"lead_id": one["id"]} for one in what_if))
        (error,) = problem(reply, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == fault


async def test_simulations_are_of_the_own_card_and_visible_leads(world: World) -> None:
    made = await v13(world)
    lead = await world.lead()
    signing = {"lead_id": lead["id"], "signed_on": f"{YEAR}-12-31"}
    hidden = await simulated(world.stranger, made, signing)
    assert problem(hidden, 422, "invalid_values")["errors"][0]["code"] == "reference_not_found"
    nobody = await simulated(world.colleague, made, {"metric": "T05", "add": "1"})
    assert problem(nobody, 422, "invalid_values")["errors"][0]["code"] == "not_a_subject"
    unknown = await simulated(world.officer, made, {"metric": "T99", "add": "1"})
    assert problem(unknown, 422, "invalid_values")["errors"][0]["code"] == "metric_unknown"
