"""The months before and after a lock, the way to it, and what has to hold there."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from app.models.periods import month_of, next_month
from tests.world import World
from tests.writes import etag

THIS = month_of(today())
LAST = month_of(THIS - timedelta(days=1))
BEFORE = month_of(LAST - timedelta(days=1))
A_DAY = LAST + timedelta(days=9)


async def step(world: World, period: Any, to: str) -> Any:
    """The month one step further: `closings` or `locks`."""
    path, headers = f"/periods/{period['id']}/{to}", {"If-Match": etag(period)}
    return await world.assessor.made(path, None, headers=headers)


async def taken_up(world: World, month: date = LAST) -> Any:
    """A month that may be locked as soon as it is closing."""
    body = {"month": f"{month}", "cut_off_on": f"{next_month(month)}"}
    return await world.assessor.made("/periods", body)


async def locked(world: World, month: date = LAST) -> Any:
    """The month, taken up, closed and locked."""
    return await step(world, await step(world, await taken_up(world, month), "closings"), "locks")


async def zone(world: World, query: str) -> dict[str, Any]:
    """The zone's numbers, by metric."""
    return next(iter((await world.kpis("zone", query)).values()))


async def check_exact(app: FastAPI) -> None:
    """The ledger says what its definitions say."""
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []


async def until_waiting(database: asyncpg.Connection) -> None:
    """Until somebody waits for an advisory lock."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(5):
        while not await database.fetchval(waiting):
            pass
