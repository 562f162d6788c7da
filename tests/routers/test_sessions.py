"""Logging in: the form, the lock after five failures, the two clocks of a log-in."""

from typing import Any

import httpx2
import pytest

from app.core.security import hash_password
from tests.world import Client, World, problem

PASSWORD = "Kunming-2026-Gold"
HASH = hash_password(PASSWORD)
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def account(world: World, role: str = "officer") -> tuple[Client, str]:
    client = await world.account(role, "bio", HASH)
    return client, (await client.seen("/me"))["name"]


async def log_in(world: World, name: str, password: str = PASSWORD) -> httpx2.Response:
    form = {"username": name, "password": password}
    return await world.nobody.request("POST", "/sessions", data=form)


async def fail(world: World, name: str, times: int) -> None:
    for _ in range(times):
        problem(await log_in(world, name, "Wrong-guess-77"), 401, "wrong_credentials")


async def logged_in(world: World, name: str) -> Client:
    response = await log_in(world, name)
    assert response.status_code == 201, response.text
    return Client(world.http, None, response.json()["access_token"])


async def test_the_password_form_gives_a_token(world: World) -> None:
    officer, name = await account(world)
    response = await log_in(world, name)
    body = response.json()
    assert (response.status_code, body["token_type"], body["expires_in"]) == (201, "bearer", 43200)
    assert len(body["access_token"]) >= 43
    client = Client(world.http, None, body["access_token"])
    assert (await client.seen("/me"))["id"] == officer.id
    kept = await world.database.fetchval("SELECT count(*) FROM officer_sessions s"
        " WHERE position($1::bytea in token_hash) > 0", body["access_token"].encode())  # fmt: skip
    assert kept == 0


async def test_unknown_users_get_the_same_answer(world: World) -> None:
    _, name = await account(world)
    known = await log_in(world, name, "Wrong-guess-77")
    unknown = await log_in(world, "nobody.here", "Wrong-guess-77")
    first, second = [
        {**problem(reply, 401, "wrong_credentials"), "request_id": ""} for reply in (known, unknown)
    ]
    assert first == second
    headers = [
        {k: v for k, v in reply.headers.items() if k != "x-request-id"}
        for reply in (known, unknown)
    ]
    assert headers[0] == headers[1]


async def test_a_disabled_account_gets_the_same_answer(world: World) -> None:
    client, name = await account(world)
    await world.database.execute("UPDATE officers SET is_active = false WHERE id = $1", client.id)
    problem(await log_in(world, name), 401, "wrong_credentials")


async def test_five_failures_lock_for_a_quarter_of_an_hour(world: World) -> None:
    client, name = await account(world)
    await fail(world, name, 5)
    locked = await log_in(world, name)
    problem(locked, 429, "account_locked")
    assert locked.headers["retry-after"] == "900"
    until: Any = await world.database.fetchval(
        "SELECT locked_until - now() FROM officers WHERE id = $1", client.id
    )
    assert 880 < until.total_seconds() <= 900
    assert (await client.get("/me")).status_code == 200  # an open log-in goes on
    await world.database.execute(
        "UPDATE officers SET locked_until = now() - interval '1 second' WHERE id = $1", client.id
    )
    await logged_in(world, name)


async def test_a_success_forgets_earlier_failures(world: World) -> None:
    client, name = await account(world)
    await world.database.execute("UPDATE officers SET failed_count = 4 WHERE id = $1", client.id)
    await logged_in(world, name)
    await fail(world, name, 1)
    await logged_in(world, name)


async def test_the_security_administrator_unlocks(world: World) -> None:
    client, name = await account(world)
    await world.database.execute(
        "UPDATE officers SET locked_until = now() + interval '9 minutes' WHERE id = $1", client.id
    )
    path = f"/officers/{client.id}/unlockings"
    problem(await world.system_admin.post(path), 403, "forbidden")
    problem(await log_in(world, name), 429, "account_locked")
    opened = await world.security_admin.made(path, None)
    assert opened["locked_until"] is None
    await logged_in(world, name)


@pytest.mark.parametrize(
    ("age", "alive"),
    [
        ("last_seen_at = now() - interval '29 minutes'", True),
        ("last_seen_at = now() - interval '31 minutes'", False),
        ("expires_at = now() + interval '1 minute'", True),
        ("expires_at = now() - interval '1 second'", False),
        ("revoked_at = now()", False),
    ],
)
async def test_a_log_in_ends(world: World, age: str, alive: bool) -> None:  # noqa: FBT001
    await world.database.execute(
        f"UPDATE officer_sessions SET {age} WHERE officer_id = $1", world.officer.id
    )
    await world.settled()
    response = await world.officer.get("/me")
    assert response.status_code == (200 if alive else 401)


async def test_twelve_hours_are_the_most_whatever_is_done(world: World) -> None:
    _, name = await account(world)
    client = await logged_in(world, name)
    left: Any = await world.database.fetchval(
        "SELECT max(expires_at - created_at) FROM officer_sessions"
    )
    assert left.total_seconds() == pytest.approx(12 * 3600, abs=1)
    await client.seen("/me")
    await world.database.execute(
        "UPDATE officer_sessions SET created_at = created_at - interval '12 hours',"
        " expires_at = expires_at - interval '12 hours'"
    )
    await world.settled()
    problem(await client.get("/me"), 401, "unauthenticated")


async def test_use_keeps_a_log_in_alive(world: World) -> None:
    aged = "UPDATE officer_sessions SET last_seen_at = now() - interval '20 minutes'"
    for _ in range(3):
        await world.database.execute(aged)
        await world.settled()
        await world.officer.seen("/me")
    seen: Any = await world.database.fetchval(
        "SELECT now() - last_seen_at FROM officer_sessions WHERE officer_id = $1", world.officer.id
    )
    assert seen.total_seconds() < 60


async def test_a_log_out_acts_on_the_next_request_and_on_this_log_in_alone(world: World) -> None:
    _, name = await account(world)
    here, there = await logged_in(world, name), await logged_in(world, name)
    assert (await here.delete("/sessions/current", None)).status_code == 204
    refused = await here.get("/me")
    problem(refused, 401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert (await there.get("/me")).status_code == 200


@pytest.mark.parametrize("token", [None, "wrong", "x" * 43])
async def test_without_a_good_token(world: World, token: str | None) -> None:
    problem(await Client(world.http, None, token).get("/me"), 401, "unauthenticated")


async def test_a_log_in_needs_the_form(world: World) -> None:
    body = {"username": "a", "password": "b"}
    problem(await world.nobody.post("/sessions", body), 415, "unsupported_media_type")
    response = await world.nobody.request("POST", "/sessions", data={"username": "a"})
    refused = problem(response, 422, "invalid_values")
    assert [error["pointer"] for error in refused["errors"]] == ["/password"]
