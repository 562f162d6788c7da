"""Optimistic locking: If-Match, If-None-Match, patches that change nothing, races."""

import asyncio
from typing import Any

import pytest

from tests.world import World, problem
from tests.writes import every_write

# POSTs that change no existing record in a version that the caller must have seen.
UNCONDITIONAL = {
    "log_in", "log_out", "change_password", "unlock_officer", "unmask_contact",
    "create_companies", "create_leads", "log_visits", "create_kpi_targets",
}  # fmt: skip


async def _audit_rows(world: World, entity_id: str) -> int:
    query = "SELECT FROM audit_entries WHERE entity_id = $1"
    return len(await world.database.fetch(query, entity_id))


@pytest.mark.long
async def test_every_change_needs_if_match(world: World) -> None:
    calls = {
        name: call
        for name, call in (await every_write(world)).items()
        if "/" in call.path.strip("/") and name not in UNCONDITIONAL
    }
    assert len(calls) >= 18
    before = await world.fingerprint()
    for name, call in calls.items():
        path, body = call.path, {"json": call.json} if call.json is not None else {}
        absent = await call.client.request(call.method, path, **body)
        problem(absent, 428, "precondition_required")
        stale = await call.client.request(call.method, path, headers={"If-Match": '"v99"'}, **body)
        assert problem(stale, 412, "stale_version")["current_version"] >= 1, name
        for odd in ("v1", '"1"', "1", "*", '"v-1"', '"v99999999999999999999"', '"v1", "v2"', ""):
            reply = await call.client.request(call.method, path, headers={"If-Match": odd}, **body)
            assert problem(reply, 422, "invalid_values")["errors"][0]["parameter"] == "If-Match"
    assert await world.fingerprint() == before


async def test_a_stale_patch_names_the_clashing_fields(world: World) -> None:
    company = await world.company()
    path = f"/companies/{company['id']}"
    for changes in ({"notes": "一"}, {"website": "https://example.cn"}):
        etag = (await world.officer.get(path)).headers["etag"]
        assert (await world.colleague.patch(path, changes, etag)).status_code == 200
    for changes, clashing in [
        ({"notes": "二", "website": None, "is_listed": True}, ["notes", "website"]),
        ({"notes": "二"}, ["notes"]),
        ({"is_listed": True}, []),
    ]:
        body = problem(await world.officer.patch(path, changes, '"v1"'), 412, "stale_version")
        assert (body["current_version"], body["clashing_fields"]) == (3, clashing)
    newer = problem(await world.officer.patch(path, {"notes": "二"}, '"v2"'), 412, "stale_version")
    assert newer["clashing_fields"] == []
    assert (await world.officer.seen(path))["notes"] == "一"


@pytest.mark.parametrize("given", ['"v1"', 'W/"v1"', '"v0", "v1"', "*"])
async def test_a_known_version_is_not_sent_again(world: World, given: str) -> None:
    path = f"/companies/{(await world.company())['id']}"
    reply = await world.officer.get(path, headers={"If-None-Match": given})
    assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", '"v1"')
    changed = await world.officer.patch(path, {"notes": "新"}, '"v1"')
    assert changed.headers["etag"] == '"v2"'
    again = await world.officer.get(path, headers={"If-None-Match": given})
    assert again.status_code == (304 if given == "*" else 200)


async def test_not_modified_tells_nothing_about_hidden_rows(world: World) -> None:
    path = f"/leads/{(await world.lead())['id']}"
    reply = await world.stranger.get(path, headers={"If-None-Match": "*"})
    problem(reply, 404, "not_found")


@pytest.mark.long
async def test_a_patch_of_nothing_keeps_the_version_and_writes_no_history(world: World) -> None:
    calls = await every_write(world)
    for name, call in calls.items():
        if call.method != "PATCH" or name == "link_introduction":
            continue
        record = await call.client.seen(call.path)
        settable = world.app.openapi()["components"]["schemas"][_shape(world, name)]["properties"]
        same = {key: value for key, value in record.items() if key in settable and key != "phone"}
        for patch in ({}, same):
            before = await world.fingerprint()
            reply = await call.client.patch(call.path, patch, call.etag)
            assert (reply.status_code, reply.headers["etag"]) == (200, call.etag), reply.text
            assert reply.json() == record, name
            assert await world.fingerprint() == before, (name, patch)


def _shape(world: World, operation_id: str) -> str:
    for methods in world.app.openapi()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == operation_id:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                return schema["$ref"].rpartition("/")[2]
    raise KeyError(operation_id)


async def test_absent_is_unchanged_and_null_clears(world: World) -> None:
    company = await world.company(short_name="贵金", notes="旧", website="https://example.cn")
    path = f"/companies/{company['id']}"
    cleared = await world.officer.patch(path, {"notes": None}, '"v1"')
    assert cleared.json() | {"updated_at": ""} == company | {
        "notes": None,
        "version": 2,
        "updated_at": "",
    }
    for required in ("name", "country_code", "is_listed"):
        reply = await world.officer.patch(path, {required: None}, '"v2"')
        error = problem(reply, 422, "invalid_values")["errors"][0]
        assert error["pointer"] == f"/{required}"
    assert await world.officer.seen(path) == cleared.json()


async def test_one_of_32_racing_patches_wins(world: World) -> None:
    company = await world.company()
    path = f"/companies/{company['id']}"
    replies = await asyncio.gather(
        *(world.officer.patch(path, {"notes": f"{n}"}, '"v1"') for n in range(32))
    )
    won = [reply for reply in replies if reply.status_code == 200]
    assert len(won) == 1
    for reply in replies:
        if reply is not won[0]:
            body = problem(reply, 412, "stale_version")
            assert (body["current_version"], body["clashing_fields"]) == (2, ["notes"])
    now = await world.officer.seen(path)
    assert now == won[0].json()
    assert now["version"] == 2
    assert await _audit_rows(world, company["id"]) == 2


async def test_no_update_is_lost_when_losers_try_again(world: World) -> None:
    path = f"/companies/{(await world.company(notes=''))['id']}"

    async def append(letter: str) -> None:
        status = 412
        while status == 412:
            seen = await world.officer.get(path)
            notes: Any = seen.json()["notes"]
            reply = await world.officer.patch(path, {"notes": notes + letter}, seen.headers["etag"])
            status = reply.status_code
        assert status == 200

    await asyncio.gather(*map(append, "abcdefgh"))
    company = await world.officer.seen(path)
    assert sorted(company["notes"]) == list("abcdefgh")
    assert company["version"] == 9
