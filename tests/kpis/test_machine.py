"""Random histories: after each step every number of every metric and scope must agree.

With a plain Python model where there is one (`machine/counts.py`), with each other everywhere
(`machine/audit.py`). `YINFENG_STEPS=2000` walks further (`make test-ledger`); derandomised: the
same draws in every run, of other ids and another today.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Coroutine
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app.core.clock import today
from app.core.config import DRIVER, Settings
from app.kpis.catalogue import METRICS
from app.main import create_app
from app.models.periods import month_of
from tests.kpis.machine import (
    audit,
    slices,
    steps_activities,
    steps_leads,
    steps_money,
    steps_months,
    steps_past,
    steps_people,
    steps_promises,
    steps_records,
    steps_visits,
)
from tests.kpis.machine.counts import counted
from tests.kpis.machine.model import ZONE
from tests.kpis.machine.reached import RARE, WANTED, reached
from tests.kpis.machine.walk import LONG, NothingToDoError, Step, Walk, begin
from tests.world import World, emptying

pytestmark = pytest.mark.long

LENGTH = int(os.environ.get("YINFENG_STEPS", "70"))
WALKS = settings(
    max_examples=max(1, LENGTH // 100),
    stateful_step_count=min(LENGTH, 100) + 1,
    # A failing history is printed as it is: making it shorter would take minutes.
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOUNS = (
    steps_visits, steps_leads, steps_promises, steps_past, steps_people, steps_money,
    steps_activities, steps_records, steps_months,
)  # fmt: skip
# Each step as often as its weight says.
DECK: list[Step] = [step for noun in NOUNS for step, n in noun.STEPS.items() for _ in range(n)]
# Other days in turn: all of the history, days beside months, whole months alone, this one.
WINDOWS = (LONG, today() - timedelta(days=20), today().replace(month=1, day=1), month_of(today()))


class LedgerMachine(RuleBasedStateMachine):
    """Steps drawn by lot; after each, every number of every scope must agree."""

    runner: ClassVar[asyncio.Runner]
    app: ClassVar[FastAPI]
    database: ClassVar[asyncpg.Connection]
    taken: ClassVar[int] = 0
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.deck = list(dict.fromkeys(DECK))
        self.known: list[tuple[str, audit.Answers]] = []
        self.locked: dict[tuple[date, date], Any] = {}
        self.walk: Walk = self.run(self._begin())

    def run(self, action: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(action)

    async def _begin(self) -> Walk:
        await self.database.execute(await emptying(self.database))
        world = World(self.app, self.database)
        await world.__aenter__()
        walk = await begin(world)
        await steps_promises.ask_for_papers(walk)
        return walk

    @rule(seed=st.integers(0, 2**32))
    def step(self, seed: int) -> None:
        """The count has a part in it, so that even equal seeds make a history."""
        self.count += 1
        self.walk.pick = random.Random(f"{seed} {self.count}")
        self.run(self._taken())
        type(self).taken += 1

    async def _taken(self) -> None:
        await self._act()
        self.walk.model.post(counted(self.walk.model))
        self.reached.update(reached(self.walk.model))
        await self._check(WINDOWS[self.count % 4])
        if self._is_turn(10):
            instant = await self.walk.world.instant()
            self.known.append((instant, await audit.answers(self.walk, LONG)))
            assert await audit.differences(self.walk) == []

    def _is_turn(self, every: int, at: int = 0) -> bool:
        """What costs most is asked now and then; in long runs after each step."""
        return LENGTH > 100 or self.count % every == at

    async def _act(self) -> None:
        """One of the steps that this history has something for: at first each of them, then any."""
        deck = self.walk.pick.sample(self.deck, len(self.deck))
        while True:
            act = deck.pop() if deck else self.walk.pick.choice(DECK)
            try:
                await act(self.walk)
            except NothingToDoError:
                continue
            if act in self.deck:
                self.deck.remove(act)
            note(f"{self.count}: {act.__name__}")
            return

    async def _check(self, start: date) -> None:
        walk = self.walk
        found = await audit.answers(walk, start)
        assert audit.as_modelled(found) == audit.expected(walk, start)
        await audit.check_rows(walk, found, start)
        audit.check_sums(walk, found)
        audit.check_rates(found)
        await audit.check_drills(walk, found, 1)
        await self._keep_locked()
        if self.locked and self._is_turn(3):
            await self._check_locked(walk.pick.choice([*self.locked]))
        if self.known and self._is_turn(3, 1):
            await self._check_known(*walk.pick.choice(self.known))

    async def _keep_locked(self) -> None:
        """What a month said when it was locked."""
        for days in self.walk.made.get("locked", []):
            if days not in self.locked:
                found = await audit.answers(self.walk, *days)
                assert audit.as_modelled(found) == audit.expected(self.walk, *days)
                audit.check_rates(found)
                self.locked[days] = audit.kept(found)

    async def _check_locked(self, days: tuple[date, date]) -> None:
        """It says the same for ever."""
        assert audit.kept(await audit.answers(self.walk, *days)) == self.locked[days], days

    async def _check_known(self, as_of: str, told: audit.Answers) -> None:
        """What was answered then is answered still."""
        again = await audit.answers(self.walk, LONG, as_of=as_of)
        assert audit.kept(again) == audit.kept(told), as_of

    def teardown(self) -> None:
        self.run(self._end())

    async def _end(self) -> None:
        """The whole history once more, then every number opened."""
        for known in self.known:
            await self._check_known(*known)
        for days in self.locked:
            await self._check_locked(days)
        for since, until in pairwise(self.known):
            for metric in METRICS:
                told = [subject for subject in until[1] if subject[0] != "credited"]
                subject = self.walk.pick.choice([("zone", ZONE), *told])
                await audit.check_bridge(self.walk, metric, subject, since, until)
        found = await audit.answers(self.walk, LONG)
        await audit.check_drills(self.walk, found, LENGTH)
        await slices.check_mechanisms(self.walk, found)
        await slices.check_results(self.walk, found)
        assert await audit.differences(self.walk) == []
        await self.walk.world.__aexit__()


def test_any_history(database_url: str) -> None:
    """An event loop of its own: Hypothesis drives the machine from outside."""
    with asyncio.Runner() as runner:
        LedgerMachine.runner = runner
        LedgerMachine.app = create_app(Settings(mode="development"), database_url)
        dsn = database_url.replace(DRIVER, "postgresql://", 1)
        LedgerMachine.database = runner.run(asyncpg.connect(dsn))
        try:
            run_state_machine_as_test(LedgerMachine, settings=WALKS)
        finally:
            runner.run(LedgerMachine.database.execute(runner.run(emptying(LedgerMachine.database))))
            runner.run(LedgerMachine.database.close())
            runner.run(LedgerMachine.app.state.db.close())
    assert LedgerMachine.taken >= LENGTH
    print(sorted(LedgerMachine.reached.items()))
    wanted = WANTED | RARE if LENGTH >= 1_000 else WANTED
    assert set(LedgerMachine.reached) >= wanted
