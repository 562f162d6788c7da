"""Any history of reservations against a plain list of days: what is free, and who is refused."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.core.clock import today
from app.core.config import Settings
from app.main import create_app
from tests.conftest import plain
from tests.world import World, emptying
from tests.writes.sites import a_site

pytestmark = pytest.mark.long

WALKS = settings(
    max_examples=6,
    stateful_step_count=40,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
FIRST, WINDOW, AREA = date(2097, 1, 1), 20, 1000
DAYS = st.integers(0, WINDOW - 1)
AREAS = st.sampled_from([1, 200, 250, 400, 500, 999, 1000])
ACTIONS = st.sampled_from(["confirmations", "releases", "renewals"])


@dataclass
class Taken:
    """A reservation of the model; days count from `FIRST`, the last one may be none."""

    area: int
    first: int
    last: int | None
    status: str = "held"

    def on(self, day: int) -> int:
        """What it takes on a day."""
        is_there = self.first <= day and (self.last is None or day <= self.last)
        return self.area if is_there and self.status in {"held", "confirmed"} else 0


def _day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


class SiteMachine(RuleBasedStateMachine):
    """After each step the free area of every day must agree."""

    runner: ClassVar[asyncio.Runner]
    app: ClassVar[FastAPI]
    database: ClassVar[asyncpg.Connection]
    refused: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Taken] = {}
        self.area = AREA
        self.run(self._begin())

    def run(self, action: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(action)

    async def _begin(self) -> None:
        await self.database.execute(await emptying(self.database))
        self.world = World(self.app, self.database)
        await self.world.__aenter__()
        await self.world.people()
        self.site = (await a_site(self.world, str(AREA)))["id"]
        self.lead = (await self.world.lead())["id"]

    def free(self, day: int) -> int:
        """What the model has left on a day."""
        return self.area - sum(row.on(day) for row in self.rows.values())

    def told(self, reply: Any, *, is_refused: bool) -> bool:
        """Whether it was accepted, which has to be what the model says."""
        type(self).refused += is_refused
        assert reply.status_code in ({409} if is_refused else {200, 201}), reply.text
        return not is_refused

    @rule(area=AREAS, first=DAYS, length=st.none() | DAYS)
    def reserve(self, area: int, first: int, length: int | None) -> None:
        last = None if length is None else first + length
        days = range(first, 2 * WINDOW if last is None else last + 1)
        body = {"site_id": self.site, "lead_id": self.lead, "area_m2": str(area),
                "from_on": _day(first), "to_on": None if last is None else _day(last)}  # fmt: skip
        reply = self.run(self.world.officer.post("/site-reservations", body))
        if self.told(reply, is_refused=min(map(self.free, days)) < area):
            self.rows[reply.json()["id"]] = Taken(area, first, last)

    @rule(pick=st.randoms(use_true_random=False), action=ACTIONS)
    def act(self, pick: Any, action: str) -> None:
        if not self.rows:
            return
        row_id = pick.choice(sorted(self.rows))
        row = self.rows[row_id]
        after = {"confirmations": "confirmed", "releases": "released", "renewals": "held"}[action]
        allowed = {"confirmations": {"held"}, "releases": {"held", "confirmed"},
                   "renewals": {"held", "expired"}}[action]  # fmt: skip
        reply = self.run(self._act(row_id, action))
        days = range(row.first, 2 * WINDOW if row.last is None else row.last + 1)
        has_room = row.status != "expired" or min(map(self.free, days)) >= row.area
        if self.told(reply, is_refused=row.status not in allowed or not has_room):
            row.status = after

    async def _act(self, row_id: str, action: str) -> Any:
        client = self.world.leader if action == "confirmations" else self.world.officer
        path = f"/site-reservations/{row_id}"
        headers = {"If-Match": (await client.get(path)).headers["etag"]}
        body = None if action == "confirmations" else {}
        return await client.post(f"{path}/{action}", body, headers=headers)

    @rule(pick=st.randoms(use_true_random=False))
    def expire(self, pick: Any) -> None:
        held = sorted(key for key, row in self.rows.items() if row.status == "held")
        if held:
            key = pick.choice(held)
            self.run(self.database.execute(
                "UPDATE site_reservations SET expires_on = $2::date - 1 WHERE id = $1", key, today()
            ))  # fmt: skip
            self.rows[key].status = "expired"

    @rule(area=st.sampled_from([500, 999, 1000, 1500]))
    def resize(self, area: int) -> None:
        path = f"/sites/{self.site}"
        tag = self.run(self.world.officer.get(path)).headers["etag"]
        reply = self.run(self.world.team_lead.patch(path, {"area_m2": str(area)}, tag))
        most = self.area - min(map(self.free, range(2 * WINDOW)))
        if self.told(reply, is_refused=most > area):
            self.area = area

    @invariant()
    def every_day_agrees(self) -> None:
        span = f"from_on={FIRST}&to_on={_day(2 * WINDOW - 1)}"
        seen = self.run(self.world.officer.seen(f"/sites/{self.site}/availability?{span}"))
        free = [self.free(day) for day in range(2 * WINDOW)]
        assert min(free) >= 0
        steps = [(_day(day), f"{area}.00") for day, area in enumerate(free)
                 if day == 0 or free[day - 1] != area]  # fmt: skip
        assert [(step["from_on"], step["free_area_m2"]) for step in seen["steps"]] == steps

    def teardown(self) -> None:
        self.run(self.world.__aexit__())


def test_any_history(database_url: str) -> None:
    """An event loop of its own: Hypothesis drives the machine from outside."""
    with asyncio.Runner() as runner:
        SiteMachine.runner = runner
        SiteMachine.app = create_app(Settings(mode="development"), database_url)
        SiteMachine.database = runner.run(asyncpg.connect(plain(database_url)))
        try:
            run_state_machine_as_test(SiteMachine, settings=WALKS)
        finally:
            runner.run(SiteMachine.database.execute(runner.run(emptying(SiteMachine.database))))
            runner.run(SiteMachine.database.close())
            runner.run(SiteMachine.app.state.db.close())
    assert SiteMachine.refused > 20
