"""Combinations in the ledger: their scope, what signing keeps, M10, and the results page."""

import asyncio
from datetime import timedelta
from typing import Any

from app.core.clock import today
from app.core.db import Database
from app.kpis import ledger
from tests.world import World, problem
from tests.writes import etag

YEAR = "period=this_year"


async def a_unit(world: World, name: str = "生物医药", team: str = "bio") -> tuple[Any, Any]:
    """A combination and a node of its chain."""
    chain = await world.team_lead.made("/industry-chains", {"name": name, "kind": "emerging"})
    unit = await world.combination(name, team, industry_chain_id=chain["id"])
    return unit, await world.node(chain, "A")


async def declared(world: World, node: Any, status: str) -> None:
    await world.leader.made("/node-statuses", {"chain_node_id": node["id"], "status": status})


async def of(world: World, scope: str, subject: Any, metrics: str) -> list[str | None]:
    numbers = (await world.kpis(scope, f"{YEAR}&metrics={metrics}"))[subject]
    return [numbers[code]["value"] for code in metrics.split(",")]


async def zone(world: World, metrics: str) -> list[str | None]:
    (subject,) = await world.kpis("zone", f"{YEAR}&metrics={metrics}")
    return await of(world, "zone", subject, metrics)


async def check_ledger(world: World) -> None:
    database: Database = world.app.state.db
    async with database.transaction() as session:
        assert await ledger.verify(session) == []


async def test_a_unit_with_every_fact_has_the_numbers_of_the_zone(world: World) -> None:
    unit, node = await a_unit(world)
    placed = {"combination_id": unit["id"], "chain_node_id": node["id"]}
    each: list[dict[str, Any]] = [{"is_leading": True}, {"direction": "internal"}, {}]
    for flags in each:
        lead = await world.lead_at("registered", "opening", **placed, **flags)
        await world.visit(lead_id=lead["id"], participant_ids=[world.officer.id, world.stranger.id])
    (whole,) = (await world.kpis("zone", YEAR)).values()
    mine = (await world.kpis("combinations", YEAR))[unit["id"]]
    for code, value in mine.items():
        keys = ("value", "numerator", "denominator")
        assert [value.get(k) for k in keys] == [whole[code].get(k) for k in keys], code
        await world.check_drill(value)
    assert mine["M01"]["value"] == "600000000.00"
    await check_ledger(world)


async def test_moving_a_lead_moves_no_number(world: World) -> None:
    first, _ = await a_unit(world)
    second, _ = await a_unit(world, "金属", "metal")
    lead = await world.lead_at("signed", combination_id=first["id"])
    await world.visit(lead_id=lead["id"])
    path = f"/leads/{lead['id']}"
    record = await world.officer.seen(path)
    await world.officer.patch(path, {"combination_id": second["id"]}, etag(record))
    await world.visit(lead_id=lead["id"])
    await world.move(lead["id"], "registered")
    numbers = [await of(world, "combinations", u["id"], "Q02,T09") for u in (first, second)]
    assert numbers == [["1.0000", "1"], ["0.0000", "1"]]
    await check_ledger(world)


async def test_leading_and_flagship_leads_count_once(world: World) -> None:
    lead = await world.lead_at("signed", is_leading=True)
    await world.lead_at("signed", is_flagship=True)
    await world.lead_at("signed", is_leading=True, is_flagship=True)
    await world.lead_at("signed", direction="internal")
    assert await zone(world, "Q11,Q12") == ["3.0000", "1.0000"]
    (value,) = (await world.kpis("zone", f"{YEAR}&metrics=Q11")).values()
    parts = {part["dimension"]: part["value"] for part in value["Q11"]["breakdown"]}
    assert parts == {"leading": "1.0000", "flagship": "1.0000", "both": "1.0000"}
    changed = {"is_leading": False, "direction": "internal"}
    await world.officer.patch(f"/leads/{lead['id']}", changed, etag(lead))
    await world.move(lead["id"], "registered")
    assert await zone(world, "Q11,Q12") == ["3.0000", "1.0000"]
    await check_ledger(world)


async def test_industry_fit_and_gaps_are_shares_of_all_signings(world: World) -> None:
    """Four signed: one on a weak node, one on a strong one, one on an undeclared, one on none."""
    unit, weak = await a_unit(world)
    chain = {"id": unit["industry_chain_id"]}
    strong, plain = await world.node(chain, "B"), await world.node(chain, "C")
    await declared(world, weak, "weak")
    await declared(world, strong, "strong")
    for node in (weak, strong, plain):
        placed = {"combination_id": unit["id"], "chain_node_id": node["id"]}
        await world.lead_at("signed", **placed)
    await world.lead_at("signed")
    assert await zone(world, "R10,R11") == ["0.7500", "0.2500"]
    assert await of(world, "combinations", unit["id"], "R10,R11") == ["1.0000", "0.3333"]
    assert await of(world, "officers", world.officer.id, "R11") == ["0.2500"]
    assert await of(world, "officers", world.colleague.id, "R11") == [None]
    for value in (await world.kpis("combinations", f"{YEAR}&metrics=R10,R11"))[unit["id"]].values():
        await world.check_drill(value)
    await check_ledger(world)


async def test_what_is_said_of_a_node_after_signing_does_not_count(world: World) -> None:
    unit, node = await a_unit(world)
    placed = {"combination_id": unit["id"], "chain_node_id": node["id"]}
    lead = await world.lead_at("signed", **placed)
    await declared(world, node, "missing")
    await world.move(lead["id"], "registered")
    assert await zone(world, "R10,R11") == ["1.0000", "0.0000"]
    second = await world.lead_at("signed", **placed)
    assert await zone(world, "R11") == ["0.5000"]
    (signed,) = (await world.leader.seen(
        f"/stage-transitions?lead_id={second['id']}&to_stage=signed"
    ))["items"]  # fmt: skip
    assert (signed["chain_node_status"], signed["chain_node_id"]) == ("missing", node["id"])
    await check_ledger(world)


async def paid(world: World, platform: Any, amount: str, **more: Any) -> Any:
    body = {"platform_company_id": platform["id"], "amount": amount, "purpose": "厂房", **more}
    return await world.leader.made("/platform-fundings", body)


async def a_platform(world: World) -> Any:
    body = {"company_id": (await world.company())["id"]}
    return await world.leader.made("/platform-companies", body)


async def test_platform_funding_counts_for_unit_teams_and_zone(world: World) -> None:
    platform = await a_platform(world)
    unit = await world.combination("单元", "bio", platform_company_id=platform["id"])
    first = await paid(world, platform, "5000000.01")
    assert first["combination_id"] == unit["id"]
    other = await a_platform(world)
    await paid(world, other, "2.00")
    assert await zone(world, "M10") == ["5000002.01"]
    assert await of(world, "combinations", unit["id"], "M10") == ["5000000.01"]
    for team, expected in (("bio", "5000000.01"), ("bureau", "5000000.01"), ("metal", "0.00")):
        assert await of(world, "teams", str(world.teams[team]), "M10") == [expected]
    assert await of(world, "officers", world.officer.id, "M10") == ["0.00"]
    (value,) = (await world.kpis("zone", f"{YEAR}&metrics=M10")).values()
    await world.check_drill(value["M10"])
    body = {"platform_company_id": other["id"], "combination_id": unit["id"], "amount": "1.00"}
    refused = await world.leader.post("/platform-fundings", json={**body, "purpose": "x"})
    told = problem(refused, 422, "invalid_values")
    assert told["errors"][0]["code"] == "combination_of_other_platform"
    await check_ledger(world)


async def test_a_payment_is_reversed_once(world: World) -> None:
    funding = await paid(world, await a_platform(world), "70.00")
    path = f"/platform-fundings/{funding['id']}/reversals"
    headers = {"If-Match": etag(funding)}
    asked = [
        world.leader.post(path, json={"reason": "录入有误"}, headers=headers) for _ in range(4)
    ]
    codes = sorted([reply.status_code for reply in await asyncio.gather(*asked)])
    assert codes == [201, 412, 412, 412]
    assert await zone(world, "M10") == ["0.00"]
    seen = await world.leader.get(f"/platform-fundings/{funding['id']}")
    again = {"If-Match": seen.headers["etag"]}
    refused = await world.leader.post(path, json={"reason": "x"}, headers=again)
    problem(refused, 409, "funding_reversed")
    await check_ledger(world)


async def test_the_results_are_the_leads_and_the_ledgers(world: World) -> None:
    unit, _ = await a_unit(world)
    more = {"combination_id": unit["id"], "mechanism": "stationed"}
    signed = await world.lead_at("signed", planned_investment="300000000.00", **more)
    await world.visit(lead_id=signed["id"])
    await world.lead(planned_investment="5.50", **more)
    await world.lead(planned_investment="7.00", currency="USD", combination_id=unit["id"])
    await world.ask(
        (await world.lead_at("contacted", **more))["id"], world.leader, kind="suspend",
        explanation="等待", resume_by="2199-01-01",
    )  # fmt: skip
    await world.lead()
    path = f"/combinations/{unit['id']}/results?{YEAR}"
    found = await world.team_lead.seen(path)
    steps = [tuple(step.values()) for step in found["funnel"]]
    assert steps == [
        ("identified", 2, 0, "5.50", "0.00", 1),
        ("contacted", 0, 1, "0.00", "0.00", 0),
        ("signed", 1, 0, "300000000.00", "200000000.00", 0),
    ]
    kpis = (await world.kpis("combinations", YEAR))[unit["id"]]
    assert [v["value"] for v in found["values"]] == [v["value"] for v in kpis.values()]
    by_mechanism = {part["mechanism"]: part for part in found["by_mechanism"]}
    assert [step["stage"] for step in by_mechanism["department"]["funnel"]] == ["identified"]
    stationed = (await world.kpis("combinations", f"{YEAR}&mechanism=stationed"))[unit["id"]]
    told = by_mechanism["stationed"]["values"]
    assert [v["value"] for v in told] == [v["value"] for v in stationed.values()]
    (money,) = [v for v in told if v["metric"] == "M01"]
    rows = await world.opened(money["drill"])
    assert [row["quantity"] for row in rows] == ["200000000.0000"]
    assert found["period"]["start"] == f"{today().year}-01-01"


async def test_numbers_of_a_unit_are_for_the_zone_and_the_units_team_lead(world: World) -> None:
    unit, _ = await a_unit(world)
    lead = await world.lead_at("signed", combination_id=unit["id"])
    path = f"/combinations/{unit['id']}/results?{YEAR}"
    entries = f"/ledger-entries?scope=combination&scope_id={unit['id']}"
    for client in (world.officer, world.stranger, world.other_lead):
        problem(await client.get(path), 404, "not_found")
        assert (await client.seen(f"/kpis/combinations?{YEAR}"))["items"] == []
        assert (await client.seen(entries))["items"] == []
    for client in (world.team_lead, world.assessor, world.auditor):
        assert (await client.seen(path))["combination_id"] == unit["id"]
        (row,) = (await client.seen(f"/kpis/combinations?{YEAR}"))["items"]
        assert row["subject"]["id"] == unit["id"]
        rows = (await client.seen(entries))["items"]
        assert {entry["lead_id"] for entry in rows} == {lead["id"]}


async def test_less_than_nothing_of_a_rate_has_no_sign(world: World) -> None:
    """A lead of a locked month, received today: until its answer is due, 0 ÷ −1 are counted."""
    unit, _ = await a_unit(world)
    start = today().replace(day=1)
    received = f"{start - timedelta(days=20)}"
    lead = await world.lead(combination_id=unit["id"], received_on=received)
    month = (start - timedelta(days=1)).replace(day=1)
    body = {"month": f"{month}", "cut_off_on": f"{start}"}
    period = await world.assessor.made("/periods", body)
    for to in ("closings", "locks"):
        path, headers = f"/periods/{period['id']}/{to}", {"If-Match": etag(period)}
        period = await world.assessor.made(path, None, headers=headers)
    path = f"/leads/{lead['id']}"
    reply = await world.officer.patch(path, {"received_on": f"{today()}"}, etag(lead))
    assert reply.status_code == 200, reply.text
    query = f"period={start}..{today()}"
    summed = (await world.kpis("combinations", query))[unit["id"]]
    page = f"/combinations/{unit['id']}/results?{query}"
    told = {v["metric"]: v["value"] for v in (await world.leader.seen(page))["values"]}
    assert told == {code: value["value"] for code, value in summed.items()}
    assert told["P01"] in {"0.0000", None}
