"""Agreements: complete before they come into force, one at a time, by somebody else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag
from tests.writes.agreements import decided, draft, in_force, parties
from tests.writes.evidence import attached

TOMORROW = (today() + timedelta(days=1)).isoformat()


def faults(response: Any, status: int, code: str) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in problem(response, status, code)["errors"]]


async def bare(world: World, lead: Any, kind: str = "investment", **more: Any) -> Any:
    """A draft with nothing but its head."""
    body = {"lead_id": lead["id"], "kind": kind, "number": "1", "signed_on": "2026-01-10"}
    return await world.officer.made("/agreements", body | more)


async def test_a_complete_draft_comes_into_force(world: World) -> None:
    done = await in_force(world, await world.lead())
    assert (done["status"], done["recognised_by_id"]) == ("active", world.leader.id)
    assert (done["amount"], done["amount_cny"]) == ("200000000.00", "200000000.00")
    assert [party["role"] for party in done["parties"]] == ["zone", "investor"]


@pytest.mark.parametrize(
    ("kind", "track", "missing"),
    [
        ("framework", None, []),
        ("investment", None, ["/amount", "/produce_by", "/start_by"]),
        ("investment", "opening", ["/amount", "/produce_by"]),
        ("supplement", None, ["/amount", "/supersedes_id"]),
    ],
)
async def test_a_refusal_names_all_that_is_missing(
    world: World, kind: str, track: str | None, missing: list[str]
) -> None:
    agreement = await bare(world, await world.lead(track=track), kind)
    expected = [(pointer, "missing") for pointer in missing]
    expected += [("/parties", "both_sides_needed"), ("", "evidence_needed")]
    before = await world.fingerprint()
    assert faults(await decided(world, agreement), 409, "agreement_refused") == expected
    assert await world.fingerprint() == before


async def test_nobody_activates_the_own_draft(world: World) -> None:
    agreement = await draft(world, await world.lead(), world.leader)
    problem(await decided(world, agreement), 403, "self_recognition")


async def test_what_is_in_force_is_not_edited(world: World) -> None:
    lead = await world.lead()
    agreement = await draft(world, lead)
    path = f"/agreements/{agreement['id']}"
    changed = await world.colleague.patch(path, {"amount": "1.00"}, etag(agreement))
    problem(changed, 404, "not_found")
    changes = {"amount": "300000000.00", "parties": list(reversed(await parties(world)))}
    changed = (await world.officer.patch(path, changes, etag(agreement))).json()
    assert (changed["amount_cny"], changed["version"]) == ("300000000.00", 2)
    assert [party["role"] for party in changed["parties"]] == ["investor", "zone"]
    done = (await decided(world, changed)).json()
    problem(await world.officer.patch(path, {"number": "x"}, etag(done)), 409, "already_decided")
    links = await world.officer.seen(f"/evidence-links?subject_id={agreement['id']}")
    (link,) = links["items"]
    stays = await world.officer.delete(f"/evidence-links/{link['id']}", etag(link))
    problem(stays, 409, "evidence_relied_on")


async def test_a_party_can_be_told_from_every_other(world: World) -> None:
    lead, company = await world.lead(), await world.company()
    nameless = await world.officer.made("/companies", {"name": "无证公司"})
    abroad = {"name": "Aurubis", "country_code": "DE", "registration_number": "HRB 1775"}
    foreign = await world.officer.made("/companies", abroad)
    body = {"lead_id": lead["id"], "kind": "framework", "number": "1", "signed_on": "2026-01-10"}
    given = [nameless, company, company, foreign, {"id": world.officer.id}]
    signing = [{"company_id": one["id"], "role": "other"} for one in given]
    refused = await world.officer.post("/agreements", body | {"parties": signing})
    assert faults(refused, 422, "invalid_values") == [
        ("/parties/0/company_id", "code_or_number_needed"),
        ("/parties/2/company_id", "party_repeated"),
        ("/parties/4/company_id", "reference_not_found"),
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"signed_on": TOMORROW}, [("/signed_on", "date_in_future")]),
        ({"start_by": "2026-01-09"}, [("/start_by", "deadline_before")]),
        ({"start_by": "2026-01-10"}, []),
        (
            {"register_by": "2026-05-01", "complete_by": "2026-04-30", "produce_by": "2026-06-01"},
            [("/complete_by", "deadline_before")],
        ),
        ({"amount": "1.00", "fixed_amount": "1.01"}, [("/fixed_amount", "fixed_above_agreed")]),
        ({"fixed_amount": "1.00"}, [("/fixed_amount", "fixed_above_agreed")]),
        ({"currency": "USD"}, [("/exchange_rate", "rate_needed"), ("/rate_on", "rate_needed")]),
    ],
)
async def test_entries_that_contradict_each_other(
    world: World, entries: Any, expected: list[tuple[str, str]]
) -> None:
    lead = await world.lead()
    body = {"lead_id": lead["id"], "kind": "investment", "number": "1", "signed_on": "2026-01-10"}
    reply = await world.officer.post("/agreements", body | entries)
    assert (faults(reply, 422, "invalid_values") if expected else reply.status_code) == (
        expected or 201
    )


async def test_foreign_currency_is_kept_beside_yuan(world: World) -> None:
    usd: dict[str, Any] = {
        "currency": "USD",
        "exchange_rate": "7.12345678",
        "rate_on": "2026-01-09",
    }
    made = await draft(world, await world.lead(), amount="50000000.00", **usd)
    assert (made["amount"], made["amount_cny"]) == ("50000000.00", "356172839.00")


async def test_a_new_version_takes_the_place_of_the_old_one(world: World) -> None:
    lead = await world.lead()
    first = await in_force(world, lead)
    loose = await draft(world, lead)
    assert faults(await decided(world, loose), 409, "agreement_refused") == [
        ("/supersedes_id", "active_exists")
    ]
    second = await in_force(world, lead, supersedes_id=first["id"])
    assert second["status"] == "active"
    old = await world.officer.seen(f"/agreements/{first['id']}")
    assert old["status"] == "superseded"
    third = await draft(world, lead, supersedes_id=first["id"])
    assert faults(await decided(world, third), 409, "agreement_refused") == [
        ("/supersedes_id", "base_not_active")
    ]
    problem(await decided(world, old, "terminate"), 409, "already_decided")


async def test_of_two_new_versions_at_the_same_moment_one_comes_into_force(world: World) -> None:
    lead = await world.lead()
    first = await in_force(world, lead)
    versions = [await draft(world, lead, supersedes_id=first["id"]) for _ in range(4)]
    replies = await asyncio.gather(*(decided(world, version) for version in versions))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    page = await world.officer.seen(f"/agreements?lead_id={lead['id']}&status=active")
    assert len(page["items"]) == 1


async def test_ending_and_replacing_at_the_same_moment_agree(world: World) -> None:
    lead = await world.lead()
    first = await in_force(world, lead)
    second = await draft(world, lead, supersedes_id=first["id"])
    replies = await asyncio.gather(decided(world, first, "terminate"), decided(world, second))
    assert {reply.status_code for reply in replies} <= {201, 409, 412}
    page = await world.officer.seen(f"/agreements?lead_id={lead['id']}")
    states = {item["id"]: item["status"] for item in page["items"]}
    assert (states[first["id"]], states[second["id"]]) in {
        ("terminated", "draft"), ("superseded", "active"),
    }  # fmt: skip


async def test_a_supplement_adds_to_what_is_in_force(world: World) -> None:
    lead = await world.lead()
    first = await in_force(world, lead)
    more: dict[str, Any] = {
        "kind": "supplement",
        "amount": "50000000.00",
        "supersedes_id": first["id"],
    }
    added = await in_force(world, lead, **more)
    assert added["status"] == "active"
    assert (await world.officer.seen(f"/agreements/{first['id']}"))["status"] == "active"
    ended = (await decided(world, added, "terminate")).json()
    assert (ended["status"], ended["terminated_by_id"]) == ("terminated", world.leader.id)


async def test_the_base_is_of_the_same_lead(world: World) -> None:
    first = await in_force(world, await world.lead())
    lead = await world.lead()
    body = {"lead_id": lead["id"], "kind": "supplement", "number": "1", "signed_on": "2026-01-10"}
    refused = await world.officer.post("/agreements", body | {"supersedes_id": first["id"]})
    assert faults(refused, 422, "invalid_values") == [("/supersedes_id", "reference_not_found")]


async def test_a_hidden_leads_agreements_are_absent_on_every_verb(world: World) -> None:
    lead = await world.lead(is_restricted=True)
    agreement = await draft(world, lead)
    link = await attached(world.officer, "agreement", agreement["id"])
    for client in (world.colleague, world.team_lead, world.stranger):
        for path in ("/agreements", "/evidence-files", "/evidence-links"):
            assert (await client.seen(f"{path}?total=exact"))["page"]["total"] == 0
        path = f"/agreements/{agreement['id']}"
        problem(await client.get(path), 404, "not_found")
        problem(await client.patch(path, {"number": "x"}, '"v1"'), 404, "not_found")
        problem(await client.delete(f"/evidence-links/{link['id']}", '"v1"'), 404, "not_found")
        body = {"kind": "framework", "number": "1", "signed_on": "2026-01-10"}
        refused = await client.post("/agreements", body | {"lead_id": lead["id"]})
        assert faults(refused, 422, "invalid_values") == [("/lead_id", "reference_not_found")]
