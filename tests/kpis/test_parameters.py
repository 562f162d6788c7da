"""Every parameter of every metric moves its number: version 1 beside a draft, by hand."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger, maturity
from app.kpis.catalogue import METRICS
from app.models.definition_drafts import PARAMETERS
from app.models.metric_definitions import built_in
from tests.kpis.test_agreements import supplemented
from tests.kpis.test_company_lists import a_list
from tests.kpis.test_money_facts import signed_in
from tests.kpis.test_rhythm import assessed, told
from tests.routers.test_money_facts import recognised
from tests.routers.test_service_tasks import a_task, act
from tests.world import World
from tests.writes import etag
from tests.writes.agreements import in_force
from tests.writes.metric_definitions import version

NOW = f"2025-01-01..{today()}"


async def beside(world: World, metric: str, period: str = NOW, **parameters: Any) -> dict[str, Any]:
    """What the zone counts by version 1 and by a draft, by part or dimension."""
    row = await world.assessor.made("/metric-definitions", version(metric, 2020, **parameters))
    number = row["definition_version"]
    query = f"metric={metric}&versions=1&versions={number}&period={period}"
    found = await world.leader.seen(f"/version-comparisons?{query}")
    assert [column["definition_id"] for column in found["versions"]] == [
        f"{metric}@1", f"{metric}@{number}",
    ]  # fmt: skip
    return {
        " ".join(filter(None, (row["part"].removeprefix("value"), row["dimension"]))): tuple(
            f"{Decimal(value):f}".removesuffix(".0000").removesuffix(".00")
            for value in row["values"]
        )
        for row in found["items"]
    }


@pytest.fixture(autouse=True)
async def check_exact(app: FastAPI) -> AsyncIterator[None]:
    """Whatever happened, live numbers are what the facts say."""
    yield
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []


async def test_every_metric_has_a_first_version_as_built_in(world: World) -> None:
    rows = (await world.officer.seen("/metric-definitions?limit=200"))["items"]
    firsts = {row["metric"]: row for row in rows}
    assert set(firsts) == set(METRICS)
    assert set(PARAMETERS) <= set(METRICS)
    for metric, row in firsts.items():
        assert (row["definition_version"], row["status"]) == (1, "adopted"), metric
        assert row["effective_from_year"] == 1949, metric
        given = built_in(metric)
        assert row["parameters"] == given.model_dump(mode="json"), metric
        words = (given.wording("zh"), given.wording("en"))
        assert (row["wording_zh"], row["wording_en"]) == words, metric


async def test_visits_and_events(world: World) -> None:
    first, second = [(await world.company())["id"] for _ in range(2)]
    await world.visit(company_id=first, mechanism="department")
    await world.visit(company_id=first, kind="local", mechanism="stationed")
    await world.visit(company_id=second, kind="online", mechanism="leader_led")
    await world.visit(company_id=second, kind="inbound", guest_count=3, mechanism="department")
    assert await beside(world, "T02", kinds=["outbound", "online"]) == {"": ("1", "2")}
    assert await beside(world, "T03", kinds=["inbound", "online"]) == {
        "batches": ("1", "2"), "persons": ("3", "3"),
    }  # fmt: skip
    assert await beside(world, "T05", mechanisms=["leader_led", "stationed"]) == {"": ("1", "2")}
    assert await beside(world, "T09", kinds=["online"]) == {
        "inbound": ("1", "0"), "local": ("1", "0"), "online": ("1", "1"), "outbound": ("1", "0"),
    }  # fmt: skip
    lead, day = await world.lead_at("contacted"), today().isoformat()
    events = [
        await world.officer.made("/events", {"name": "会", "kind": k, "held_on": day, **more})
        for k, more in (("roadshow", {"cost_amount": "90.00"}), ("signing", {}))
    ]
    for event, relation in zip(events, ("sourced", "met"), strict=True):
        body = {"event_id": event["id"], "lead_id": lead["id"], "relation": relation}
        await world.officer.made("/event-leads", body)
    await world.lead_at("signed")
    assert await beside(world, "T04", kinds=["signing"]) == {
        "roadshow": ("1", "0"), "signing": ("1", "1"),
    }  # fmt: skip
    assert await beside(world, "T07", kinds=["signing"], relations=["met"]) == {
        "denominator": ("2", "1"), "numerator": ("1", "1"),
    }  # fmt: skip
    assert await beside(world, "T08", stage="negotiating") == {
        "numerator": ("90", "90"), "denominator": ("2", "1"),
    }  # fmt: skip


async def test_milestones_on_their_own_day(world: World) -> None:
    """Recognised today, done in 2025: a first look at a lead, signed and started."""
    lead = await world.lead(
        received_on="2025-01-01", track="construction", is_leading=True, is_flagship=True,
        direction="internal",
    )  # fmt: skip
    for step in ("contacted", "negotiating", "pre_signing", "signed", "registered", "building"):
        more = {"agreed_amount": "300000000.00"} if step == "signed" else {}
        day = "2026-01-02" if step == "building" else "2025-02-01"
        await world.ask(lead["id"], world.leader, to_stage=step, event_on=day, **more)
    await supplemented(world, lead, "7.00")
    for metric in ("Q02", "Q05", "Q12"):
        counted = await beside(world, metric, "2025", counting_date="event")
        assert counted == {"": ("0", "1")}, metric
    assert await beside(world, "Q06", "2026-01", counting_date="event") == {
        "construction": ("0", "1")
    }
    # Signed in 2025 and started in 2026; both were recognised this year.
    assert await beside(world, "Q10", counting_date="event") == {"": ("1", "0")}
    assert await beside(world, "Q01", stage="pre_signing", counting_date="event") == {
        "": ("1", "1")
    }
    assert await beside(world, "Q01", stage="completed") == {"": ("1", "0")}
    assert await beside(world, "Q11", flags=["flagship"]) == {
        "both": ("1", "0"), "flagship": ("0", "1"),
    }  # fmt: skip
    assert await beside(world, "Q03", thresholds=[100_000_000, 200_000_000]) == {
        "100000000": ("1", "1"), "200000000": ("0", "1"), "300000000": ("1", "0"),
    }  # fmt: skip
    # The supplement was signed today: it does not count before.
    assert await beside(world, "M01", "2025", counting_date="event") == {"": ("0", "300000000")}
    assert await beside(world, "M01", has_supplements=False) == {
        "": ("300000007", "300000000"),
    }  # fmt: skip
    pairs = ["negotiating>signed", "contacted>building"]
    counted = await beside(world, "R07", pairs=pairs)
    assert counted["numerator contacted>building"] == ("0", "1")
    assert counted["denominator negotiating>signed"] == ("1", "1")
    assert counted["denominator signed>registered"] == ("1", "0")


async def test_cohorts_and_losses(world: World) -> None:
    day = (today() - timedelta(days=10)).isoformat()
    await world.lead_at("registered")
    late = await world.lead_at("signed")
    await recognised(world, lead=late, amount="5.00")
    await in_force(world, late, signed_on=day, start_by=day, produce_by=day)
    assert await maturity.mature(world.app.state.db, lambda _done, _total: None) == 1
    assert await beside(world, "R01", evidence=["arrived"]) == {
        "denominator": ("2", "2"), "numerator": ("2", "1"),
    }  # fmt: skip
    assert await beside(world, "R06", grace_days=10) == {"": ("1", "1")}
    assert await beside(world, "R06", f"{day}..{day}", grace_days=10) == {"": ("1", "0")}
    for reason in ("investor_funding", "duplicate_merged"):
        lead = await world.lead_at("contacted")
        body: dict[str, Any] = {
            "kind": "terminate",
            "reason_code": reason,
            "explanation": "不再跟进",
        }
        await world.decide(await world.ask(lead["id"], **body))
    assert await beside(world, "R09", excluded_reasons=["duplicate_merged"]) == {
        "duplicate_merged": ("1", "0"), "investor_funding": ("1", "1"),
    }  # fmt: skip


async def test_lists_and_nodes(world: World) -> None:
    firm = await world.company("甲", region_code="530114")
    for kind in ("gazelle", "unicorn"):
        day = today().isoformat()
        await a_list(world, kind, today().year, "甲", published_on=day)
    await world.lead_at("signed", company_id=firm["id"])
    assert await beside(world, "Q04", list_kinds=["unicorn"]) == {
        "any": ("1", "1"), "gazelle": ("1", "0"), "unicorn": ("1", "1"),
    }  # fmt: skip
    assert await beside(world, "Q04", list_kinds=["listed"]) == {
        "any": ("1", "0"), "gazelle": ("1", "0"), "unicorn": ("1", "0"),
    }  # fmt: skip
    assert await beside(world, "Q13", list_kinds=["unicorn"]) == {
        "gazelle": ("1", "0"), "unicorn": ("0", "1"),
    }  # fmt: skip
    chain = await world.team_lead.made("/industry-chains", {"name": "链", "kind": "emerging"})
    unit = await world.combination("链", "bio", industry_chain_id=chain["id"])
    node = (await world.node(chain, "A"))["id"]
    await world.leader.made("/node-statuses", {"chain_node_id": node, "status": "weak"})
    await world.lead_at("signed", combination_id=unit["id"], chain_node_id=node)
    assert await beside(world, "R11", node_statuses=["missing"]) == {
        "denominator": ("2", "2"), "numerator": ("1", "0"),
    }  # fmt: skip


async def test_money(world: World) -> None:
    lead = await signed_in(world, "2024-12-31")
    for form, amount in (("cash", "10.00"), ("kind", "100.00")):
        more = {"currency": "USD", "form": form, "amount": amount}
        await recognised(world, "foreign_capital_use", lead=lead, used_on="2025-07-01", **more)
    assert await beside(world, "M05", forms=["cash"]) == {"": ("110", "10")}
    assert await beside(world, "M05", "today", counting_date="recognised") == {"": ("0", "110")}
    for is_in, amount in ((True, "10.00"), (False, "100.00")):
        body = {"is_in_statistics": is_in, "amount": amount, "month": "2025-07-01"}
        await recognised(world, "fixed_investment", lead=lead, **body)
    assert await beside(world, "M06", is_in_statistics=False) == {"": ("10", "110")}
    for kind, day in (("fixed", "2025-07-01"), ("working", "2026-01-01")):
        await recognised(world, lead=lead, kind=kind, arrived_on=day, amount="5.00")
    assert await beside(world, "M04", new_years=2) == {"continued": ("10", "5"), "new": ("0", "5")}
    assert await beside(world, "M03", kinds=["working"]) == {"": ("10", "5")}
    assert await beside(world, "M07", kinds=["working"]) == {"denominator": ("10", "5")}


async def test_terms_in_working_days(world: World) -> None:
    """Received on Friday 6 March 2026: working days after it are the 9th, 10th, 11th, 12th …"""
    lead = await world.lead(received_on="2026-03-06")
    await assessed(world, lead, "2026-03-12", world.officer, "follow")
    await told(world, lead, "answered", "2026-03-10", world.officer)
    await told(world, lead, "feedback", "2026-03-16", world.officer)
    due = {"denominator": ("1", "1"), "numerator": ("0", "1")}
    assert await beside(world, "P01", "2026-03", working_days=2) == due
    assert await beside(world, "P01", "2026-03-09", working_days=2) == {"denominator": ("1", "0")}
    assert await beside(world, "P02", "2026-03", working_days=4) == due
    # The 15th is a Sunday.
    assert await beside(world, "P03", "2026-03", days=9) == due
    assert await beside(world, "P03", "2026-03-16", days=9) == {
        "denominator": ("0", "1"), "numerator": ("0", "1"),
    }  # fmt: skip


async def test_days_of_grace(world: World) -> None:
    day = (today() - timedelta(days=2)).isoformat()
    visit = await world.visit(visited_on=day, next_action_on=day)
    (held,) = (await world.officer.seen(f"/follow-ups?visit_id={visit['id']}"))["items"]
    match = {"If-Match": etag(held)}
    path = f"/follow-ups/{held['id']}/completions"
    await world.officer.made(path, {"outcome": "好"}, headers=match)
    due = {"denominator": ("1", "1"), "numerator": ("0", "1")}
    assert await beside(world, "P04", grace_days=2) == due
    assert await beside(world, "P04", grace_days=1) == {"denominator": ("1", "1")}
    task = await a_task(world)  # due on Monday 9 March 2026
    await act(world.officer, "service-tasks", task, "closings", {"done_on": "2026-03-10"})
    assert await beside(world, "R15", "2026-03", grace_days=1) == due
