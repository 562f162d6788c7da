"""Q02, Q03, M01, R07 in a small zone: shares, remainders, currencies, dates, all by hand."""

from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from tests.world import World
from tests.writes import etag

YEAR = "period=this_year"
USD: dict[str, Any] = {
    "currency": "USD",
    "exchange_rate": "7.12345678",
    "rate_on": today().isoformat(),
}


async def numbers(world: World, metric: str, query: str = YEAR) -> dict[str, str]:
    """One number of everybody who has any, each checked against its rows."""
    names = {getattr(world, n).id: n for n in ("officer", "colleague", "team_lead", "stranger")}
    names |= {str(team_id): name for name, team_id in world.teams.items()}
    found = {}
    for scope in ("officers", "teams", "zone"):
        for subject, values in (await world.kpis(scope, f"{query}&metrics={metric}")).items():
            value = values[metric]
            if value["value"] is None or Decimal(value["value"]) == 0:
                continue
            found[names.get(subject, "zone")] = value["value"]
            if "as_of" not in query:
                await world.check_drill(value)
    return found


async def zone(world: World, metrics: str) -> dict[str, Any]:
    return next(iter((await world.kpis("zone", f"{YEAR}&metrics={metrics}")).values()))


async def shared_signing(world: World, amount: str = "100000000.01") -> Any:
    """A lead of two officers of bio and one of metal, a third each, signed."""
    lead = await world.lead_at("pre_signing")
    await world.members(
        lead["id"],
        (world.officer, "first_contact", "33.33"),
        (world.colleague, "lead_negotiator", "33.33"),
        (world.stranger, "supporter", "33.34"),
        (world.team_lead, "steward", "0.00"),
    )
    return await world.move(lead["id"], "signed", agreed_amount=amount)


SHARES = {
    "officer": "0.3333",
    "colleague": "0.3333",
    "stranger": "0.3334",
    "bio": "0.6666",
    "metal": "0.3334",
    "bureau": "1.0000",
    "zone": "1.0000",
}


async def test_a_signing_shared_by_two_teams(world: World) -> None:
    step = await shared_signing(world)
    assert [(c["role"], c["share"]) for c in step["credits"]] == [
        ("first_contact", "33.33"),
        ("lead_negotiator", "33.33"),
        ("supporter", "33.34"),
        ("steward", "0.00"),
    ]
    assert await numbers(world, "Q02") == SHARES
    assert await numbers(world, "Q03") == SHARES
    assert await numbers(world, "M01") == {
        "officer": "33330000.00",  # 33330000.003333 cut to the fen
        "colleague": "33330000.00",
        "stranger": "33340000.01",  # the rest
        "bio": "66660000.00",
        "metal": "33340000.01",
        "bureau": "100000000.01",
        "zone": "100000000.01",
    }


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("0.01", ["0.00", "0.00", "0.01"]),
        ("0.04", ["0.01", "0.01", "0.02"]),
        ("100.00", ["33.33", "33.33", "33.34"]),
        ("99999999999999.99", ["33329999999999.99", "33329999999999.99", "33340000000000.01"]),
    ],
)
async def test_no_fen_is_lost(world: World, amount: str, parts: list[str]) -> None:
    await shared_signing(world, amount)
    found = await numbers(world, "M01")
    assert [found.get(n, "0.00") for n in ("officer", "colleague", "stranger")] == parts
    assert found["zone"] == amount


async def test_thresholds(world: World) -> None:
    for amount in ("99999999.99", "100000000.00", "1000000000.00"):
        await world.lead_at("signed", agreed_amount=amount)
    values = await zone(world, "Q03,Q02")
    assert (values["Q02"]["value"], values["Q03"]["value"]) == ("3.0000", "2.0000")
    assert {part["dimension"]: part["value"] for part in values["Q03"]["breakdown"]} == {
        "100000000": "2.0000",
        "300000000": "1.0000",
        "500000000": "1.0000",
        "1000000000": "1.0000",
    }


async def test_a_signing_in_foreign_currency_counts_in_yuan(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    step = await world.move(lead["id"], "signed", agreed_amount="50000000.00", **USD)
    assert step["agreed_amount_cny"] == "356172839.00"
    assert (await numbers(world, "M01"))["zone"] == "356172839.00"
    values = await zone(world, "Q03")
    assert [part["dimension"] for part in values["Q03"]["breakdown"]] == ["100000000", "300000000"]


async def test_members_after_the_signing_change_no_credit(world: World) -> None:
    step = await shared_signing(world)
    await world.members(step["lead_id"], (world.team_lead, "lead_negotiator", None))
    await world.move(step["lead_id"], "registered", world.team_lead)
    assert await numbers(world, "Q02") == SHARES
    again = await world.officer.get(f"/stage-transitions/{step['id']}")
    assert again.status_code in {200, 404}


async def test_a_move_to_another_team_changes_no_credit(world: World) -> None:
    await shared_signing(world)
    officer = await world.system_admin.seen(f"/officers/{world.officer.id}")
    body = {"team_id": str(world.teams["metal"])}
    await world.system_admin.patch(f"/officers/{officer['id']}", body, etag(officer))
    assert await numbers(world, "Q02") == SHARES


async def test_a_reversed_signing_is_taken_back_and_can_be_made_again(world: World) -> None:
    step = await shared_signing(world)
    before = await world.instant()
    await world.take_back("stage-transitions", step)
    after = await world.instant()
    assert await numbers(world, "Q02") == {}
    assert await numbers(world, "M01") == {}
    assert await numbers(world, "Q02", f"{YEAR}&as_of={before}") == SHARES
    assert await numbers(world, "Q02", f"{YEAR}&as_of={after}") == {}
    await world.move(step["lead_id"], "signed", agreed_amount="1.00")
    assert await numbers(world, "Q02") == SHARES
    assert await numbers(world, "Q03") == {}


async def test_a_terminated_lead_keeps_its_signing(world: World) -> None:
    step = await shared_signing(world)
    end: dict[str, Any] = {
        "kind": "terminate",
        "reason_code": "start_overdue",
        "explanation": "逾期未开工",
    }
    await world.decide(await world.ask(step["lead_id"], **end))
    assert await numbers(world, "Q02") == SHARES


async def test_a_request_counts_nothing_before_it_is_recognised(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    step = await world.ask(lead["id"], to_stage="signed", agreed_amount="1.00")
    assert await numbers(world, "Q02") == {}
    await world.decide(step, "reject")
    assert await numbers(world, "Q02") == {}


async def test_conversion_by_owner(world: World) -> None:
    for stage in ("signed", "negotiating", "pre_signing"):
        await world.lead_at(stage)
    for stage in ("registered", "contacted"):
        await world.lead_at(stage, client=world.stranger)
    assert await numbers(world, "R07") == {
        "officer": "0.3333",
        "stranger": "1.0000",
        "bio": "0.3333",
        "metal": "1.0000",
        "bureau": "0.5000",
        "zone": "0.5000",
    }
    rate = (await zone(world, "R07"))["R07"]
    assert (rate["numerator"], rate["denominator"], rate["reason"]) == ("2", "4", None)
    assert {p["dimension"]: (p["numerator"], p["denominator"]) for p in rate["breakdown"]} == {
        "contacted>negotiating": ("4", "5"),
        "negotiating>pre_signing": ("3", "4"),
        "negotiating>signed": ("2", "4"),
        "pre_signing>signed": ("2", "3"),
        "signed>registered": ("1", "2"),
        "registered>producing": ("0", "1"),
    }


async def test_a_ratio_of_nothing_has_no_value(world: World) -> None:
    rate = (await zone(world, "R07"))["R07"]
    assert (rate["value"], rate["denominator"], rate["reason"]) == (None, "0", "denominator_zero")


async def test_a_reversed_signing_lowers_the_conversion(world: World) -> None:
    lead = await world.lead_at("pre_signing")
    step = await world.move(lead["id"], "signed", agreed_amount="1.00")
    assert (await numbers(world, "R07"))["zone"] == "1.0000"
    await world.take_back("stage-transitions", step)
    rate = (await zone(world, "R07"))["R07"]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == ("0.0000", "0", "1")


@pytest.mark.parametrize(
    ("recognised_at", "day"),
    [("2025-06-15T15:59:59Z", "2025-06-15"), ("2025-06-15T16:00:00Z", "2025-06-16")],
)
async def test_it_counts_on_the_day_of_recognition_in_our_zone(
    world: World, app: FastAPI, recognised_at: str, day: str
) -> None:
    step = await shared_signing(world)
    await world.database.execute(
        "UPDATE stage_transitions SET recognised_at = $1::text::timestamptz WHERE id = $2",
        recognised_at, step["id"],
    )  # fmt: skip
    async with app.state.db.transaction() as session:
        assert await ledger.rebuild(session) > 0
    assert await numbers(world, "Q02") == {}
    assert await numbers(world, "Q02", f"period={day}") == SHARES
