"""Contacts: masked phones, logged unmasking, who may know whom."""

from typing import Any

import pytest

from app.core.clock import today
from tests.world import Client, World, problem
from tests.writes import etag


async def contact(world: World, client: Client | None = None, **more: Any) -> Any:
    if "company_id" not in more:
        more["company_id"] = (await world.company())["id"]
    body = {"name": "李建国", "lawful_basis": "public_info", "source": "官网", **more}
    return await (client or world.officer).made("/contacts", body)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234-5678", "138****5678"),
        ("+86 138 1234 5678", "861****5678"),
        ("0871-1234567", "087****4567"),
        ("1234567", "****67"),
        (None, None),
    ],
)
async def test_phones_are_masked(world: World, phone: str | None, masked: str | None) -> None:
    person = await contact(world, phone=phone)
    assert person["phone"] == masked
    page = await world.leader.seen("/contacts")
    assert [item["phone"] for item in page["items"]] == [masked]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "abc"),
        ("phone", "12"),
        ("email", "a@b"),
        ("lawful_basis", "curiosity"),
        ("source", ""),
    ],
)
async def test_what_is_refused(world: World, name: str, value: str) -> None:
    company = await world.company()
    body = {"company_id": company["id"], "name": "李", "lawful_basis": "consent", "source": "名片"}
    response = await world.officer.post("/contacts", {**body, name: value})
    refused = problem(response, 422, "invalid_values")
    assert {error["pointer"] for error in refused["errors"]} == {f"/{name}"}


async def test_data_are_kept_three_years_unless_said_otherwise(world: World) -> None:
    person = await contact(world)
    assert person["retention_until"][:7] == f"{today().year + 3}-{today():%m}"
    assert (await contact(world, retention_until="2027-01-31"))["retention_until"] == "2027-01-31"


async def test_unmasking_is_a_logged_action_with_a_reason(world: World) -> None:
    person = await contact(world, phone="13812345678")
    path = f"/contacts/{person['id']}/unmaskings"
    refused = await world.officer.post(path, {"reason": " "})
    problem(refused, 422, "invalid_values")
    shown = await world.officer.made(path, {"reason": "约定拜访时间"})
    assert (shown["phone"], shown["created_by_id"]) == ("13812345678", world.officer.id)
    log = await world.audit_admin.seen("/audit-entries?entity=unmaskings")
    assert [(e["actor_id"], e["changes"]["reason"][1]) for e in log["items"]] == [
        (world.officer.id, "约定拜访时间")
    ]


async def test_the_audit_log_holds_no_phone(world: World) -> None:
    person = await contact(world, phone="13812345678")
    path = f"/contacts/{person['id']}"
    await world.officer.patch(path, {"phone": "13987654321"}, etag(person))
    log = await world.audit_admin.get("/audit-entries?entity=contacts")
    assert len(log.json()["items"]) == 2
    assert "13812345678" not in log.text
    assert "13987654321" not in log.text


async def test_who_sees_a_contact(world: World) -> None:
    company = await world.company()
    person = await contact(world, company_id=company["id"])
    path = f"/contacts/{person['id']}"
    for client in (world.stranger, world.colleague, world.team_lead, world.other_lead):
        problem(await client.get(path), 404, "not_found")
    for client in (world.leader, world.auditor, world.assessor):
        assert (await client.seen(path))["name"] == "李建国"
    await world.lead(world.stranger, company_id=company["id"])
    assert (await world.stranger.seen(path))["id"] == person["id"]
    assert (await world.other_lead.seen(path))["id"] == person["id"]
    problem(await world.colleague.get(path), 404, "not_found")


async def test_a_removed_contact_is_gone_for_all(world: World) -> None:
    person = await contact(world)
    path = f"/contacts/{person['id']}"
    assert (await world.officer.delete(path, etag(person))).status_code == 204
    for client in (world.officer, world.leader):
        problem(await client.get(path), 404, "not_found")
    problem(await world.officer.post(f"{path}/unmaskings", {"reason": "x"}), 404, "not_found")


async def test_contacts_are_found_by_name(world: World) -> None:
    await contact(world, name="李建国")
    await contact(world, name="王芳")
    for term in ("建国", "ljg", "lijian"):
        page = await world.officer.seen(f"/contacts?q={term}")
        assert [item["name"] for item in page["items"]] == ["李建国"]


async def test_an_unmasked_phone_is_stored_nowhere(world: World) -> None:
    company = await world.company()
    body = {
        "company_id": company["id"],
        "name": "段总",
        "phone": "13800001234",
        "lawful_basis": "contract",
        "source": "名片",
    }
    contact = await world.officer.made("/contacts", body)
    response = await world.officer.post(
        f"/contacts/{contact['id']}/unmaskings",
        {"reason": "约时间"},
        headers={"Idempotency-Key": "unmask-1"},
    )
    assert response.json()["phone"] == "13800001234"
    assert response.headers["cache-control"] == "no-store"
    assert await world.database.fetch("SELECT FROM idempotency_keys") == []
