"""The change bridge: every reason for another number is named, and the terms add up."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from app.core.clock import today
from app.models.ledger_entries import ZONE_ID
from tests.world import Client, World, problem
from tests.writes import etag

TERMS = ["new", "reversed", "re_defined", "re_dated", "re_classified"]


async def bridge(world: World, metric: str, since: str, **more: Any) -> dict[str, Any]:
    """The bridge of the zone's number this year unless said otherwise; checked to add up."""
    client: Client = more.pop("client", world.leader)
    query = {
        "metric": metric, "period": "this_year", "scope": "zone", "scope_id": str(ZONE_ID),
        "from_at": since, **more,
    }  # fmt: skip
    found = await client.seen(f"/kpi-changes?{urlencode(query)}")
    for part in found["parts"]:
        assert [term["term"] for term in part["terms"]] == TERMS
        total = sum(Decimal(term["value"]) for term in part["terms"])
        assert total == Decimal(part["difference"])
        assert total == Decimal(part["value_now"]) - Decimal(part["value_then"])
        for term in part["terms"]:
            await check_term(world, client, term, is_distinct=metric == "T02")
    return found


async def check_term(world: World, client: Client, term: Any, *, is_distinct: bool) -> None:
    """The subjects add up to the term, the entries of each to what it adds."""
    subjects = await world.opened(term["drill"], client)
    assert len(subjects) == term["subject_count"]
    assert sum((Decimal(s["value"]) for s in subjects), Decimal(0)) == Decimal(term["value"])
    for subject in [] if is_distinct else subjects:
        rows = await world.opened(subject["drill"], client)
        assert sum(Decimal(row["quantity"]) for row in rows) == Decimal(subject["value"])


def terms(found: dict[str, Any], part: int = 0) -> dict[str, str]:
    """The terms that are not zero."""
    told = {term["term"]: term["value"] for term in found["parts"][part]["terms"]}
    return {name: value for name, value in told.items() if Decimal(value)}


async def test_new_and_reversed(world: World) -> None:
    gone = await world.visit()
    since = await world.instant()
    await world.visit()
    await world.visit()
    await world.take_back("visits", gone, world.officer)
    found = await bridge(world, "T09", since)
    assert terms(found) == {"new": "2", "reversed": "-1"}
    (part,) = found["parts"]
    assert (part["value_then"], part["value_now"], part["difference"]) == ("1", "2", "1")


async def test_what_came_and_went_in_between_is_nothing(world: World) -> None:
    since = await world.instant()
    await world.take_back("visits", await world.visit(), world.officer)
    assert terms(await bridge(world, "T09", since)) == {}
    until = await world.instant()
    await world.visit()
    assert terms(await bridge(world, "T09", since, to_at=until)) == {}


async def test_re_dated(world: World) -> None:
    visit = await world.visit()
    since = await world.instant()
    moved = {"visited_on": f"{today() - timedelta(days=40)}"}
    await world.officer.patch(f"/visits/{visit['id']}", moved, etag(visit))
    assert terms(await bridge(world, "T09", since, period="last_10d")) == {"re_dated": "-1"}
    assert terms(await bridge(world, "T09", since)) == {}


async def test_re_classified(world: World) -> None:
    """Another mechanism, and for an officer who was there as well, another scope."""
    visit = await world.visit()
    since = await world.instant()
    changes = {"mechanism": "leader_led", "participant_ids": [world.officer.id, world.stranger.id]}
    await world.officer.patch(f"/visits/{visit['id']}", changes, etag(visit))
    of_stranger = {"scope": "officer", "scope_id": world.stranger.id}
    assert terms(await bridge(world, "T09", since, **of_stranger)) == {"re_classified": "1"}
    assert terms(await bridge(world, "T05", since)) == {"new": "1"}


async def test_a_share_that_changes_hands(world: World) -> None:
    lead = await world.lead_at("signed")
    since = await world.instant()
    (step,) = (await world.leader.seen(f"/stage-transitions?lead_id={lead['id']}&to_stage=signed"))[
        "items"
    ]
    await world.take_back("stage-transitions", step, await world.account("leader", "bureau"))
    assert terms(await bridge(world, "M01", since)) == {"reversed": "-200000000.00"}
    both = (world.officer, "lead_negotiator", "60.00"), (world.stranger, "supporter", "40.00")
    await world.members(lead["id"], *both)
    await world.ask(lead["id"], world.leader, to_stage="signed", agreed_amount="100.00")
    assert terms(await bridge(world, "M01", since)) == {"re_classified": "-199999900.00"}
    of_stranger = {"scope": "officer", "scope_id": world.stranger.id}
    assert terms(await bridge(world, "Q02", since, **of_stranger)) == {"re_classified": "0.4000"}


async def test_the_companies_of_a_distinct_count(world: World) -> None:
    company = (await world.company())["id"]
    visit = await world.visit(company_id=company)
    since = await world.instant()
    await world.visit(company_id=company)
    assert terms(await bridge(world, "T02", since)) == {}
    await world.visit()
    assert terms(await bridge(world, "T02", since)) == {"new": "1"}
    moved = {"visited_on": f"{today() - timedelta(days=40)}"}
    await world.officer.patch(f"/visits/{visit['id']}", moved, etag(visit))
    of_old = {"period": f"{today() - timedelta(days=50)}..{today() - timedelta(days=30)}"}
    assert terms(await bridge(world, "T02", since, **of_old)) == {"new": "1"}


async def test_both_sides_of_a_ratio(world: World) -> None:
    lead = await world.lead_at("negotiating")
    since = await world.instant()
    await world.lead_at("negotiating")
    for stage in ("pre_signing", "signed"):
        more = {"agreed_amount": "1.00"} if stage == "signed" else {}
        await world.ask(lead["id"], world.leader, to_stage=stage, **more)
    found = await bridge(world, "R07", since)
    assert [part["part"] for part in found["parts"]] == ["numerator", "denominator"]
    assert (terms(found), terms(found, 1)) == ({"new": "1"}, {"new": "1"})


async def test_the_same_numbers_as_the_summary(world: World) -> None:
    lead = await world.lead_at("signed")
    visit = await world.visit(lead_id=lead["id"])
    since = await world.instant()
    await world.officer.patch(f"/visits/{visit['id']}", {"kind": "local"}, etag(visit))
    await world.visit(kind="inbound", guest_count=3)
    then = await world.kpis("zone", f"period=this_year&as_of={since}")
    now = await world.kpis("zone", "period=this_year")
    for metric, value in now[str(ZONE_ID)].items():
        parts = (await bridge(world, metric, since))["parts"]
        names = ("value",) if len(parts) == 1 else ("numerator", "denominator")
        for name, part in zip(names, parts, strict=True):
            assert part["value_now"] == value[name], metric
            assert part["value_then"] == then[str(ZONE_ID)][metric][name], metric


async def test_nobody_sees_the_change_of_what_is_hidden(world: World) -> None:
    since = await world.instant()
    await world.visit()
    of_officer = {"scope": "officer", "scope_id": world.officer.id}
    assert terms(await bridge(world, "T09", since, client=world.officer, **of_officer)) == {
        "new": "1"
    }
    for client in (world.stranger, world.other_lead):
        assert terms(await bridge(world, "T09", since, client=client, **of_officer)) == {}
        assert terms(await bridge(world, "T09", since, client=client)) == {}


async def test_what_cannot_be_asked(world: World) -> None:
    base = f"/kpi-changes?period=this_year&scope=zone&scope_id={ZONE_ID}"
    for query, code in (
        ("metric=T99&from_at=2026-01-01T00:00:00Z", "unknown_name"),
        ("metric=T09&from_at=2026-02-01T00:00:00Z&to_at=2026-01-01T00:00:00Z", "from_after_to"),
        ("metric=T09&from_at=2026-01-01T00:00:00Z&to_at=2199-01-01T00:00:00Z", "date_in_future"),
    ):
        refused = problem(await world.leader.get(f"{base}&{query}"), 422, "invalid_values")
        assert refused["errors"][0]["code"] == code
