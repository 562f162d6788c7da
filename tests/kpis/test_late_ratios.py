"""Ratios around a locked month: each month divides its own subjects, longer periods follow them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from app.kpis import ledger, rollup
from app.kpis.metrics import Family
from app.models.ledger_entries import ZONE_ID
from tests.assessment import card_of, computed, item, measure, published, scheme
from tests.kpis.test_changes import bridge, terms
from tests.kpis.test_rollup import migration
from tests.routers.periods import BEFORE, LAST, THIS, check_exact, locked
from tests.routers.test_money_facts import recognised
from tests.world import World
from tests.writes import etag

SIGNED_ON = LAST + timedelta(days=14)
M, N, BOTH = f"{LAST:%Y-%m}", f"{THIS:%Y-%m}", f"{LAST:%Y-%m}..{THIS:%Y-%m}"
Sides = tuple[str, str, str | None]


async def sides(world: World, metric: str, period: str, subject: str = "") -> Sides:
    """Numerator, denominator and value, the zone's unless an officer is named; drilled."""
    subject = subject or str(ZONE_ID)
    scope = "zone" if subject == str(ZONE_ID) else "officers"
    values = (await world.kpis(scope, f"period={period}&metrics={metric}"))[subject]
    await world.check_drill(values[metric])
    return values[metric]["numerator"], values[metric]["denominator"], values[metric]["value"]


async def signed(world: World, day: date = SIGNED_ON) -> Any:
    """A lead of 2 亿元 whose signing was recognised in the month that is to be locked."""
    lead = await world.lead_at("signed")
    await world.database.execute(
        "UPDATE stage_transitions SET recognised_at = $1 WHERE lead_id = $2",
        datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        UUID(lead["id"]),
    )
    async with world.app.state.db.transaction() as session:
        await ledger.post(session, Family.lead, UUID(lead["id"]))
    return lead


async def a_locked_cohort(world: World) -> tuple[list[Any], Any]:
    """Two of the locked month, one of this month."""
    before = [await signed(world), await signed(world)]
    period = await locked(world)
    await world.lead_at("registered")
    assert await sides(world, "R02", M) == ("0.0000", "2.0000", "0.0000")
    return before, period


async def test_a_late_outcome_is_of_the_periods_that_hold_its_cohort(
    world: World, app: FastAPI
) -> None:
    (lead, _), _ = await a_locked_cohort(world)
    before = await world.instant()
    await world.move(lead["id"], "registered")
    for _ in range(2):
        assert await sides(world, "R02", M) == ("0.0000", "2.0000", "0.0000")
        assert await sides(world, "R02", N) == ("1.0000", "1.0000", "1.0000")
        assert await sides(world, "R02", N, world.officer.id) == ("1.0000", "1.0000", "1.0000")
        assert await sides(world, "R02", BOTH) == ("2.0000", "3.0000", "0.6667")
        assert await sides(world, "R02", BOTH, world.officer.id) == ("2.0000", "3.0000", "0.6667")
        # Days beside months: the signing's own day decides, not its month.
        of_all = f"{SIGNED_ON}..{THIS + timedelta(days=27)}"
        assert await sides(world, "R02", of_all) == ("2.0000", "3.0000", "0.6667")
        after = f"{SIGNED_ON + timedelta(days=1)}..{THIS + timedelta(days=27)}"
        assert await sides(world, "R02", after) == ("1.0000", "1.0000", "1.0000")
        # What is not a rate goes on falling into the open month.
        (counts,) = (await world.kpis("zone", f"period={N}&metrics=Q05")).values()
        assert counts["Q05"]["value"] == "2.0000"
        await rollup.fold_all(app.state.db)
    assert await sides(world, "R02", f"{BOTH}&as_of={before}") == ("1.0000", "3.0000", "0.3333")
    assert await sides(world, "R02", f"{N}&as_of={before}") == ("1.0000", "1.0000", "1.0000")
    now = await world.instant()
    assert await sides(world, "R02", f"{N}&as_of={now}") == ("1.0000", "1.0000", "1.0000")
    assert await sides(world, "R02", f"{BOTH}&as_of={now}") == ("2.0000", "3.0000", "0.6667")
    by = "&mechanism=department"
    assert await sides(world, "R02", N + by) == ("1.0000", "1.0000", "1.0000")
    assert await sides(world, "R02", f"{N}&mechanism=leader_led") == ("0.0000", "0.0000", None)
    await check_exact(app)


async def test_the_bridge_goes_by_the_same_rule(world: World) -> None:
    (lead, _), _ = await a_locked_cohort(world)
    since = await world.instant()
    await world.move(lead["id"], "registered")
    assert terms(await bridge(world, "R02", since, period=M)) == {}
    assert terms(await bridge(world, "R02", since, period=N)) == {}
    assert terms(await bridge(world, "R02", since, period=BOTH)) == {"new": "1.0000"}


async def test_a_signing_taken_out_of_a_locked_month(world: World, app: FastAPI) -> None:
    """Neither month goes negative: what is gone is missing where both are counted."""
    (_, gone), _ = await a_locked_cohort(world)
    query = f"/stage-transitions?lead_id={gone['id']}&to_stage=signed"
    (step,) = (await world.leader.seen(query))["items"]
    await world.take_back("stage-transitions", step, await world.account("leader", "bureau"))
    assert await sides(world, "R02", M) == ("0.0000", "2.0000", "0.0000")
    assert await sides(world, "R02", N) == ("1.0000", "1.0000", "1.0000")
    assert await sides(world, "R02", BOTH) == ("1.0000", "2.0000", "0.5000")
    await check_exact(app)


async def test_money_counts_now_and_its_rate_with_its_cohort(world: World, app: FastAPI) -> None:
    (lead, _), _ = await a_locked_cohort(world)
    await recognised(world, lead=lead, amount="100000000.00")
    (money,) = (await world.kpis("zone", f"period={N}&metrics=M02")).values()
    assert money["M02"]["value"] == "100000000.00"
    assert await sides(world, "R05", N) == ("0.00", "200000000.00", "0.0000")
    assert await sides(world, "R05", BOTH) == ("100000000.00", "600000000.00", "0.1667")
    assert await sides(world, "R01", N) == ("1.0000", "1.0000", "1.0000")
    assert await sides(world, "R01", BOTH) == ("2.0000", "3.0000", "0.6667")
    await check_exact(app)


async def test_entries_of_a_lead_received_before_the_lock(world: World, app: FastAPI) -> None:
    """P07: one of ten; three more, and another day of receiving, are typed after the lock."""
    lead = await world.lead(received_on=f"{SIGNED_ON}")
    await locked(world)
    own = await world.lead()
    assert await sides(world, "P07", N) == ("1", "10", "0.1000")
    body = {"industry_code": "C2710", "track": "opening", "expected_jobs": 0}
    reply = await world.officer.patch(f"/leads/{lead['id']}", body, etag(lead))
    assert reply.status_code == 200, reply.text
    assert await sides(world, "P07", M) == ("1", "10", "0.1000")
    assert await sides(world, "P07", N) == ("1", "10", "0.1000")
    assert await sides(world, "P07", BOTH) == ("5", "20", "0.2500")
    reply = await world.officer.patch(f"/leads/{own['id']}", {"track": "opening"}, etag(own))
    assert reply.status_code == 200, reply.text
    assert await sides(world, "P07", N) == ("2", "10", "0.2000")
    await check_exact(app)


async def test_a_month_is_locked_with_the_rates_that_it_answers(world: World, app: FastAPI) -> None:
    """An outcome of an older locked month, told in one that is locked in turn."""
    lead = await signed(world, SIGNED_ON - timedelta(days=31))
    await locked(world, BEFORE)
    await world.move(lead["id"], "registered")
    await _as_if_told_on(world, SIGNED_ON)
    period = await locked(world)
    kept = await world.opened(f"/period-snapshots?period_id={period['id']}&scope=zone")
    assert kept == []
    assert await sides(world, "R02", M) == ("0.0000", "0.0000", None)
    then = f"{BEFORE:%Y-%m}..{M}"
    assert await sides(world, "R02", then) == ("1.0000", "1.0000", "1.0000")
    await check_exact(app)


async def test_months_locked_before_the_rule_keep_their_numbers(world: World, app: FastAPI) -> None:
    """As the version before posted: one late outcome in a month locked since, one in this month."""
    told, telling = [await signed(world, SIGNED_ON - timedelta(days=31)) for _ in range(2)]
    await locked(world, BEFORE)
    await world.move(told["id"], "registered")
    await _unguarded(world, "UPDATE ledger_entries SET subject_on = NULL")
    await _as_if_told_on(world, SIGNED_ON)
    await locked(world)
    await world.move(telling["id"], "registered")
    await _unguarded(world, "UPDATE ledger_entries SET subject_on = NULL")
    assert await sides(world, "R02", N) == ("1.0000", "0.0000", None)
    await _unguarded(world, migration("0032_subjects_of_ratios")._MARK)
    assert await sides(world, "R02", M) == ("1.0000", "0.0000", None)
    assert await sides(world, "R02", N) == ("0.0000", "0.0000", None)
    of_all = f"{BEFORE:%Y-%m}..{N}"
    assert await sides(world, "R02", of_all) == ("2.0000", "2.0000", "1.0000")
    (counts,) = (await world.kpis("zone", f"period={N}&metrics=Q05")).values()
    assert counts["Q05"]["value"] == "2.0000"
    await check_exact(app)


async def _unguarded(world: World, statement: str, *values: Any) -> None:
    async with world.database.transaction():
        await world.database.execute("SET LOCAL session_replication_role = replica")
        await world.database.execute(statement, *values)


async def _as_if_told_on(world: World, day: date) -> None:
    """No clock is turned back: the late entries themselves are moved."""
    late = "UPDATE ledger_entries SET counted_on = $1 WHERE adjusts_period IS NOT NULL"
    await _unguarded(world, late, day)
    async with world.app.state.db.transaction() as session:
        await rollup.rebuild(session)


# Points of a hundred, and registered leads behind them; a card's year begins in January.
CARDS = {N: ("125.00", 1)}
if LAST.year == THIS.year:
    CARDS |= {M: ("0.00", 0), f"{THIS.year}": ("83.33", 2)}


async def test_targets_and_cards_go_by_it(world: World) -> None:
    """R02 against 80 %: 1 of 1 this month; 2 of 3 with the one before it, which alone has none."""
    (lead, _), _ = await a_locked_cohort(world)
    await world.move(lead["id"], "registered")
    target = {"metric": "R02", "year": THIS.year, "value": "0.8000", "scope": "officer"}
    await world.leader.made("/kpi-targets", {**target, "scope_id": world.officer.id})
    path = f"/kpi-attainments?scope=officer&period={THIS.year}-01..{N}"
    ((value,),) = [row["values"] for row in (await world.officer.seen(path))["items"]]
    points, _ = CARDS.get(f"{THIS.year}", CARDS[N])
    assert Decimal(value["attainment"]) * 100 == Decimal(points)
    items = [item("注册率", "100", {"rule": "ratio_capped", "cap": "2"}, measure("R02", "0.8"))]
    made = await published(world, scheme(world.officer, total_points="100", items=items))
    for period, told in CARDS.items():
        card = await card_of(world, await computed(world, made, period=period), world.officer)
        (line,) = card["snapshot"]["lines"]
        rows = await world.opened(line["measures"][0]["drill"], world.assessor)
        tops = sum(Decimal(row["quantity"]) for row in rows if row["part"] == "numerator")
        assert (card["total"], tops) == told, period


async def test_a_units_own_page_goes_by_it(world: World) -> None:
    chain = await world.team_lead.made("/industry-chains", {"name": "医药", "kind": "emerging"})
    unit = await world.combination("医药", "bio", industry_chain_id=chain["id"])
    lead = await world.lead(combination_id=unit["id"], received_on=f"{SIGNED_ON}")
    await locked(world)
    reply = await world.officer.patch(f"/leads/{lead['id']}", {"track": "opening"}, etag(lead))
    assert reply.status_code == 200, reply.text
    for period, told in ((N, ("0", "0", None)), (BOTH, ("3", "10", "0.3000"))):
        page = await world.leader.seen(f"/combinations/{unit['id']}/results?period={period}")
        (value,) = [value for value in page["values"] if value["metric"] == "P07"]
        assert (value["numerator"], value["denominator"], value["value"]) == told
        await world.check_drill({**value, "breakdown": []})
