"""Known callers: forgotten by every process on the next request, and kept by none that is deaf."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.main import create_app
from app.services.access import Caller
from tests.world import Client, World


@pytest.fixture
async def second(app: FastAPI, database: asyncpg.Connection) -> AsyncIterator[FastAPI]:
    """Another process on the same database, as far as a cache can tell."""
    other = create_app(Settings(mode="development", pool_size=5), app.state.db.url)
    async with other.router.lifespan_context(other):
        while other.state.callers._connection is None:
            await database.fetchval("SELECT 1")
        yield other


def through(app: FastAPI, client: Client) -> Client:
    """The same token, spoken to another process."""
    transport = httpx2.ASGITransport(app=app)
    http = httpx2.AsyncClient(transport=transport, base_url="http://testserver")
    return Client(http, None, client.token)


def known(app: FastAPI) -> list[Caller]:
    return [value for _, value in app.state.callers._values.values()]


async def test_a_caller_is_known_after_the_first_request(world: World) -> None:
    await world.officer.seen("/me")
    assert [str(caller.id) for caller in known(world.app)] == [world.officer.id]


@pytest.mark.parametrize("deed", ["log_out", "disable", "change_role", "move_team"])
async def test_every_process_forgets_before_the_next_request(
    world: World, second: FastAPI, deed: str
) -> None:
    here, there = world.officer, through(second, world.officer)
    before = await there.seen("/me")
    assert await here.seen("/me") == before
    await DEEDS[deed](world)
    after = [(await client.get("/me")) for client in (there, here)]
    if deed in {"log_out", "disable"}:
        assert [response.status_code for response in after] == [401, 401]
    elif deed == "change_role":
        assert [response.json()["role"] for response in after] == ["auditor", "auditor"]
    else:
        assert {response.json()["team_id"] for response in after} == {str(world.teams["metal"])}


async def log_out(world: World) -> None:
    assert (await world.officer.request("DELETE", "/sessions/current")).status_code == 204


async def disable(world: World) -> None:
    await patch(world, {"is_active": False})


async def move_team(world: World) -> None:
    await patch(world, {"team_id": str(world.teams["metal"])})


async def patch(world: World, body: Any) -> None:
    path = f"/officers/{world.officer.id}"
    assert (await world.system_admin.patch(path, body, '"v1"')).status_code == 200


async def change_role(world: World) -> None:
    path = f"/officers/{world.officer.id}/role-changes"
    await world.security_admin.made(path, {"role": "auditor"}, headers={"If-Match": '"v1"'})


DEEDS = {
    "log_out": log_out,
    "disable": disable,
    "change_role": change_role,
    "move_team": move_team,
}


async def test_a_deaf_process_keeps_nothing(world: World, second: FastAPI) -> None:
    there = through(second, world.officer)
    await there.seen("/me")
    assert known(second)
    await world.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query ILIKE 'LISTEN%' OR query = 'SELECT 1'"
    )
    while second.state.callers._connection is not None:
        await world.database.fetchval("SELECT 1")
    await there.seen("/me")
    assert known(second) == []


async def test_an_answer_read_before_a_notification_is_not_kept(world: World) -> None:
    cache = world.app.state.callers
    generation = cache.generation
    await world.database.execute("NOTIFY callers")
    await world.settled()
    cache.put(b"key", "stale", 60, generation)
    assert cache.get(b"key") is None
