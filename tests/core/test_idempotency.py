"""Idempotency-Key: replays, races, scope, age and form of a key."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.world import Client, World, problem
from tests.writes import Call, every_write

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
BODY = {"name": "云南锗业"}


async def _post(client: Client, body: Any = BODY, **headers: str) -> httpx2.Response:
    return await client.post("/companies", body, headers=KEY | headers)


async def _companies(world: World) -> int:
    return len((await world.leader.seen("/companies"))["items"])


def _told(reply: httpx2.Response) -> tuple[Any, ...]:
    kept = (reply.headers.get(name) for name in ("location", "etag", "content-type"))
    return (reply.status_code, reply.content, *kept)


async def test_a_repeated_post_gets_the_first_answer(world: World) -> None:
    first, again = await _post(world.officer), await _post(world.officer)
    assert first.status_code == 201
    assert _told(again) == _told(first)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert first.headers["location"] == f"/api/v1/companies/{first.json()['id']}"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await _companies(world) == 1


@pytest.mark.long
async def test_every_post_can_be_repeated(world: World) -> None:
    """With the same ETag: the key is looked up before If-Match."""
    calls = {
        name: call
        for name, call in (await every_write(world)).items()
        if call.method == "POST" and name not in {"log_in", "unmask_contact"}
    }
    assert len(calls) >= 20
    for name, call in calls.items():
        first = await call.send(headers=KEY)
        assert first.is_success, (name, first.text)
        before = await world.fingerprint()
        again = await call.send(headers=KEY)
        assert _told(again) == _told(first), name
        assert again.headers["idempotency-replayed"] == "true"
        assert await world.fingerprint() == before


async def test_fifty_parallel_posts_have_one_effect(world: World) -> None:
    replies = await asyncio.gather(*(_post(world.officer) for _ in range(50)))
    created = [reply for reply in replies if reply.status_code == 201]
    assert len({reply.content for reply in created}) == 1
    assert len([r for r in created if "idempotency-replayed" not in r.headers]) == 1
    for reply in replies:
        if reply.status_code != 201:
            problem(reply, 409, "idempotency_in_progress")
            assert reply.headers["retry-after"] == "1"
    assert await _companies(world) == 1
    assert _told(await _post(world.officer)) == _told(created[0])


@pytest.mark.parametrize("body", [{"name": "别的公司"}, BODY | {"notes": None}, {}])
async def test_another_body_is_refused(world: World, body: Any) -> None:
    await _post(world.officer)
    before = await world.fingerprint()
    problem(await _post(world.officer, body), 422, "idempotency_key_reused")
    assert await world.fingerprint() == before


async def test_refusals_are_not_stored(world: World) -> None:
    code = (await world.company())["credit_code"]
    problem(await _post(world.officer, {"name": " "}), 422, "invalid_values")
    problem(await _post(world.officer, BODY | {"credit_code": code}), 409, "possible_duplicate")
    problem(await _post(world.auditor), 403, "forbidden")
    reply = await _post(world.officer)
    assert reply.status_code == 201
    assert "idempotency-replayed" not in reply.headers


async def test_a_key_belongs_to_its_caller_and_path(world: World) -> None:
    other = BODY | {"name": "别的公司"}
    mine, theirs = await _post(world.officer), await _post(world.colleague, other)
    assert mine.status_code == theirs.status_code == 201
    assert mine.json()["id"] != theirs.json()["id"]
    elsewhere = await world.officer.post("/leads", BODY, headers=KEY)
    assert elsewhere.status_code == 201
    assert elsewhere.json()["code"].startswith("XM-")


async def test_a_key_does_not_outlive_its_callers_rights(world: World) -> None:
    await _post(world.officer)
    await world.database.execute(
        "UPDATE officers SET role = 'auditor' WHERE id = $1", world.officer.id
    )
    await world.settled()
    problem(await _post(world.officer), 403, "forbidden")


@pytest.mark.parametrize(("age", "count"), [("47 hours", 1), ("49 hours", 2)])
async def test_a_key_is_kept_for_48_hours(world: World, age: str, count: int) -> None:
    another = {"duplicate_decision": {"decision": "not_duplicate", "reason": "两家"}}
    first = await _post(world.officer, BODY | another)
    await world.database.execute(
        f"UPDATE idempotency_keys SET created_at = now() - interval '{age}'"
    )
    second, third = [await _post(world.officer, BODY | another) for _ in range(2)]
    assert await _companies(world) == count
    assert (second.content == first.content) is (count == 1)
    assert _told(third) == _told(second)
    assert third.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "schlüssel", "钥匙", "a\x7f"])
async def test_odd_keys_are_refused(world: World, key: str) -> None:
    before = await world.fingerprint()
    headers = {"Idempotency-Key": key.encode()}
    reply = await world.officer.post("/companies", BODY, headers=headers)
    error = problem(reply, 422, "invalid_values")["errors"][0]
    assert error["parameter"].lower() == "idempotency-key"
    assert await world.fingerprint() == before


@pytest.mark.parametrize(
    "key", ["!", "~" * 255, "a:b;c=d,e", "'; DROP TABLE leads; --".replace(" ", "")]
)
async def test_any_visible_ascii_is_a_key(world: World, key: str) -> None:
    headers = {"Idempotency-Key": key}
    first, again = [await world.officer.post("/companies", BODY, headers=headers) for _ in range(2)]
    assert _told(again) == _told(first)


async def test_an_upload_is_recognised_across_boundaries(world: World) -> None:
    call: Call = (await every_write(world))["import_company_list"]
    replies = [await call.send(headers=KEY) for _ in range(2)]
    boundaries = {reply.request.headers["content-type"] for reply in replies}
    assert len(boundaries) == 2
    assert _told(replies[0]) == _told(replies[1])
