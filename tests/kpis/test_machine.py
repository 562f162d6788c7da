"""A random history against a plain Python model: after each step every number must agree.

`YINFENG_STEPS=2000` walks further (`make test-ledger`); the seed makes every walk repeatable.
"""

import os
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fastapi import FastAPI

from app.core.clock import today
from app.core.db import Database
from app.kpis import ledger, rollup
from tests.kpis.model import STAGES, Lead, Model, Step, Visit
from tests.world import Client, World
from tests.writes import etag

STEPS, SEED = int(os.environ.get("YINFENG_STEPS", "60")), 2026
KINDS = ("outbound", "inbound", "local", "online")
MECHANISMS = ("leader_led", "department", "stationed", "commissioned")
METRICS = ["M01", "Q02", "Q03", "R07", "T02", "T03", "T05", "T09"]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Walk:
    """The same step in the model and over HTTP."""

    def __init__(self, world: World, deputy: Client, companies: list[str]) -> None:
        self.world, self.deputy, self.companies = world, deputy, companies
        self.database: Database = world.app.state.db
        self.pick = random.Random(SEED)
        bureau, bio, metal = (str(world.teams[name]) for name in ("bureau", "bio", "metal"))
        self.paths = {bio: (bio, bureau), metal: (metal, bureau)}
        people = (world.officer, world.colleague, world.team_lead)
        self.model = Model({c.id: (bio, bureau) for c in people} | {
            c.id: (metal, bureau) for c in (world.stranger, world.other_lead)
        })  # fmt: skip

    def placed(self, officers: list[str]) -> list[tuple[str, tuple[str, ...]]]:
        return [(officer, self.model.teams[officer]) for officer in officers]

    def some_people(self) -> list[str]:
        return self.pick.sample(sorted(self.model.teams), self.pick.randint(1, 3))

    def day(self) -> date:
        return today() - timedelta(days=self.pick.randint(0, 60))

    async def log_visit(self) -> None:
        people, company = self.some_people(), self.pick.choice(self.companies)
        visit = Visit(
            self.day(), self.pick.choice(KINDS), self.pick.choice(MECHANISMS), company,
            self.pick.randint(0, 5), self.placed(people),
        )  # fmt: skip
        made = await self.world.visit(
            company_id=company, visited_on=visit.day.isoformat(), kind=visit.kind,
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
        lead = await self.world.lead(owner, track="construction", company_id=company)
        self.model.leads[lead["id"]] = Lead(owner.id, [(owner.id, Decimal(100))])

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
        lead.steps.append(Step(done["id"], to, amount, owner, credits_))

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

    async def step(self) -> str:
        weights = {
            self.log_visit: 6, self.correct_visit: 5, self.reverse_visit: 2, self.new_lead: 2,
            self.advance: 6, self.sign: 3, self.reverse_step: 2, self.change_members: 3,
            self.move_officer: 1, self.fold: 4,
        }  # fmt: skip
        action = self.pick.choices(list(weights), list(weights.values()))[0]
        await action()
        return action.__name__

    async def served(self, start: date, as_of: str = "") -> dict[tuple[str, str], Any]:
        """What the API says, zero numbers left out."""
        query = f"period={start}..{today()}" + (f"&as_of={as_of}" if as_of else "")
        found: dict[tuple[str, str], Any] = {}
        for scope in ("officers", "teams", "zone"):
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


async def test_a_random_history(world: World, app: FastAPI) -> None:
    companies = [(await world.company())["id"] for _ in range(5)]
    walk = Walk(world, await world.account("leader", "bureau"), companies)
    starts = (today() - timedelta(days=60), today() - timedelta(days=20))
    known: list[tuple[str, Any]] = []
    for number in range(STEPS):
        action = await walk.step()
        start = starts[number % 2]
        expected = walk.model.numbers(start)
        assert await walk.served(start) == expected, (number, action)
        if number % (STEPS // 5) == 0:
            known.append((await world.instant(), walk.model.numbers(starts[0])))
    for as_of, expected in known:
        assert await walk.served(starts[0], as_of) == expected, as_of
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []
