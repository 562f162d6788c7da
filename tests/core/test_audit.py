"""The audit log: one row for every change, by whom and in which request; nobody rewrites it."""

from typing import Any

import asyncpg
import pytest

from tests.world import World, problem
from tests.writes import LEFT, PASSWORD, Call, every_write, password_hash


async def _rows(world: World, request_id: str) -> list[Any]:
    path = f"/audit-entries?request_id={request_id}&limit=200"
    return (await world.auditor.seen(path))["items"]


async def test_every_write_is_listed(world: World) -> None:
    writes = {
        operation["operationId"]
        for methods in world.app.openapi()["paths"].values()
        for method, operation in methods.items()
        if method != "get"
    }
    assert writes == set(LEFT)


async def test_every_write_leaves_its_rows_and_no_secrets(world: World) -> None:
    calls, token = await every_write(world), ""
    who = {"log_in": calls["change_password"].client.id}
    for name, call in calls.items():
        request_id = f"request-of-{name.replace('_', '-')}"
        reply = await call.send(headers={"X-Request-Id": request_id})
        assert reply.is_success, (name, reply.text)
        token = token or reply.json()["access_token"]
        rows = await _rows(world, request_id)
        assert {f"{row['action']} {row['entity']}" for row in rows} == LEFT[name], name
        if not LEFT[name]:  # a question, asked in a body
            continue
        assert {row["actor_id"] for row in rows} == {who.get(name, call.client.id)}, name
        assert any(row["changes"] for row in rows), name
    secrets = await _secrets(world, calls, token)
    log = f"{await world.database.fetch('SELECT to_json(a)::text FROM audit_entries a')}"
    assert len(secrets) > 15
    assert [secret for secret in secrets if secret in log] == []
    assert '"phone": ["***", "***"]' in log
    assert '"password_hash": ["***", "***"]' in log


async def test_a_row_tells_before_and_after(world: World) -> None:
    company = await world.company(notes="旧")
    path, sent = f"/companies/{company['id']}", {"X-Request-Id": "change-1"}
    etag, patch = {"If-Match": '"v1"'}, {"notes": "新", "is_listed": True, "name": company["name"]}
    await world.colleague.request("PATCH", path, json=patch, headers=etag | sent)
    (row,) = await _rows(world, "change-1")
    assert row["changes"] == {"notes": ["旧", "新"], "is_listed": [False, True]}
    assert (row["entity_id"], row["entity_version"]) == (company["id"], 2)
    assert row["actor_id"] == world.colleague.id


async def test_a_removed_row_is_kept_in_the_log(world: World) -> None:
    team = await world.system_admin.made("/teams", {"name": "旧组", "kind": "agency"})
    await world.system_admin.delete(f"/teams/{team['id']}", '"v1"')
    rows = await world.auditor.seen(f"/audit-entries?entity_id={team['id']}&action=delete")
    (changes,) = [row["changes"] for row in rows["items"]]
    assert (changes["name"], changes["kind"]) == (["旧组", None], ["agency", None])


async def test_the_versions_of_a_record_have_one_row_each(world: World) -> None:
    company = await world.company()
    for number in range(1, 5):
        etag = f'"v{number}"'
        await world.officer.patch(f"/companies/{company['id']}", {"notes": etag}, etag)
    path = f"/audit-entries?entity_id={company['id']}&sort=at"
    rows = (await world.auditor.seen(path))["items"]
    assert [row["entity_version"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["action"] for row in rows] == ["create"] + ["update"] * 4


async def test_a_wrong_password_is_noted(world: World) -> None:
    officer = await world.account("officer", "bio", password_hash())
    form = {"username": (await officer.seen("/me"))["name"], "password": "wrong"}
    reply = await world.nobody.request(
        "POST", "/sessions", data=form, headers={"X-Request-Id": "wrong-password"}
    )
    problem(reply, 401, "wrong_credentials")
    (row,) = await _rows(world, "wrong-password")
    assert (row["entity"], row["entity_id"], row["actor_id"]) == ("officers", officer.id, None)
    assert row["changes"] == {"failed_count": [0, 1]}


async def test_reading_leaves_no_row(world: World) -> None:
    lead = await world.lead()
    before = await world.fingerprint()
    for path in ("/leads", f"/leads/{lead['id']}", "/kpis/zone?period=2026", "/audit-entries"):
        await (world.auditor if "audit" in path else world.leader).seen(path)
    assert await world.fingerprint() == before


async def _secrets(world: World, calls: dict[str, Call], token: str) -> set[str]:
    hashes = await world.database.fetch(
        "SELECT encode(token_hash, 'hex') AS secret FROM officer_sessions"
        " UNION ALL SELECT password_hash FROM officers WHERE password_hash <> '-'"
    )
    tokens = {token, str(calls["log_out"].client.token), str(world.officer.token)}
    phones, passwords = {"13812345678", "13987654321"}, {PASSWORD, "Other-horse-88", "$argon2"}
    return phones | passwords | tokens | {row["secret"] for row in hashes}


@pytest.mark.parametrize("table", ["audit_entries", "ledger_entries"])
async def test_the_logs_are_append_only(world: World, table: str) -> None:
    await world.visit()
    assert await world.database.fetch(f"SELECT FROM {table}")
    before = await world.fingerprint()
    for statement in (
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "TRUNCATE {} CASCADE",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await world.database.execute(statement.format(table))
    assert await world.fingerprint() == before


async def test_the_logs_have_no_write_endpoint(world: World) -> None:
    for noun in ("audit-entries", "ledger-entries"):
        for method in ("POST", "PATCH", "DELETE", "PUT"):
            reply = await world.audit_admin.request(method, f"/{noun}", json={})
            problem(reply, 405, "method_not_allowed")


async def test_who_reads_the_audit_log(world: World) -> None:
    for role, client in world.everyone().items():
        reply = await client.get("/audit-entries")
        if role in {"auditor", "audit_admin"}:
            assert reply.status_code == 200
        else:
            problem(reply, 403, "forbidden")
