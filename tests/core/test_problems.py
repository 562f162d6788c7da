"""Refusals: languages, request ids, the framework's errors, our faults, the database's."""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

import httpx2
import pytest

from app.core.config import Settings
from app.main import create_app
from tests.world import API, World, problem

MISSING = f"{API}/nothing"
LANGUAGES = {
    None: "zh-CN",
    "": "zh-CN",
    "zh": "zh-CN",
    "en": "en",
    "EN-us": "en",
    "en-GB;q=0.8, zh;q=0.9": "zh-CN",
    "zh;q=0.3,en;q=0.7": "en",
    "fr, en;q=0.1": "en",
    "fr": "zh-CN",
    "*": "zh-CN",
    "en;q=0": "zh-CN",
    "en;q=oops": "zh-CN",
    ",;q=,en-,": "en",
}


@pytest.mark.parametrize("accepted", LANGUAGES)
async def test_the_callers_language(world: World, accepted: str | None) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    reply = await world.http.get(MISSING, headers=headers)
    body = problem(reply, 404, "not_found")
    assert reply.headers["content-language"] == LANGUAGES[accepted]
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in body["title"])
    assert is_chinese is (LANGUAGES[accepted] == "zh-CN")


async def test_every_published_code_has_words_in_both_languages(world: World) -> None:
    published = (await world.nobody.seen("/meta/errors"))["items"]
    assert {"stale_version": 412, "not_found": 404, "import_refused": 422}.items() <= {
        item["code"]: item["status"] for item in published
    }.items()
    for item in published:
        assert item["label"]["zh"] != item["code"] != item["label"]["en"], item
        assert item["label"]["zh"] != item["label"]["en"]


def test_both_languages_have_the_same_texts() -> None:
    zh, en = (
        tomllib.loads((files("app.locales") / f"{name}.toml").read_text("utf-8"))
        for name in ("zh", "en")
    )
    assert {key: sorted(texts) for key, texts in zh.items()} == {
        key: sorted(texts) for key, texts in en.items()
    }


@pytest.mark.parametrize("given", ["req-12345678", "A.b_c-0123456789", "a" * 64])
async def test_a_given_request_id_comes_back(world: World, given: str) -> None:
    reply = await world.http.get(MISSING, headers={"X-Request-Id": given})
    assert problem(reply, 404, "not_found")["request_id"] == given
    assert reply.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["short", "a" * 65, "a b c d e f", '"><script>', "ünïcödé-id"])
async def test_an_odd_request_id_is_replaced(world: World, given: str) -> None:
    reply = await world.http.get(MISSING, headers={b"X-Request-Id": given.encode()})
    body = problem(reply, 404, "not_found")
    assert len(body["request_id"]) == 32
    assert body["request_id"] != given


async def test_two_requests_have_two_ids(world: World) -> None:
    replies = [await world.http.get("/health/live") for _ in range(2)]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 2


@pytest.mark.parametrize("path", ["/", "/nothing", MISSING, f"{API}/leads/", "/api/v2/leads"])
async def test_unknown_routes(world: World, path: str) -> None:
    body = problem(await world.http.get(path), 404, "not_found")
    assert sorted(body) == ["code", "detail", "errors", "request_id", "status", "title", "type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/leads", {"GET", "POST"}),
        ("DELETE", "/me", {"GET"}),
        ("PUT", "/leads/00000000-0000-0000-0000-000000000000", {"GET", "PATCH", "DELETE"}),
        ("PATCH", "/sessions/current", {"DELETE"}),
    ],
)
async def test_methods_that_do_not_exist(
    world: World, method: str, path: str, allowed: set[str]
) -> None:
    reply = await world.officer.request(method, path)
    problem(reply, 405, "method_not_allowed")
    assert set(reply.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
async def test_json_only_with_a_json_content_type(world: World, given: str) -> None:
    before = await world.fingerprint()
    reply = await world.officer.request(
        "POST", "/companies", content=b'{"name": "A"}', headers={"Content-Type": given}
    )
    problem(reply, 415, "unsupported_media_type")
    assert await world.fingerprint() == before


async def test_a_form_is_no_json(world: World) -> None:
    problem(await world.nobody.post("/sessions", {"username": "a"}), 415, "unsupported_media_type")


async def test_a_body_that_does_not_say_its_length(world: World) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b"A" * 100_000

    sent = {"Content-Type": "application/json"}
    reply = await world.officer.request("POST", "/companies", content=pieces(), headers=sent)
    problem(reply, 413, "too_large")


async def test_an_upload_may_be_longer_and_is_limited_too(world: World) -> None:
    data = {"name": "A", "year": "2025"}
    for size, status, code in [(2, 422, "import_refused"), (21, 413, "too_large")]:
        upload = {"file": ("list.csv", b"A" * size * 1024 * 1024)}
        reply = await world.team_lead.request(
            "POST", "/company-list-imports", data=data, files=upload
        )
        problem(reply, status, code)


async def test_without_a_token(world: World) -> None:
    reply = await world.nobody.get("/leads")
    problem(reply, 401, "unauthenticated")
    assert reply.headers["www-authenticate"] == "Bearer"
    for token in ("nonsense", "", "\xff"):
        sent = {"Authorization": f"Bearer {token}".encode("latin-1")}
        problem(await world.nobody.get("/leads", headers=sent), 401, "unauthenticated")


async def test_a_fault_of_ours_leaks_nothing_and_ends_with_its_request(world: World) -> None:
    await world.database.execute("ALTER TABLE company_lists RENAME TO company_lists_away")
    try:
        for method, body in (("GET", None), ("POST", {"name": "A", "year": 2025})):
            reply = await world.team_lead.request(method, "/company-lists", json=body)
            text = str(problem(reply, 500, "internal_error")).lower()
            assert not [
                word for word in ("relation", "select", "traceback", "/app/") if word in text
            ]
    finally:
        await world.database.execute("ALTER TABLE company_lists_away RENAME TO company_lists")
    assert (await world.team_lead.seen("/company-lists"))["items"] == []
    await world.team_lead.made("/company-lists", {"name": "A", "year": 2025})


async def test_no_database() -> None:
    """A server whose database is away lives, says so, and asks to come again."""
    away = create_app(Settings(mode="development"), "postgresql+asyncpg://a@/a?host=/nonexistent")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=away), base_url="http://away"
    ) as http:
        assert (await http.get("/health/live")).status_code == 200
        token = {"Authorization": "Bearer something"}
        form = {"username": "a", "password": "b"}
        replies = [
            await http.get("/health/ready"),
            await http.get(f"{API}/leads", headers=token),
            await http.post(f"{API}/sessions", data=form),
        ]
    for reply in replies:
        problem(reply, 503, "database_unavailable")
        assert int(reply.headers["retry-after"]) >= 1


async def test_a_cancelled_statement_is_busy(world: World) -> None:
    """What `lock_timeout` and `statement_timeout` do, without waiting for them."""
    company = await world.company()
    transaction = world.database.transaction()
    await transaction.start()
    try:
        await world.database.execute("LOCK TABLE companies IN ACCESS EXCLUSIVE MODE")
        waiting = [
            asyncio.ensure_future(world.officer.get(f"/companies/{company['id']}")),
            asyncio.ensure_future(world.officer.post("/companies", {"name": "A"})),
        ]
        cancel = (
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        )
        while not all(reply.done() for reply in waiting):
            await world.database.fetchval(cancel)
    finally:
        await transaction.rollback()
    for reply in waiting:
        problem(reply.result(), 503, "busy")
        assert reply.result().headers["retry-after"] == "1"
    assert len((await world.officer.seen("/companies"))["items"]) == 1


async def test_connections_that_were_cut(world: World) -> None:
    """After the database dropped every connection, requests fail politely and then succeed."""
    await world.officer.seen("/leads")
    await world.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await _served(201, lambda: world.officer.post("/companies", {"name": "A"}))
    companies = await _served(200, lambda: world.officer.get("/companies"))
    assert len(companies.json()["items"]) == 1


async def _served(status: int, ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """The first answer that is no polite refusal: every connection that was cut may cost one."""
    for _ in range(100):
        reply = await ask()
        if reply.status_code == status:
            return reply
        problem(reply, 503, "database_unavailable")
    raise AssertionError("never served")
