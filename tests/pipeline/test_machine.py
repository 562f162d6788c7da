"""Any history of the pipeline, gates on: what people try at random leaves every rule in place.

`YINFENG_STEPS=1000` walks further (`make test-pipeline`); derandomised: the same draws each run.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.core.config import DRIVER, Settings
from app.kpis import ledger
from app.main import create_app
from tests.pipeline.actions import ACTIONS, LIKELY, Walk
from tests.pipeline.invariants import broken, lasting
from tests.pipeline.people import Person, Refused
from tests.world import World, emptying

pytestmark = pytest.mark.long

STEPS = int(os.environ.get("YINFENG_STEPS", "60"))
WALKS = settings(
    max_examples=max(1, STEPS // 200),
    stateful_step_count=min(STEPS, 200) + 1,
    # A failing history is printed as it is: making it shorter would take minutes.
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SEEDS = st.integers(0, 2**32)
NAMES = (
    "officer",
    "colleague",
    "stranger",
    "team_lead",
    "leader",
    "assessor",
    "auditor",
    "system_admin",
)


class PipelineMachine(RuleBasedStateMachine):
    """Actions drawn by Hypothesis; after each, nothing that must not be is there."""

    runner: ClassVar[asyncio.Runner]
    app: ClassVar[FastAPI]
    database: ClassVar[asyncpg.Connection]
    taken: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self.steps = 0
        self.run(self._begin())

    def run(self, action: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(action)

    async def _begin(self) -> None:
        await self.database.execute(await emptying(self.database))
        world = World(self.app, self.database)
        await world.__aenter__()
        await world.people()
        await world.with_gates()
        companies = [(await world.company())["id"] for _ in range(4)]
        people = {name: _person(world, getattr(world, name)) for name in NAMES}
        people["deputy"] = _person(world, await world.account("leader", "bureau"))
        for name in ("officer", "team_lead", "leader", "assessor"):
            setattr(world, name, people[name])
        self.walk = Walk(world, people, companies)

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        """Three leads, one of them signed."""
        self.walk.pick = random.Random(seed)
        for _ in range(3):
            self.run(self.walk.new_lead())
        self.run(self.walk.sign_one())

    @rule(seed=SEEDS)
    def act(self, seed: int) -> None:
        """Something by somebody; the simplest history is no dull one, for its steps differ."""
        self.steps += 1
        self.walk.pick = random.Random(f"{seed} {self.steps}")
        for name in self.walk.pick.sample((*ACTIONS, *LIKELY), 9):
            if self.tried(name):
                return

    def tried(self, name: str) -> bool:
        """Whether there was anything to do: it was done, or refused."""
        note(name)
        written = Person.written
        try:
            self.run(getattr(self.walk, name)())
        except Refused as refused:
            self.taken[f"{name}: {refused.code} {' '.join(refused.about)}"] += 1
            return True
        self.taken[name] += Person.written > written
        return Person.written > written

    @invariant()
    def every_rule_holds(self) -> None:
        self.taken["steps"] += 1
        assert self.run(broken(self.database)) == {}
        now = self.run(lasting(self.database))
        changed = {
            key: (body, now.get(key)) for key, body in self.kept.items() if now.get(key) != body
        }
        assert changed == {}
        self.kept = now
        assert self.run(self._differences()) == []

    async def _differences(self) -> list[ledger.Difference]:
        async with self.app.state.db.transaction() as session:
            return await ledger.verify(session)

    def teardown(self) -> None:
        self.run(self.walk.world.__aexit__())


def _person(world: World, client: Any) -> Person:
    return Person(world.http, client.id, client.token)


def test_any_history(database_url: str) -> None:
    """An event loop of its own: Hypothesis drives the machine from outside."""
    with asyncio.Runner() as runner:
        PipelineMachine.runner = runner
        PipelineMachine.app = create_app(Settings(mode="development"), database_url)
        dsn = database_url.replace(DRIVER, "postgresql://", 1)
        PipelineMachine.database = runner.run(asyncpg.connect(dsn))
        try:
            run_state_machine_as_test(PipelineMachine, settings=WALKS)
        finally:
            for line in sorted(PipelineMachine.taken.items()):
                print(line)
            wipe = runner.run(emptying(PipelineMachine.database))
            runner.run(PipelineMachine.database.execute(wipe))
            runner.run(PipelineMachine.database.close())
            runner.run(PipelineMachine.app.state.db.close())
    assert PipelineMachine.taken["steps"] >= STEPS
