"""A random history against a plain Python model: after each step every number must agree.

`YINFENG_STEPS=2000` walks further (`make test-ledger`); derandomised: every run is the same.
"""

import asyncio
import os
import random
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

import asyncpg
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.core.clock import today
from app.core.config import DRIVER, Settings
from app.core.db import Database
from app.kpis import ledger, rollup
from app.main import create_app
from app.models.periods import month_of, next_month
from tests.kpis.model import STAGES, ZONE, Lead, Model, Step, Traits, Visit
from tests.world import Client, World, emptying
from tests.writes import etag

STEPS = int(os.environ.get("YINFENG_STEPS", "50"))
LONG = today() - timedelta(days=60)
WALKS = settings(
    # The first example is always the simplest history.
    max_examples=2 + STEPS // 100,
    stateful_step_count=min(STEPS, 100) + 1,
    # A failing history is printed as it is: making it shorter would take minutes.
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
KINDS = ("outbound", "inbound", "local", "online")
MECHANISMS = ("leader_led", "department", "stationed", "commissioned")
UNITS = (("生物医药大健康", "bio"), ("金属新材料", "metal"))
RATIOS = {"M07", "R07", "R10", "R11"}
STATUSES = ("strong", "weak", "missing")
METRICS = [
    "M01", "M02", "M03", "M04", "M05", "M06", "M07", "M10", "Q02", "Q03", "Q11", "Q12", "R07",
    "R10", "R11", "T02", "T03", "T05", "T09",
]  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass
class Unit:
    """A combination, a node of its chain, and what was last said of that."""

    id: str
    node_id: str
    status: str | None = None


async def a_unit(world: World, name: str, team: str) -> Unit:
    chain = await world.team_lead.made("/industry-chains", {"name": name, "kind": "emerging"})
    unit = await world.combination(name, team, industry_chain_id=chain["id"])
    return Unit(unit["id"], (await world.node(chain, "A"))["id"])


class Walk:
    """The same step in the model and over HTTP."""

    def __init__(
        self, world: World, deputy: Client, companies: list[str], units: list[Unit | None]
    ) -> None:
        self.world, self.deputy, self.companies = world, deputy, companies
        self.units = units
        self.locked: dict[tuple[date, date], Any] = {}
        self.database: Database = world.app.state.db
        self.pick = random.Random(0)
        bureau, bio, metal = (str(world.teams[name]) for name in ("bureau", "bio", "metal"))
        self.paths = {bio: (bio, bureau), metal: (metal, bureau)}
        self.owners = {c.id: c for c in (world.officer, world.stranger, world.team_lead)}
        people = (world.officer, world.colleague, world.team_lead)
        self.model = Model({c.id: (bio, bureau) for c in people} | {
            c.id: (metal, bureau) for c in (world.stranger, world.other_lead)
        })  # fmt: skip

    def placed(self, officers: list[str]) -> list[tuple[str, tuple[str, ...]]]:
        return [(officer, self.model.teams[officer]) for officer in officers]

    def flip(self) -> bool:
        return self.pick.random() < 0.5

    def some_people(self) -> list[str]:
        return self.pick.sample(sorted(self.model.teams), self.pick.randint(1, 3))

    def day(self) -> date:
        return today() - timedelta(days=self.pick.randint(0, 60))

    async def log_visit(self) -> None:
        people, company = self.some_people(), self.pick.choice(self.companies)
        subject: dict[str, Any] = {"company_id": company}
        unit, lead_id = None, self.a_lead()
        if lead_id and self.model.leads[lead_id].owner == self.world.officer.id:
            subject = {"lead_id": lead_id}
            company, unit = self.model.leads[lead_id].company, self.model.leads[lead_id].unit
        visit = Visit(
            self.day(), self.pick.choice(KINDS), self.pick.choice(MECHANISMS), company,
            self.pick.randint(0, 5), self.placed(people), unit,
        )  # fmt: skip
        if visit.day < self.model.open_from:
            subject["late_reason"] = "补录"
        made = await self.world.visit(
            **subject, visited_on=visit.day.isoformat(), kind=visit.kind,
            mechanism=visit.mechanism, guest_count=visit.guests, participant_ids=people,
        )  # fmt: skip
        self.model.visits[made["id"]] = visit

    async def correct_visit(self) -> None:
        if not self.model.visits:
            return
        visit_id = self.pick.choice(sorted(self.model.visits))
        visit, people = self.model.visits[visit_id], self.some_people()
        changes: dict[str, Any] = {}
        if self.pick.random() < 0.5:
            visit.day, visit.kind = self.day(), self.pick.choice(KINDS)
            changes |= {"visited_on": visit.day.isoformat(), "kind": visit.kind}
        if self.pick.random() < 0.5:
            visit.mechanism, visit.guests = self.pick.choice(MECHANISMS), self.pick.randint(0, 5)
            changes |= {"mechanism": visit.mechanism, "guest_count": visit.guests}
        if self.pick.random() < 0.5:
            if people != [officer for officer, _ in visit.people]:
                visit.people = self.placed(people)
            changes["participant_ids"] = people
        record = await self.world.officer.seen(f"/visits/{visit_id}")
        path = f"/visits/{visit_id}"
        response = await self.world.officer.patch(path, changes, etag(record))
        assert response.status_code == 200, response.text

    async def reverse_visit(self) -> None:
        if self.model.visits:
            visit_id = self.pick.choice(sorted(self.model.visits))
            record = await self.world.officer.seen(f"/visits/{visit_id}")
            await self.world.take_back("visits", record, self.world.officer)
            del self.model.visits[visit_id]

    async def new_lead(self) -> None:
        owner = self.pick.choice([self.world.officer, self.world.stranger, self.world.team_lead])
        company = self.pick.choice(self.companies)
        traits, unit = Traits(self.flip(), self.flip(), self.flip()), self.pick.choice(self.units)
        placed = {"combination_id": unit.id} if unit else {}
        if unit and self.pick.random() < 0.7:
            traits.has_node, placed["chain_node_id"] = True, unit.node_id
        lead = await self.world.lead(
            owner, track="construction", company_id=company, is_leading=traits.is_leading,
            is_flagship=traits.is_flagship, **placed,
            direction="internal" if traits.is_internal else "external",
        )  # fmt: skip
        self.model.leads[lead["id"]] = Lead(
            owner.id, [(owner.id, Decimal(100))], unit and unit.id, company, traits
        )

    async def change_unit(self) -> None:
        """What was typed before keeps the unit it had."""
        if lead_id := self.a_lead():
            lead, unit = self.model.leads[lead_id], self.pick.choice(self.units)
            if unit is None:
                return
            path, owner = f"/leads/{lead_id}", self.owners[self.model.leads[lead_id].owner]
            record = await owner.seen(path)
            changes = {
                "combination_id": unit.id, "chain_node_id": unit.node_id,
                "is_leading": not lead.traits.is_leading,
            }  # fmt: skip
            response = await owner.patch(path, changes, etag(record))
            assert response.status_code == 200, response.text
            lead.unit = unit.id
            lead.traits = replace(lead.traits, has_node=True, is_leading=not lead.traits.is_leading)

    async def declare(self) -> None:
        """Another status of a unit's node: nothing that was signed before moves."""
        unit = self.pick.choice(self.units)
        if unit is not None:
            others = [status for status in STATUSES if status != unit.status]
            unit.status = self.pick.choice(others)
            body = {"chain_node_id": unit.node_id, "status": unit.status}
            await self.world.leader.made("/node-statuses", body)

    def kept(self, lead: Lead) -> Traits:
        """What a step asked for now keeps."""
        held = {unit.id: unit.status for unit in self.units if unit}
        known = held[lead.unit] if lead.unit and lead.traits.has_node else None
        return replace(lead.traits, node_status=known)

    def a_lead(self) -> str | None:
        return self.pick.choice(sorted(self.model.leads)) if self.model.leads else None

    async def advance(self) -> None:
        lead_id = self.a_lead()
        if lead_id is None or self.model.leads[lead_id].stage == "at_capacity":
            return
        await self.advance_lead(lead_id, self.model.leads[lead_id])

    async def sign(self) -> None:
        """A lead straight to its signing, whose members share an amount with a remainder."""
        await self.new_lead()
        lead_id = list(self.model.leads)[-1]
        await self.change_members_of(lead_id)
        while self.model.leads[lead_id].stage != "signed":
            await self.advance_lead(lead_id, self.model.leads[lead_id])

    async def advance_lead(self, lead_id: str, lead: Lead) -> None:
        to, amount = STAGES[STAGES.index(lead.stage) + 1], Decimal(0)
        more: dict[str, Any] = {"to_stage": to}
        if to == "signed":
            amount = Decimal(self.pick.randint(1, 10 ** self.pick.randint(2, 12))) / 100
            more["agreed_amount"] = f"{amount:.2f}"
            if self.pick.random() < 0.3:
                more |= {"currency": "USD", "exchange_rate": "7", "rate_on": today().isoformat()}
                amount *= 7
        done = await self.world.ask(lead_id, self.world.leader, **more)
        assert done["status"] == "recognised"
        credits_ = [(o, self.model.teams[o], share) for o, share in lead.members]
        owner = (lead.owner, self.model.teams[lead.owner])
        lead.steps.append(Step(done["id"], to, amount, owner, credits_, lead.unit, self.kept(lead)))

    async def reverse_step(self) -> None:
        lead_id = self.a_lead()
        if lead_id and self.model.leads[lead_id].steps:
            step = self.model.leads[lead_id].steps.pop()
            record = await self.deputy.seen(f"/stage-transitions/{step.id}")
            await self.world.take_back("stage-transitions", record, self.deputy)

    async def change_members(self) -> None:
        if lead_id := self.a_lead():
            await self.change_members_of(lead_id)

    async def change_members_of(self, lead_id: str) -> None:
        people = self.pick.sample(sorted(self.model.teams), 3)
        likely = (0, 3_333, 10_000, self.pick.randint(0, 10_000))
        marks = sorted(self.pick.choice(likely) for _ in people[1:])
        ends = zip([0, *marks], [*marks, 10_000], strict=True)
        shares = [Decimal(end - start) / 100 for start, end in ends]
        roles = ["lead_negotiator", *["supporter"] * 2]
        parts = [
            (Client(self.world.http, officer, None), role, f"{share:.2f}")  # pyright: ignore[reportArgumentType]  an id
            for officer, role, share in zip(people, roles, shares, strict=False)
        ]
        await self.world.members(lead_id, *parts)
        self.model.leads[lead_id].members = list(zip(people, shares, strict=True))

    async def move_officer(self) -> None:
        officer = self.pick.choice(sorted(self.model.teams))
        team = self.pick.choice(sorted(self.paths))
        record = await self.world.system_admin.seen(f"/officers/{officer}")
        path = f"/officers/{officer}"
        await self.world.system_admin.patch(path, {"team_id": team}, etag(record))
        self.model.teams[officer] = self.paths[team]

    async def fold(self) -> None:
        """Into the monthly sums, all or a few: no number may notice."""
        await rollup.fold_all(self.database, self.pick.choice((1, 7, 50_000)))

    async def lock(self) -> None:
        """The next month, and what it says from now on for ever."""
        month = max(self.model.open_from, month_of(LONG))
        if next_month(month) > today():
            return
        body = {"month": f"{month}", "cut_off_on": f"{next_month(month)}"}
        period = await self.world.assessor.made("/periods", body)
        for to in ("closings", "locks"):
            path, headers = f"/periods/{period['id']}/{to}", {"If-Match": etag(period)}
            period = await self.world.assessor.made(path, None, headers=headers)
        self.model.open_from = next_month(month)
        last = next_month(month) - timedelta(days=1)
        self.locked[month, last] = await self.served(month, end=last)
        assert self.locked[month, last] == self.expected(month, last)

    async def redefine(self) -> None:
        """Other thresholds of Q03, this year."""
        more = self.pick.sample(range(2, 60), self.pick.randint(0, 3))
        thresholds = [100_000_000 * step for step in (1, *more)]
        body = {
            "metric": "Q03", "effective_from_year": today().year, "label_zh": "亿元以上",
            "label_en": "Large", "parameters": {"thresholds": thresholds},
        }  # fmt: skip
        row = await self.world.assessor.made("/metric-definitions", body)
        path, headers = f"/metric-definitions/{row['id']}/adoptions", {"If-Match": etag(row)}
        await self.world.assessor.made(path, None, headers=headers)
        self.model.thresholds = tuple(thresholds)

    async def bridge(self, metric: str, since: str, until: str) -> tuple[Decimal, Decimal]:
        """The zone's number at two instants, by a bridge whose terms add up."""
        found = await self.world.leader.seen(
            f"/kpi-changes?metric={metric}&period={LONG}..{today()}&scope=zone&scope_id={ZONE}"
            f"&from_at={since}&to_at={until}"
        )
        for part in found["parts"]:
            total = sum(Decimal(term["value"]) for term in part["terms"])
            assert total == Decimal(part["value_now"]) - Decimal(part["value_then"]), metric
        return tuple(Decimal(found["parts"][0][f"value_{when}"]) for when in ("then", "now"))  # pyright: ignore[reportReturnType]  two of them

    def expected(self, start: date, end: date = date.max) -> dict[tuple[str, str], Any]:
        """What the model says, zero numbers left out."""
        return {key: told for key, told in self.model.numbers(start, end).items() if any(told)}

    async def served(
        self, start: date, as_of: str = "", end: date | None = None
    ) -> dict[tuple[str, str], Any]:
        """What the API says, zero numbers left out."""
        query = f"period={start}..{end or today()}&metrics={','.join(METRICS)}" + (
            f"&as_of={as_of}" if as_of else ""
        )
        found: dict[tuple[str, str], Any] = {}
        for scope in ("officers", "teams", "combinations", "zone"):
            for subject, values in (await self.world.kpis(scope, query)).items():
                assert list(values) == METRICS
                for metric, value in values.items():
                    main = _number(value["value"])
                    parts = {p["dimension"]: _number(p["value"]) for p in value["breakdown"]}
                    if metric != "R07":
                        parts = {name: number for name, number in parts.items() if number}
                    parts = {name: number for name, number in parts.items() if number is not None}
                    if main or parts:
                        found[subject, metric] = (main, parts)
        return found


PICKS = st.randoms(use_true_random=False)


def _acting(name: str) -> Any:
    @rule(pick=PICKS)
    def act(self: "LedgerMachine", pick: random.Random) -> None:
        self.walk.pick = pick
        self.run(getattr(self.walk, name)())
        self.walk.model.post()

    act.__name__ = name
    return act


class LedgerMachine(RuleBasedStateMachine):
    """Actions drawn by Hypothesis; after each, every number of every scope must agree."""

    runner: ClassVar[asyncio.Runner]
    app: ClassVar[FastAPI]
    database: ClassVar[asyncpg.Connection]
    taken: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.known: list[tuple[str, Any]] = []
        self.run(self._begin())

    def run(self, action: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(action)

    async def _begin(self) -> None:
        await self.database.execute(await emptying(self.database))
        world = World(self.app, self.database)
        await world.__aenter__()
        await world.people()
        companies = [(await world.company())["id"] for _ in range(5)]
        units = [await a_unit(world, name, team) for name, team in UNITS]
        deputy = await world.account("leader", "bureau")
        self.walk = Walk(world, deputy, companies, [None, *units])

    log_visit, correct_visit = _acting("log_visit"), _acting("correct_visit")
    log_another_visit, reverse_visit = _acting("log_visit"), _acting("reverse_visit")
    new_lead, sign = _acting("new_lead"), _acting("sign")
    advance, advance_another = _acting("advance"), _acting("advance")
    reverse_step, change_members = _acting("reverse_step"), _acting("change_members")
    move_officer, fold = _acting("move_officer"), _acting("fold")
    change_unit, declare = _acting("change_unit"), _acting("declare")
    lock, lock_another = _acting("lock"), _acting("lock")
    correct_another, redefine = _acting("correct_visit"), _acting("redefine")

    @invariant()
    def every_number_agrees(self) -> None:
        type(self).taken += 1
        start = today() - timedelta(days=60 if self.taken % 2 else 20)
        assert self.run(self.walk.served(start)) == self.walk.expected(start)
        if self.taken % 10 == 0:
            self.known.append((self.run(self.walk.world.instant()), self.walk.expected(LONG)))

    def teardown(self) -> None:
        """What was answered then is answered still, and the ledger is what the facts say."""
        for as_of, expected in self.known:
            assert self.run(self.walk.served(LONG, as_of)) == expected, as_of
        for (start, end), said in self.walk.locked.items():
            assert self.run(self.walk.served(start, end=end)) == said, start
        self.run(self._bridges())
        self.run(self._drills())
        assert self.run(self._differences()) == []
        self.run(self.walk.world.__aexit__())

    async def _bridges(self) -> None:
        """Between any two instants the terms add up, from the one number to the other."""
        for (since, then), (until, now) in pairwise(self.known):
            for metric in METRICS:
                told = await self.walk.bridge(metric, since, until)
                if metric not in RATIOS:
                    numbers = (of.get((ZONE, metric), (0,))[0] for of in (then, now))
                    assert told == tuple(numbers), (metric, since, until)

    async def _drills(self) -> None:
        """The rows behind every number of the zone and of the teams add up to it."""
        world = self.walk.world
        query = f"period={LONG}..{today()}&metrics={','.join(METRICS)}"
        for scope in ("teams", "zone"):
            for values in (await world.kpis(scope, query)).values():
                for value in values.values():
                    await world.check_drill(value)

    async def _differences(self) -> list[ledger.Difference]:
        async with self.walk.database.transaction() as session:
            return await ledger.verify(session)


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
    assert LedgerMachine.taken >= STEPS
