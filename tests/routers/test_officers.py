"""Accounts: who opens them, who gives roles, and what acts at once."""

from typing import Any

import pytest

from app.core.security import hash_password
from tests.world import World, problem
from tests.writes import etag

PASSWORD = "Kunming-2026-Gold"
NEW = {"name": "李梅", "username": "li.mei", "role": "officer", "password": PASSWORD}


def codes(response: Any) -> list[tuple[str, str]]:
    refused = problem(response, 422, "invalid_values")
    return [(error["pointer"], error["code"]) for error in refused["errors"]]


async def test_an_account_is_opened_and_logs_in(world: World) -> None:
    response = await world.system_admin.post("/officers", NEW)
    assert response.status_code == 201
    assert PASSWORD not in response.text
    assert "password" not in response.text
    form = {"username": "li.mei", "password": PASSWORD}
    assert (await world.nobody.request("POST", "/sessions", data=form)).status_code == 201
    log = await world.audit_admin.get(f"/audit-entries?entity_id={response.json()['id']}")
    assert "argon2" not in log.text


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("password", "Short-1", "password_too_short"),
        ("password", "alllowercaseletters", "password_too_simple"),
        ("username", "Li Mei", "string_pattern_mismatch"),
        ("username", "ab", "string_too_short"),
        ("role", "king", "enum"),
        ("team_id", "00000000-0000-0000-0000-000000000001", "reference_not_found"),
    ],
)
async def test_what_is_refused(world: World, name: str, value: str, code: str) -> None:
    before = await world.fingerprint()
    response = await world.system_admin.post("/officers", {**NEW, name: value})
    assert (f"/{name}", code) in codes(response)
    assert await world.fingerprint() == before


async def test_a_username_is_taken_once(world: World) -> None:
    await world.system_admin.made("/officers", NEW)
    problem(await world.system_admin.post("/officers", NEW), 409, "already_exists")


async def test_a_disabled_account_is_out_on_the_next_request(world: World) -> None:
    await world.colleague.seen("/me")
    path = f"/officers/{world.colleague.id}"
    response = await world.system_admin.patch(path, {"is_active": False}, '"v1"')
    assert response.status_code == 200
    problem(await world.colleague.get("/me"), 401, "unauthenticated")
    await world.system_admin.patch(path, {"is_active": True}, response.headers["etag"])
    problem(await world.colleague.get("/me"), 401, "unauthenticated")


async def test_a_new_role_acts_on_the_next_request(world: World) -> None:
    assert (await world.colleague.seen("/kpis/zone?period=today"))["items"] == []
    path = f"/officers/{world.colleague.id}/role-changes"
    headers = {"If-Match": '"v1"'}
    await world.security_admin.made(path, {"role": "leader"}, headers=headers)
    assert len((await world.colleague.seen("/kpis/zone?period=today"))["items"]) == 1
    assert (await world.colleague.seen("/me"))["role"] == "leader"


async def test_nobody_changes_the_own_role(world: World) -> None:
    path = f"/officers/{world.security_admin.id}/role-changes"
    headers = {"If-Match": '"v1"'}
    before = await world.fingerprint()
    response = await world.security_admin.post(path, {"role": "leader"}, headers=headers)
    problem(response, 403, "own_role")
    for client in set(world.everyone().values()) - {world.security_admin}:
        own = f"/officers/{client.id}/role-changes"
        response = await client.post(own, {"role": "leader"}, headers=headers)
        problem(response, 403, "forbidden")
    assert await world.fingerprint() == before


async def test_a_role_is_no_field_of_an_account(world: World) -> None:
    path = f"/officers/{world.colleague.id}"
    response = await world.system_admin.patch(path, {"role": "leader"}, '"v1"')
    assert codes(response) == [("/role", "extra_forbidden")]


async def test_the_own_password(world: World) -> None:
    client = await world.account("officer", "bio", hash_password(PASSWORD))
    name = (await client.seen("/me"))["name"]
    form = {"username": name, "password": PASSWORD}
    other = (await world.nobody.request("POST", "/sessions", data=form)).json()["access_token"]
    path = "/me/password-changes"
    wrong = {"current_password": "Wrong-guess-77", "new_password": "Other-horse-88"}
    assert codes(await client.post(path, wrong)) == [("/current_password", "password_wrong")]
    body = {"current_password": PASSWORD, "new_password": "Other-horse-88"}
    assert (await client.post(path, body)).status_code == 204
    assert (await client.get("/me")).status_code == 200
    headers = {"Authorization": f"Bearer {other}"}
    problem(await world.nobody.get("/me", headers=headers), 401, "unauthenticated")
    again = await world.nobody.request("POST", "/sessions", data=form)
    problem(again, 401, "wrong_credentials")


async def test_officers_are_found_in_a_team_subtree(world: World) -> None:
    everywhere = await world.officer.seen(f"/officers?team_id__under={world.teams['bureau']}")
    in_bio = await world.officer.seen(f"/officers?team_id__under={world.teams['bio']}")
    assert {o["id"] for o in in_bio["items"]} == {
        world.officer.id, world.colleague.id, world.team_lead.id,
    }  # fmt: skip
    assert {o["id"] for o in everywhere["items"]} == {o["id"] for o in in_bio["items"]} | {
        world.stranger.id, world.other_lead.id, world.leader.id,
    }  # fmt: skip


async def test_a_moved_officer_takes_the_new_teams_leads_along(world: World) -> None:
    lead = await world.lead(world.colleague)
    problem(await world.other_lead.get(f"/leads/{lead['id']}"), 404, "not_found")
    officer = await world.system_admin.seen(f"/officers/{world.other_lead.id}")
    body = {"team_id": str(world.teams["bio"])}
    await world.system_admin.patch(f"/officers/{officer['id']}", body, etag(officer))
    assert (await world.other_lead.seen(f"/leads/{lead['id']}"))["id"] == lead["id"]


async def test_only_an_account_that_did_nothing_is_removed(world: World) -> None:
    await world.visit(participant_ids=[world.colleague.id])
    refused = await world.system_admin.delete(f"/officers/{world.colleague.id}", '"v1"')
    problem(refused, 409, "in_use")
    await world.colleague.seen("/me")
    gone = await world.system_admin.delete(f"/officers/{world.stranger.id}", '"v1"')
    assert gone.status_code == 204
    problem(await world.stranger.get("/me"), 401, "unauthenticated")
    problem(await world.officer.get(f"/officers/{world.stranger.id}"), 404, "not_found")
