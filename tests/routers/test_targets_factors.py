"""The factors of a target: scores by hand, the records behind them, and their weights."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag
from tests.writes.targets import a_candidate, a_unit, proposed, recomputed, signalled


async def listed(world: World, company: Any, kind: str = "gazelle") -> None:
    data = {"name": f"榜单{kind}", "year": str(today().year), "kind": kind}
    files = {"file": ("list.csv", f"企业名称\n{company['name']}\n".encode())}
    reply = await world.team_lead.post("/company-list-imports", data=data, files=files)
    assert reply.status_code == 201, reply.text


def factors(target: Any, *names: str) -> dict[str, tuple[Any, ...]]:
    return {f["factor"]: tuple(f[name] for name in names) for f in target["factors"]}


async def test_a_score_by_hand(world: World) -> None:
    unit, nodes = await a_unit(world)
    company = await a_candidate(world)
    await listed(world, company)  # one kind of two: 1/2
    await signalled(world, company, "recruitment", 300)
    await signalled(world, company, "new_plant", 73)  # 1 - 73/365 = 4/5
    await signalled(world, company, "penalty", 146)  # 146/365 = 2/5
    await world.visit(company_id=company["id"])  # 1/2
    run = await recomputed(world, unit)
    assert (run["node_count"], run["candidate_count"], run["created_count"]) == (2, 1, 1)
    (target,) = await proposed(world, unit)
    # Known weights: 0.35 + 0.2 + 0.15 + 0.15 + 0.05 = 0.9; mobility is unknown.
    # 0.35·1 + 0.2·0.5 + 0.15·0.8 + 0.15·0.5 + 0.05·0.4 = 0.665; 0.665/0.9 = 0.73888…
    assert factors(target, "value", "contribution", "confidence") == {
        # 0.38888… cut to 0.3888; takes the 0.0002 that cutting left over.
        "gap": ("1.0000", "0.3890", "1.0000"),
        "lists": ("0.5000", "0.1111", "1.0000"),
        "expansion_signals": ("0.8000", "0.1333", "1.0000"),
        "relations": ("0.5000", "0.0833", "1.0000"),
        "mobility": (None, "0.0000", "0.0000"),
        "compliance": ("0.4000", "0.0222", "1.0000"),
    }
    assert (target["score"], target["confidence"]) == ("0.7389", "0.9000")
    assert (target["chain_node_id"], target["label"]) == (nodes["B"]["id"], "extend")


async def test_a_factor_shows_the_records_behind_it(world: World) -> None:
    unit, nodes = await a_unit(world)
    company = await a_candidate(world)
    await listed(world, company)
    older = await signalled(world, company, "recruitment", 300)
    signal = await signalled(world, company, "new_plant", 73)
    visit = await world.visit(company_id=company["id"])
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    shown = {f["factor"]: [(e["kind"], e["id"]) for e in f["evidence"]] for f in target["factors"]}
    assert older["id"] not in str(shown)
    (edition,) = (await world.officer.seen("/company-lists"))["items"]
    assert shown == {
        "gap": [("chain_node", nodes["B"]["id"])],
        "lists": [("company_list", edition["id"])],
        "expansion_signals": [("company_signal", signal["id"])],
        "relations": [("visit", visit["id"])],
        "mobility": [],
        "compliance": [],
    }
    assert target["factors"][0]["evidence"][0]["text"] == "环节B 0.3750 / 0.3750"


async def test_a_group_with_a_local_company_is_a_relation_and_moves(world: World) -> None:
    unit, _ = await a_unit(world)
    company = await a_candidate(world)
    head = await a_candidate(world, industry_code="K70")
    local = await a_candidate(world, region_code="530114")
    for below in (company, local):
        body = {"company_id": below["id"], "controller_id": head["id"], "from_on": "2024-01-01"}
        await world.officer.made("/company-controls", body)
    alone = await a_candidate(world, region_code="310101")
    await recomputed(world, unit)
    found = {target["company_id"]: target for target in await proposed(world, unit)}
    assert set(found) == {company["id"], alone["id"]}
    values = factors(found[company["id"]], "value")
    assert (values["relations"], values["mobility"]) == (("1.0000",), ("1.0000",))
    (shown,) = found[company["id"]]["factors"][3]["evidence"]
    assert shown["id"] == local["id"]
    nothing = factors(found[alone["id"]], "value")
    assert (nothing["relations"], nothing["mobility"]) == ((None,), (None,))


async def test_lists_count_through_the_controller(world: World) -> None:
    unit, _ = await a_unit(world)
    company, head = await a_candidate(world), await a_candidate(world, industry_code="K70")
    body = {"company_id": company["id"], "controller_id": head["id"], "from_on": "2024-01-01"}
    await world.officer.made("/company-controls", body)
    await listed(world, head, "global500")
    await listed(world, company, "listed")
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    assert factors(target, "value")["lists"] == ("1.0000",)


async def test_weights_sum_to_one_and_the_next_run_goes_by_them(world: World) -> None:
    unit, _ = await a_unit(world)
    await signalled(world, await a_candidate(world), "penalty", 0)
    (weights,) = (await world.officer.seen("/target-weights"))["items"]
    path = f"/target-weights/{weights['id']}"
    reply = await world.leader.patch(path, {"gap": "0.36"}, etag(weights))
    refused = problem(reply, 422, "invalid_values")
    assert [error["code"] for error in refused["errors"]] == ["weights_not_one"]
    change = {"gap": "0.2", "compliance": "0.2"}
    assert (await world.leader.patch(path, change, etag(weights))).status_code == 200
    await recomputed(world, unit)
    # 0.2·1 ÷ (0.2 + 0.2)
    assert (await proposed(world, unit))[0]["score"] == "0.5000"


async def test_a_signal_has_happened(world: World) -> None:
    company = await a_candidate(world)
    body = {"company_id": company["id"], "kind": "tender", "text": "招标"}
    future = {**body, "happened_on": str(today() + timedelta(days=1))}
    refused = problem(await world.officer.post("/company-signals", future), 422, "invalid_values")
    assert refused["errors"][0]["code"] == "date_in_future"
    signal = await world.officer.made("/company-signals", body)
    path = f"/company-signals/{signal['id']}"
    change = {"happened_on": future["happened_on"]}
    problem(await world.officer.patch(path, change, etag(signal)), 422, "invalid_values")


async def test_contributions_sum_to_the_score(world: World) -> None:
    unit, _ = await a_unit(world)
    for days in (1, 50, 100, 200, 333):
        company = await a_candidate(world)
        await signalled(world, company, "new_plant", days)
        await signalled(world, company, "penalty", days * 7 % 365)
    await recomputed(world, unit)
    for target in await proposed(world, unit):
        total = sum(Decimal(f["contribution"]) for f in target["factors"])
        assert total == Decimal(target["score"])
