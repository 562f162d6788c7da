"""到位资金, 实际利用外资, 固定资产投资: who types, who recognises, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.money import NOUNS, body_of

TOMORROW = (today() + timedelta(days=1)).isoformat()
USD = {
    "currency": "USD",
    "exchange_rate": "7.12345678",
    "rate_on": "2026-01-05",
    "rate_source": "中国外汇交易中心",
}


async def typed(world: World, noun: str = "capital_arrival", lead: Any = None, **more: Any) -> Any:
    """A pending fact of the officer's signed lead."""
    lead = lead or await world.lead_at("signed")
    return await world.officer.made(f"/{NOUNS[noun]}", body_of(noun, lead, **more))


async def step(client: Client, noun: str, fact: Any, kind: str, **body: Any) -> Any:
    path = f"/{NOUNS[noun]}/{fact['id']}/{kind}"
    return await client.post(path, body, headers={"If-Match": etag(fact)})


async def recognised(world: World, noun: str = "capital_arrival", **more: Any) -> Any:
    fact = await typed(world, noun, **more)
    reply = await step(world.assessor, noun, fact, "decisions", decision="recognise")
    assert reply.status_code == 201, reply.text
    return reply.json()


async def refusal(world: World, noun: str, **more: Any) -> list[tuple[str, str]]:
    lead = await world.lead_at("signed")
    reply = await world.officer.post(f"/{NOUNS[noun]}", body_of(noun, lead, **more))
    return [(e["pointer"], e["code"]) for e in problem(reply, 422, "invalid_values")["errors"]]


@pytest.mark.parametrize("noun", NOUNS)
async def test_it_counts_once_somebody_else_recognised_it(world: World, noun: str) -> None:
    fact = await typed(world, noun)
    assert (fact["status"], fact["recognised_at"], fact["credits"]) == ("pending", None, [])
    reply = await step(world.leader, noun, fact, "decisions", decision="recognise", comment="属实")
    done = reply.json()
    assert (done["status"], done["recognised_by_id"]) == ("recognised", world.leader.id)
    assert (done["decision_comment"], done["version"]) == ("属实", 2)
    assert [(c["officer_id"], c["share"]) for c in done["credits"]] == [
        (world.officer.id, "100.00")
    ]


@pytest.mark.parametrize("noun", NOUNS)
async def test_neither_who_typed_it_nor_a_member_recognises_or_reverses(
    world: World, noun: str
) -> None:
    lead = await world.lead_at("signed")
    own = await world.leader.made(f"/{NOUNS[noun]}", body_of(noun, lead))
    refused = await step(world.leader, noun, own, "decisions", decision="recognise")
    problem(refused, 403, "self_recognition")
    done = await recognised(world, noun, lead=lead)
    both = (world.officer, "lead_negotiator", None), (world.leader, "supporter", None)
    await world.members(lead["id"], *both, by=world.team_lead)
    for fact, kind, body in (
        (await typed(world, noun, lead), "decisions", {"decision": "recognise"}),
        (done, "reversals", {"reason": "误录"}),
    ):
        reply = await step(world.leader, noun, fact, kind, **body)
        problem(reply, 403, "self_recognition")


@pytest.mark.parametrize("noun", NOUNS)
async def test_a_rejected_or_reversed_fact_stays_and_is_final(world: World, noun: str) -> None:
    fact = await typed(world, noun)
    gone = (await step(world.leader, noun, fact, "decisions", decision="reject")).json()
    assert (gone["status"], gone["credits"]) == ("rejected", [])
    done = await recognised(world, noun)
    back = (await step(world.leader, noun, done, "reversals", reason="重复")).json()
    assert (back["status"], back["reversal_reason"], back["reversed_by_id"]) == (
        "reversed", "重复", world.leader.id,
    )  # fmt: skip
    for final in (gone, back):
        path = f"/{NOUNS[noun]}/{final['id']}"
        tries = [
            await step(world.leader, noun, final, "decisions", decision="recognise"),
            await step(world.leader, noun, final, "reversals", reason="再撤"),
            await world.officer.patch(path, {"amount": "1.00"}, etag(final)),
            await world.officer.delete(path, etag(final)),
        ]
        for reply in tries:
            problem(reply, 409, "fact_decided")


@pytest.mark.parametrize("noun", NOUNS)
async def test_only_who_typed_it_corrects_or_withdraws_it(world: World, noun: str) -> None:
    fact = await typed(world, noun)
    path = f"/{NOUNS[noun]}/{fact['id']}"
    for client in (world.team_lead, world.leader):
        problem(await client.patch(path, {"amount": "9.00"}, etag(fact)), 403, "forbidden")
        problem(await client.delete(path, etag(fact)), 403, "forbidden")
    changed = (await world.officer.patch(path, {"amount": "9.00"}, etag(fact))).json()
    assert (changed["amount"], changed["version"]) == ("9.00", 2)
    assert (await world.officer.delete(path, etag(changed))).status_code == 204
    problem(await world.officer.get(path), 404, "not_found")


@pytest.mark.parametrize("noun", NOUNS)
async def test_money_follows_the_signing(world: World, noun: str) -> None:
    lead = await world.lead_at("pre_signing")
    reply = await world.officer.post(f"/{NOUNS[noun]}", body_of(noun, lead))
    problem(reply, 409, "lead_not_signed")
    signing = await world.move(lead["id"], "signed", agreed_amount="1.00")
    fact = await typed(world, noun, lead)
    await world.take_back("stage-transitions", signing)
    refused = await step(world.assessor, noun, fact, "decisions", decision="recognise")
    problem(refused, 409, "lead_not_signed")


@pytest.mark.parametrize(
    ("noun", "more", "faults"),
    [
        ("capital_arrival", {"amount": "0.00"}, [("/amount", "greater_than")]),
        ("capital_arrival", {"arrived_on": TOMORROW}, [("/arrived_on", "date_in_future")]),
        ("foreign_capital_use", {"used_on": TOMORROW}, [("/used_on", "date_in_future")]),
        ("fixed_investment", {"month": "2026-01-02"}, [("/month", "first_of_month")]),
        ("fixed_investment", {"month": "2199-01-01"}, [("/month", "date_in_future")]),
        ("capital_arrival", {"payer_region_code": None}, [("/payer_region_code", "missing")]),
        (
            "capital_arrival",
            {"payer_region_code": "530000"},
            [("/payer_region_code", "region_needs_city")],
        ),
        (
            "capital_arrival",
            {"payer_country_code": "SG"},
            [("/payer_region_code", "region_outside_mainland")],
        ),
        (
            "capital_arrival",
            {"ultimate_region_code": "310115"},
            [("/ultimate_region_code", "region_outside_mainland")],
        ),
        (
            "capital_arrival",
            {"ultimate_country_code": "CN"},
            [("/ultimate_region_code", "missing")],
        ),
        (
            "capital_arrival",
            {"currency": "USD"},
            [(f"/{name}", "rate_needed") for name in ("exchange_rate", "rate_on", "rate_source")],
        ),
        ("capital_arrival", {**USD, "rate_on": TOMORROW}, [("/rate_on", "date_in_future")]),
        (
            "capital_arrival",
            {**USD, "amount": "999999999999999999.99", "exchange_rate": "9999999999.9"},
            [("/amount", "value_refused")],
        ),
        ("foreign_capital_use", {"exchange_rate": "7.1"}, [("/exchange_rate", "rate_not_needed")]),
        (
            "foreign_capital_use",
            {"payer_country_code": "CN"},
            [("/payer_country_code", "payer_not_foreign")],
        ),
        ("foreign_capital_use", {"company_id": "0192f4b8-0000-7000-8000-000000000000"},
         [("/company_id", "reference_not_found")]),
    ],
)  # fmt: skip
async def test_what_is_refused(
    world: World, noun: str, more: Any, faults: list[tuple[str, str]]
) -> None:
    assert await refusal(world, noun, **more) == faults


async def test_a_lead_out_of_sight_does_not_exist(world: World) -> None:
    lead = await world.lead_at("signed", is_restricted=True)
    fact = await typed(world, lead=lead)
    for client in (world.colleague, world.team_lead, world.stranger, world.other_lead):
        reply = await client.post("/capital-arrivals", body_of("capital_arrival", lead))
        error = problem(reply, 422, "invalid_values")["errors"][0]
        assert (error["pointer"], error["code"]) == ("/lead_id", "reference_not_found")
        problem(await client.get(f"/capital-arrivals/{fact['id']}"), 404, "not_found")
        page = await client.seen(f"/capital-arrivals?lead_id={lead['id']}&total=exact")
        assert (page["items"], page["page"]["total"]) == ([], 0)
    assert (await world.assessor.seen("/capital-arrivals?status=pending"))["items"] == [fact]


async def test_yuan_are_half_up_at_the_dated_rate(world: World) -> None:
    fact = await typed(world, amount="50000000.00", **USD)
    assert (fact["amount_cny"], fact["currency"]) == ("356172839.00", "USD")
    half = await typed(world, amount="0.10", **{**USD, "exchange_rate": "0.05"})
    assert half["amount_cny"] == "0.01"  # 0.005
    path = f"/capital-arrivals/{fact['id']}"
    plain = {"currency": "CNY", "exchange_rate": None, "rate_on": None, "rate_source": None}
    changed = (await world.officer.patch(path, plain, etag(fact))).json()
    assert changed["amount_cny"] == "50000000.00"


@pytest.mark.parametrize("country", ["HK", "MO", "TW", "SG"])
async def test_hong_kong_macao_and_taiwan_are_foreign(world: World, country: str) -> None:
    fact = await recognised(world, "foreign_capital_use", payer_country_code=country)
    assert (fact["status"], fact["amount_usd"]) == ("recognised", "1000000.00")


async def test_other_currencies_are_counted_in_dollars(world: World) -> None:
    fact = await typed(
        world, "foreign_capital_use", amount="7800000.00", currency="HKD",
        exchange_rate="0.12834567", rate_on="2026-01-05", rate_source="中国外汇交易中心",
    )  # fmt: skip
    assert fact["amount_usd"] == "1001096.23"  # 1,001,096.226


async def test_above_plan_is_said_and_not_refused(world: World) -> None:
    lead = await world.lead_at("signed", planned_investment="100.00")
    said = []
    for amount in ("100.00", "20.00", "0.01"):
        fact = await typed(world, lead=lead, amount=amount)
        done = (await step(world.assessor, "capital_arrival", fact, "decisions",
                           decision="recognise")).json()  # fmt: skip
        said.append((fact["warnings"], done["warnings"]))
    over = ["arrivals_above_plan"]
    assert said == [([], []), ([], []), (over, over)]
    back = await step(world.assessor, "capital_arrival", done, "reversals", reason="重复")
    assert back.json()["warnings"] == []
    page = await world.officer.seen(f"/capital-arrivals?lead_id={lead['id']}")
    assert [fact["warnings"] for fact in page["items"]] == [[], [], []]


async def test_the_company_is_the_leads_own_unless_given(world: World) -> None:
    lead, other = await world.lead_at("signed"), await world.company("项目公司")
    assert (await typed(world, lead=lead))["company_id"] == lead["company_id"]
    fact = await typed(world, lead=lead, company_id=other["id"])
    assert fact["company_id"] == other["id"]
    problem(await world.officer.delete(f"/companies/{other['id']}", '"v1"'), 409, "in_use")
    refused = await world.officer.patch(
        f"/capital-arrivals/{fact['id']}", {"company_id": None}, etag(fact)
    )
    problem(refused, 422, "invalid_values")
