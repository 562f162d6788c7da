"""Targets: who is proposed, scores by hand, decisions, leads, and the report on factors."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag
from tests.writes.targets import a_candidate, a_unit, proposed, recomputed

WHY = {"decision": "dismiss", "dismissal": "too_small", "comment": "规模不足"}


async def signalled(world: World, company: Any, kind: str, days: int) -> Any:
    happened_on = str(today() - timedelta(days=days))
    body = {"company_id": company["id"], "kind": kind, "happened_on": happened_on, "text": kind}
    return await world.officer.made("/company-signals", body)


async def listed(world: World, company: Any, kind: str = "gazelle") -> None:
    data = {"name": f"榜单{kind}", "year": str(today().year), "kind": kind}
    files = {"file": ("list.csv", f"企业名称\n{company['name']}\n".encode())}
    reply = await world.team_lead.post("/company-list-imports", data=data, files=files)
    assert reply.status_code == 201, reply.text


async def decided(world: World, target: Any, **body: Any) -> Any:
    headers = {"If-Match": etag(target)}
    return await world.officer.post(f"/targets/{target['id']}/decisions", body, headers=headers)


async def led(world: World, target: Any, **body: Any) -> Any:
    headers = {"If-Match": etag(target)}
    return await world.officer.post(f"/targets/{target['id']}/leads", body, headers=headers)


def factors(target: Any, *names: str) -> dict[str, tuple[Any, ...]]:
    return {f["factor"]: tuple(f[name] for name in names) for f in target["factors"]}


async def signed_at_last(world: World, lead: Any) -> None:
    await world.officer.patch(f"/leads/{lead['id']}", {"track": "opening"}, etag(lead))
    for stage in ("contacted", "negotiating", "pre_signing", "signed"):
        extra = {"agreed_amount": "1.00"} if stage == "signed" else {}
        await world.ask(lead["id"], world.leader, to_stage=stage, **extra)


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


async def not_local(world: World, _nodes: Any) -> str:
    return (await a_candidate(world, region_code="530114"))["id"]


async def not_there(world: World, nodes: Any) -> str:
    company = await a_candidate(world)
    body = {"chain_node_id": nodes["B"]["id"], "company_id": company["id"], "local_share": "0.1"}
    await world.officer.made("/node-presences", body)
    return company["id"]


async def not_signed(world: World, _nodes: Any) -> str:
    company = await a_candidate(world)
    await world.lead_at("signed", company_id=company["id"])
    return company["id"]


async def not_of_another_industry(world: World, _nodes: Any) -> str:
    return (await a_candidate(world, industry_code="C26"))["id"]


async def not_removed(world: World, _nodes: Any) -> str:
    company = await a_candidate(world)
    await world.officer.delete(f"/companies/{company['id']}", etag(company))
    return company["id"]


@pytest.mark.parametrize(
    "other", [not_local, not_there, not_signed, not_of_another_industry, not_removed]
)
async def test_who_is_no_candidate(world: World, other: Any) -> None:
    unit, nodes = await a_unit(world)
    company, absent = await a_candidate(world), await other(world, nodes)
    await recomputed(world, unit)
    assert absent
    assert [t["company_id"] for t in await proposed(world, unit)] == [company["id"]]


async def test_repeating_a_run_changes_nothing(world: World) -> None:
    unit, _ = await a_unit(world)
    for _ in range(3):
        await a_candidate(world)
    await recomputed(world, unit)
    before = await proposed(world, unit)
    run = await recomputed(world, unit)
    assert (run["unchanged_count"], run["created_count"], run["changed_count"]) == (3, 0, 0)
    assert await proposed(world, unit) == before


async def test_equal_scores_are_in_the_order_of_ids_and_the_best_are_kept(world: World) -> None:
    unit, _ = await a_unit(world)
    companies = sorted([(await a_candidate(world))["id"] for _ in range(4)])
    run = await recomputed(world, unit, per_node=2)
    assert (run["candidate_count"], run["created_count"]) == (4, 2)
    assert {t["company_id"] for t in await proposed(world, unit)} == set(companies[:2])


async def test_a_run_keeps_what_was_decided_and_writes_new_scores(world: World) -> None:
    unit, _ = await a_unit(world)
    company = await a_candidate(world)
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    assert (await decided(world, target, decision="accept")).status_code == 201
    await signalled(world, company, "penalty", 0)
    run = await recomputed(world, unit)
    assert (run["changed_count"], run["created_count"]) == (1, 0)
    (after,) = await proposed(world, unit)
    assert (after["id"], after["status"], after["version"]) == (target["id"], "accepted", 3)
    # 0.35·1 ÷ (0.35 + 0.05)
    assert (after["score"], after["confidence"]) == ("0.8750", "0.4000")
    assert after["scored_at"] > target["scored_at"]


async def test_who_is_no_candidate_any_more_is_told_apart(world: World) -> None:
    unit, _ = await a_unit(world)
    company = await a_candidate(world)
    await recomputed(world, unit)
    await world.officer.patch(f"/companies/{company['id']}", {"region_code": "530102"}, '"v1"')
    assert (await recomputed(world, unit))["dropped_count"] == 1
    (target,) = await proposed(world, unit)
    assert (target["is_current"], target["status"]) == (False, "proposed")
    assert await proposed(world, unit, "&is_current=true") == []


async def test_a_dismissed_target_takes_nobody_s_place(world: World) -> None:
    unit, _ = await a_unit(world)
    first, second = sorted([(await a_candidate(world))["id"] for _ in range(2)])
    await recomputed(world, unit, per_node=1)
    (target,) = await proposed(world, unit)
    assert (await decided(world, target, **WHY)).status_code == 201
    await recomputed(world, unit, per_node=1)
    found = {t["company_id"]: t["status"] for t in await proposed(world, unit)}
    assert found == {first: "dismissed", second: "proposed"}


async def test_two_runs_at_once_make_one_set(world: World) -> None:
    unit, _ = await a_unit(world)
    for _ in range(5):
        await a_candidate(world)
    runs = await asyncio.gather(*(recomputed(world, unit) for _ in range(4)))
    assert sorted(run["created_count"] for run in runs) == [0, 0, 0, 5]


async def test_a_unit_without_a_chain_proposes_nobody(world: World) -> None:
    unit = await world.combination("空单元")
    body = {"combination_id": unit["id"]}
    refused = problem(
        await world.leader.post("/target-recomputations", body), 422, "invalid_values"
    )
    assert refused["errors"][0]["code"] == "combination_without_chain"


async def a_target(world: World) -> Any:
    unit, _ = await a_unit(world)
    await a_candidate(world)
    await recomputed(world, unit)
    (target,) = await proposed(world, unit)
    return target


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        (["accept", "contact", "dismiss", "reopen", "accept"], "accept"),
        (["contact"], "accept"),
        (["dismiss"], "contact"),
        ([], "reopen"),
    ],
)
async def test_the_way_of_a_target(world: World, steps: Sequence[str], refused: str) -> None:
    target = await a_target(world)
    after = {"accept": "accepted", "contact": "contacting", "dismiss": "dismissed",
             "reopen": "proposed"}  # fmt: skip
    for step in steps:
        body = WHY if step == "dismiss" else {"decision": step}
        target = (await decided(world, target, **body)).json()
        assert target["status"] == after[step]
        assert target["decided_by_id"] == world.officer.id
        assert target["dismissal"] == body.get("dismissal")
    problem(await decided(world, target, decision=refused), 409, "target_status")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "dismiss", "comment": "x"}, "/dismissal"),
        ({"decision": "dismiss", "dismissal": "other"}, "/comment"),
        ({"decision": "accept", "dismissal": "other"}, "/dismissal"),
    ],
)
async def test_a_dismissal_alone_has_a_reason(world: World, body: Any, pointer: str) -> None:
    refused = problem(await decided(world, await a_target(world), **body), 422, "invalid_values")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_a_target_becomes_a_lead_in_one_call(world: World) -> None:
    target = await a_target(world)
    reply = await led(world, target)
    lead = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (201, f"/api/v1/leads/{lead['id']}")
    company = await world.officer.seen(f"/companies/{target['company_id']}")
    assert {name: lead[name] for name in (
        "company_id", "combination_id", "chain_node_id", "industry_code", "source_region_code",
        "owner_id", "stage", "name")} == {
        "company_id": company["id"],
        "combination_id": target["combination_id"],
        "chain_node_id": target["chain_node_id"],
        "industry_code": "C2710",
        "source_region_code": "310115",
        "owner_id": world.officer.id,
        "stage": "identified",
        "name": f"{company['name']} 环节B",
    }  # fmt: skip
    path = f"/targets/{target['id']}"
    after = await world.officer.seen(path)
    assert (after["status"], after["lead_id"], after["is_signed"]) == (
        "converted", lead["id"], False,
    )  # fmt: skip
    assert (await world.stranger.seen(path))["lead_id"] is None
    problem(await led(world, after), 409, "target_status")


async def test_of_fifty_conversions_one_makes_a_lead(world: World) -> None:
    target = await a_target(world)
    replies = await asyncio.gather(*(led(world, target) for _ in range(50)))
    statuses = sorted(reply.status_code for reply in replies)
    assert (statuses[0], set(statuses[1:])) == (201, {412})
    assert len((await world.officer.seen("/leads"))["items"]) == 1


async def test_a_lead_like_it_holds_the_conversion_up(world: World) -> None:
    target = await a_target(world)
    await world.lead(
        company_id=target["company_id"], name="原料药项目", industry_code="C2710",
        source_region_code="310115",
    )  # fmt: skip
    problem(await led(world, target, name="原料药项目"), 409, "possible_duplicate")
    assert (await world.officer.seen(f"/targets/{target['id']}"))["status"] == "proposed"


async def test_a_lead_that_is_signed_later_marks_the_target(world: World) -> None:
    target = await a_target(world)
    lead = (await led(world, target)).json()
    await signed_at_last(world, lead)
    assert (await world.officer.seen(f"/targets/{target['id']}"))["is_signed"] is True


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


async def test_the_report_says_which_factor_misled(world: World) -> None:
    """Signed: a penalty of yesterday. Dismissed: one of long ago, and a fresh signal."""
    unit, _ = await a_unit(world)
    signed, dismissed = await a_candidate(world), await a_candidate(world)
    await signalled(world, signed, "penalty", 0)
    await signalled(world, dismissed, "penalty", 365)
    await recomputed(world, unit)
    found = {target["company_id"]: target for target in await proposed(world, unit)}
    await decided(world, found[dismissed["id"]], **WHY)
    lead = (await led(world, found[signed["id"]])).json()
    path = f"/target-factor-report?period={today().year}&combination_id={unit['id']}"
    assert (await world.leader.seen(path))["signed_count"] == 0
    await signed_at_last(world, lead)
    report = await world.leader.seen(path)
    assert (report["signed_count"], report["dismissed_count"]) == (1, 1)
    rows = {row.pop("factor"): row for row in report["factors"]}
    # Contributions: 0.05·0/0.4 = 0 and 0.05·1/0.4 = 0.125; gap: 0.35/0.4 = 0.875 of both.
    assert rows["compliance"] == {
        "signed_count": 1, "dismissed_count": 1, "mean_signed": "0.0000",
        "mean_dismissed": "0.1250", "lift": "-0.1250", "separation": "0.0000",
        "is_misleading": True,
    }  # fmt: skip
    gap = rows["gap"]
    assert (gap["lift"], gap["separation"], gap["is_misleading"]) == ("0.0000", "0.5000", False)
    assert rows["mobility"]["separation"] is None
    other = f"/target-factor-report?period={today().year - 1}"
    assert (await world.leader.seen(other))["dismissed_count"] == 0


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
