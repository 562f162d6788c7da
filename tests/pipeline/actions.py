"""What people do to leads, at random: each action is one try, and may well be refused."""

import random
from copy import copy
from datetime import timedelta
from functools import partial
from typing import Any

from app.core.clock import today
from app.models.gates import GateItem
from tests import walk
from tests.pipeline.people import Person
from tests.pipeline.table import PATHS, RECOGNISED_BY, STAGES, gate
from tests.world import Client, World
from tests.writes import etag
from tests.writes.money import NOUNS, body_of

OUTCOMES = ("keep_owner", "transfer", "share", "split", "merge")
YES = {"decision": "recognise"}
OTHER = {"duplicate_decision": {"decision": "not_duplicate", "reason": "另一家"}}
Record = dict[str, Any]


class Walk:
    """Some leads of three investors, the people around them, and what they may try."""

    def __init__(self, world: World, people: dict[str, Person], companies: list[str]) -> None:
        self.world, self.people, self.companies = world, people, companies
        self.pick = random.Random(0)
        self.officers = [people[name] for name in ("officer", "colleague", "stranger")]
        self.field = [*self.officers, people["team_lead"]]
        self.high = [people["team_lead"], people["leader"], people["deputy"]]
        self.leads: list[str] = []

    def anybody(self) -> Person:
        return self.pick.choice(sorted(self.people.items()))[1]

    def often(self, likely: list[Person]) -> Person:
        """Mostly one of these, sometimes anybody."""
        return self.pick.choice(likely) if self.pick.random() < 0.85 else self.anybody()

    def day(self, back: int = 3) -> str:
        return f"{today() - timedelta(days=max(0, self.pick.randint(-1, back)))}"

    async def a_lead(self) -> Record | None:
        """Any lead, as the leader sees it."""
        if not self.leads:
            return None
        return await self.seen(f"/leads/{self.pick.choice(self.leads)}")

    async def seen(self, path: str) -> Any:
        return await self.people["auditor"].seen(path)

    async def one_of(self, path: str, **wanted: str) -> Record | None:
        """A record of a list, at random."""
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        items = (await self.seen(f"{path}?limit=200&{query}"))["items"]
        return self.pick.choice(items) if items else None

    def owner(self, lead: Record) -> Person:
        found = (person for person in self.people.values() if person.id == lead["owner_id"])
        return next(found, self.people["officer"])

    def around(self, lead: Record) -> World:
        """The world as the helpers of `tests.walk` know it, in which the lead's owner acts."""
        world, own = copy(self.world), self.owner(lead)
        world.company = partial(self.world.company, **OTHER)
        world.officer = own
        world.leader = self.people["leader" if own is self.people["deputy"] else "deputy"]
        world.team_lead = world.leader
        return world

    async def on(self, who: Client, path: str, record: Record, noun: str, **body: Any) -> Any:
        """Something done to a record in the version that was just read."""
        headers = {"If-Match": etag(record)}
        return await who.made(f"{path}/{record['id']}/{noun}", body, headers=headers)

    # Leads

    async def new_lead(self) -> None:
        if len(self.leads) >= 4:
            return
        body: Record = {"track": self.pick.choice([*PATHS, None])}
        lead = await self.pick.choice(self.field).made("/leads", {
            "name": f"项目{len(self.leads)}", "company_id": self.a_company(),
            "received_on": self.day(20), **body, **OTHER,
        })  # fmt: skip
        self.leads.append(lead["id"])

    def a_company(self) -> str:
        """Mostly one each, so that not every claim clashes."""
        number = len(self.leads) if self.pick.random() < 0.7 else self.pick.randrange(10)
        return self.companies[number % len(self.companies)]

    async def sign_one(self) -> None:
        """The first lead as far as its signing, by the book."""
        for to in PATHS["opening"][1:5]:
            lead = await self.people["leader"].seen(f"/leads/{self.leads[0]}")
            await self.step(lead, to, {"to_stage": to})

    async def edit_lead(self) -> None:
        if lead := await self.a_lead():
            change: Record = self.pick.choice([
                {"company_id": self.pick.choice(self.companies)}, {"received_on": self.day(20)},
                {"track": self.pick.choice([*PATHS])}, {"planned_investment": None},
                {"is_restricted": self.pick.random() < 0.3}, {"industry_code": None},
            ])  # fmt: skip
            path = f"/leads/{lead['id']}"
            await self.often([self.owner(lead)]).patch(path, change, etag(lead))

    async def delete_lead(self) -> None:
        if (lead := await self.a_lead()) and self.pick.random() < 0.5:
            await self.often([self.owner(lead)]).delete(f"/leads/{lead['id']}", etag(lead))
            self.leads.remove(lead["id"])

    async def change_members(self) -> None:
        if lead := await self.a_lead():
            people = self.pick.sample([*self.field, self.people["leader"]], 3)
            by_hand = self.pick.random() < 0.5
            cut = self.pick.randint(0, 10_000)
            shares = [f"{part / 100:.2f}" for part in (cut, (10_000 - cut) // 2)]
            rest = 100 - sum(float(share) for share in shares) + (self.pick.random() < 0.1)
            shares.append(f"{rest:.2f}")
            members = [
                {"officer_id": who.id, "role": role, **({"share": share} if by_hand else {})}
                for who, role, share in zip(
                    people, ("lead_negotiator", "first_contact", "supporter"), shares, strict=True
                )
            ]
            await self.on(self.often(self.high), "/leads", lead, "member-changes", members=members)

    # Moves

    async def bring(self, lead: Record, to: str) -> None:
        """What the lead's owner and the leaders can bring of what the gate misses."""
        world, tried = self.around(lead), set[str]()
        while missing := [i for i in await self.lacking(lead, to) if i not in tried]:
            tried.add(missing[0])
            if missing[0] == "landing_track":
                await walk.patch(world, lead, track=self.pick.choice([*PATHS]))
            elif brings := walk.BRING.get(GateItem(missing[0])):
                await brings(world, lead)

    async def lacking(self, lead: Record, to: str) -> list[str]:
        gates = (await self.seen(f"/leads/{lead['id']}/gates"))["items"]
        found = [gate["items"] for gate in gates if gate["stage"] == to]
        return [item["item"] for items in found for item in items if not item["is_held"]]

    async def bring_something(self) -> None:
        if lead := await self.a_lead():
            gates = (await self.seen(f"/leads/{lead['id']}/gates"))["items"]
            missing = [i["item"] for g in gates for i in g["items"] if not i["is_held"]]
            known = [item for item in missing if GateItem(item) in walk.BRING]
            if known:
                item = GateItem(self.pick.choice(known))
                await walk.BRING[item](self.around(lead), lead)

    def steps(self, lead: Record) -> list[str]:
        moves = lead["allowed_actions"]
        if (lead["stage"], lead["track"], lead["status"]) == ("negotiating", None, "active"):
            return ["pre_signing"]
        return [m.removeprefix("advance_to_") for m in moves if m.startswith("advance_to_")]

    async def push(self) -> None:
        """Some stages on, with all that is asked for, at times on a promise."""
        lead = await self.a_lead()
        for _ in range(self.pick.randint(1, 5)):
            lead = lead and await self.people["leader"].seen(f"/leads/{lead['id']}")
            if not lead or not (steps := self.steps(lead)):
                return
            await self.step(lead, self.pick.choice(steps))

    async def step(self, lead: Record, to: str, body: Record | None = None) -> None:
        """All that the gate asks for, the request and its recognition."""
        await self.bring(lead, to)
        lead = await self.seen(f"/leads/{lead['id']}")
        body = body or await self.moved(lead, to)
        step = await self.on(self.owner(lead), "/leads", lead, "stage-transitions", **body)
        if step["status"] == "pending":
            leader = self.around(lead).leader
            await self.on(leader, "/stage-transitions", step, "decisions", **YES)

    async def moved(self, lead: Record, to: str) -> Record:
        body: Record = {"to_stage": to}
        if self.pick.random() < 0.15:
            body["event_on"] = self.day()
        if to == "signed":
            active = await self.one_of(
                "/agreements", lead_id=lead["id"], kind="investment", status="active"
            )
            amount = active["amount"] if active else "200000000.00"
            amounts = {"agreed_amount": self.pick.choice([amount, amount, amount, "1.00"])}
            body |= {} if active and self.pick.random() < 0.5 else amounts
        return body

    async def ask_for_a_move(self) -> None:
        """By anybody, anywhere, with or without promises."""
        if lead := await self.a_lead():
            here = STAGES.index(lead["stage"])
            to = self.pick.choice([*STAGES, *STAGES[here + 1 : here + 2] * 10])
            body = await self.moved(lead, to)
            if self.pick.random() < 0.7:
                promised = f"{today() + timedelta(days=self.pick.randint(0, 95))}"
                body["deferrals"] = [
                    {"item": item, "promised_on": promised, "reason": "受理中"}
                    for item in await self.lacking(lead, to)
                ]
            await self.on(
                self.often([self.owner(lead)]), "/leads", lead, "stage-transitions", **body
            )

    async def defer(self) -> None:
        """On, on promises for all that may be promised."""
        lead = await self.a_lead()
        lead = lead and await self.people["leader"].seen(f"/leads/{lead['id']}")
        if not lead or not (steps := self.steps(lead)):
            return
        to = steps[0]
        gates = (await self.seen(f"/leads/{lead['id']}/gates"))["items"]
        later = [
            item["item"] for gate in gates if gate["stage"] == to for item in gate["items"]
            if item["need"] == "deferrable" and not item["is_held"]
        ]  # fmt: skip
        world = self.around(lead)
        for item in await self.lacking(lead, to):
            if item not in later and GateItem(item) in walk.BRING:
                await walk.BRING[GateItem(item)](world, lead)
        lead = await self.seen(f"/leads/{lead['id']}")
        promised = f"{today() + timedelta(days=self.pick.randint(1, 60))}"
        body = await self.moved(lead, to)
        body["deferrals"] = [
            {"item": item, "promised_on": promised, "reason": "受理中"} for item in later
        ]
        await self.on(self.owner(lead), "/leads", lead, "stage-transitions", **body)

    async def days_pass_for_a_promise(self) -> None:
        """Nobody can promise for yesterday: the one thing that is not done over HTTP."""
        Person.written += 1
        await self.world.database.execute(
            "UPDATE deferrals SET promised_on = $1 WHERE id IN (SELECT id FROM deferrals"
            " ORDER BY id LIMIT 1)",
            today() - timedelta(days=self.pick.randint(1, 9)),
        )

    async def extend_a_promise(self) -> None:
        if promise := await self.one_of("/deferrals"):
            later = f"{today() + timedelta(days=self.pick.randint(0, 40))}"
            body = {"promised_on": later, "reason": "公示期延长"}
            await self.on(self.often(self.high), "/deferrals", promise, "extensions", **body)

    async def change_status(self) -> None:
        if lead := await self.a_lead():
            later = f"{today() + timedelta(days=self.pick.randint(0, 30))}"
            kinds: list[Record] = [
                {"kind": "suspend", "explanation": "等土地", "resume_by": later},
                {"kind": "resume"},
                {"kind": "reopen"},
            ]
            end = {"kind": "terminate", "reason_code": "investor_withdrew", "explanation": "撤资"}
            fitting = {"suspended": kinds[1], "terminated": kinds[2]}.get(
                lead["status"], self.pick.choice([kinds[0], end])
            )
            body = fitting if self.pick.random() < 0.8 else self.pick.choice([*kinds, end])
            if body is end and self.pick.random() < 0.5:
                await walk.attach(self.around(lead), lead, "termination_file", self.mark())
            lead = await self.seen(f"/leads/{lead['id']}")
            await self.on(
                self.often([self.owner(lead), *self.high]), "/leads", lead, "stage-transitions",
                **body,
            )  # fmt: skip

    def mark(self) -> str:
        return f"-{self.pick.randrange(10**9)}"

    async def decide_a_move(self) -> None:
        if step := await self.one_of("/stage-transitions", status="pending"):
            verdict = self.pick.choice(["recognise", "recognise", "reject"])
            await self.on(
                self.often(self.high), "/stage-transitions", step, "decisions", decision=verdict
            )

    async def reverse_a_move(self) -> None:
        if lead := await self.a_lead():
            steps = (await self.seen(
                f"/stage-transitions?status=recognised&lead_id={lead['id']}&sort=-created_at"
            ))["items"]  # fmt: skip
            if steps:
                step = steps[0] if self.pick.random() < 0.7 else self.pick.choice(steps)
                who = self.often(self.high)
                await self.on(who, "/stage-transitions", step, "reversals", reason="录入有误")

    # First contact

    async def visit(self, who: Person, **subject: Any) -> Record:
        guests = [{"name": "王芳", "title": "总经理"}] if self.pick.random() < 0.8 else []
        body = {"kind": "inbound", "summary": "洽谈", "guests": guests, "visited_on": self.day(9)}
        return await who.made("/visits", body | subject)

    async def log_visit(self) -> None:
        if (lead := await self.a_lead()) and self.pick.random() < 0.5:
            await self.visit(self.often([self.owner(lead)]), lead_id=lead["id"])
            return
        await self.visit(self.pick.choice(self.field), company_id=self.pick.choice(self.companies))

    async def reverse_a_visit(self) -> None:
        if visit := await self.one_of("/visits"):
            await self.on(self.anybody(), "/visits", visit, "reversals", reason="误录")

    async def claim(self) -> None:
        if lead := await self.a_lead():
            who = self.often([self.owner(lead)])
            visit = await self.visit(who, lead_id=lead["id"])
            await who.made("/claims", {"lead_id": lead["id"], "visit_id": visit["id"]})

    async def decide_a_claim(self) -> None:
        if claim := await self.one_of("/claims", status="pending"):
            verdict = self.pick.choice(["recognise", "recognise", "reject"])
            await self.on(self.often(self.high), "/claims", claim, "decisions", decision=verdict)

    async def renew_a_claim(self) -> None:
        if claim := await self.one_of("/claims", status="active"):
            holders = [who for who in self.field if who.id == claim["officer_id"]]
            await self.on(self.often(holders or self.field), "/claims", claim, "renewals")

    async def ask_to_join(self) -> None:
        body = {"company_id": self.pick.choice(self.companies), "reason": "曾共同接待"}
        await self.pick.choice(self.field).made("/join-requests", body)

    async def decide_on_joining(self) -> None:
        if wish := await self.one_of("/join-requests", status="pending"):
            verdict = self.pick.choice(["recognise", "recognise", "reject"])
            await self.on(
                self.often(self.high), "/join-requests", wish, "decisions", decision=verdict
            )

    async def open_a_dispute(self) -> None:
        who, company = self.pick.choice(self.field), self.pick.choice(self.companies)
        visit = await self.visit(who, company_id=company)
        own = await self.one_of("/leads", owner_id=who.id, company_id=company)
        body = {"company_id": company, "statement": "更早接触", "visit_ids": [visit["id"]]}
        await who.made("/disputes", body | ({"own_lead_id": own["id"]} if own else {}))

    async def decide_a_dispute(self) -> None:
        if dispute := await self.one_of("/disputes", status__in="open,appealed"):
            outcome = self.pick.choice(OUTCOMES)
            body: Record = {"outcome": outcome, "reason": "以证据为准"}
            to = self.pick.choice([*self.field, self.people["leader"]])
            if outcome == "transfer":
                body["to_officer_id"] = to.id
            elif outcome == "share":
                pair = self.pick.sample(self.field, 2)
                roles = zip(pair, ("lead_negotiator", "supporter"), ("66.67", "33.33"), strict=True)
                body["members"] = [
                    {"officer_id": p.id, "role": role, "share": share} for p, role, share in roles
                ]
            who = self.often([self.people["leader"], self.people["deputy"]])
            await self.on(who, "/disputes", dispute, "decisions", **body)

    async def appeal_a_dispute(self) -> None:
        if dispute := await self.one_of("/disputes", status="decided"):
            authors = [
                w for w in self.field if w.id in (dispute["created_by_id"], dispute["owner_id"])
            ]
            who = self.often(authors or self.field)
            await self.on(who, "/disputes", dispute, "appeals", statement="另有证据")

    async def transfer(self) -> None:
        if lead := await self.a_lead():
            to = self.pick.choice([*self.field, self.people["leader"]])
            body = {"lead_ids": [lead["id"]], "to_officer_id": to.id, "reason": "轮岗"}
            await self.often(self.high).made("/transfers", body)

    async def undo_a_transfer(self) -> None:
        if transfer := await self.one_of("/transfers"):
            await self.on(self.often(self.high), "/transfers", transfer, "reversals", reason="误移")

    async def merge(self) -> None:
        if len(self.leads) > 1:
            kept, merged = self.pick.sample(self.leads, 2)
            if self.pick.random() < 0.7:
                lead = await self.people["leader"].seen(f"/leads/{kept}")
                merged = (await self.twin(lead))["id"]
            body = {"kind": "lead", "kept_id": kept, "merged_id": merged, "reason": "同一项目"}
            await self.often(self.high).made("/merges", body)
            self.leads.remove(merged)

    async def twin(self, lead: Any) -> Any:
        """The same investor typed once more."""
        body = {"name": lead["name"], "company_id": lead["company_id"], **OTHER}
        made = await self.owner(lead).made("/leads", body)
        self.leads.append(made["id"])
        return made

    async def undo_a_merge(self) -> None:
        if merge := await self.one_of("/merges"):
            await self.on(self.often(self.high), "/merges", merge, "reversals", reason="误并")
            self.leads.append(merge["merged_id"])

    # Gates, agreements and money

    async def set_a_gate(self) -> None:
        """Another need of an item, for a while; what is signed is always what was agreed."""
        admin = self.often([self.people["system_admin"]])
        if setting := await self.one_of("/gate-settings"):
            await admin.delete(f"/gate-settings/{setting['id']}", etag(setting))
            return
        stage = self.pick.choice([*RECOGNISED_BY])
        items = [i for part in gate(stage, self.pick.choice([*PATHS])) for i in part]
        if not items:
            return
        item, need = self.pick.choice(items), self.pick.choice(["off", "deferrable", "compulsory"])
        if item != "investment_agreement":
            body = {"stage": stage, "item": item, "need": need}
            await admin.made("/gate-settings", body)

    async def assess(self) -> None:
        if lead := await self.a_lead():
            verdict = self.pick.choice(["follow", "drop", "ask_experts"])
            body = {"lead_id": lead["id"], "verdict": verdict, "comment": "复评"}
            await self.often([self.owner(lead)]).made("/assessments", body)

    async def report_operation(self) -> None:
        if lead := await self.a_lead():
            body = {"lead_id": lead["id"], "year": today().year, "jobs": 1, "tax": "1.00"}
            body["output"] = self.pick.choice(["1.00", "90000000.00"])
            await self.often([self.owner(lead)]).made("/operation-reports", body)

    async def judge_a_report(self) -> None:
        if report := await self.one_of("/operation-reports"):
            who = self.often([self.people["leader"], self.people["assessor"]])
            noun, body = self.pick.choice(
                [("decisions", YES), ("decisions", YES), ("reversals", {"reason": "误报"})]
            )
            await self.on(who, "/operation-reports", report, noun, **body)

    async def sign_another_agreement(self) -> None:
        """A new version, or an increment."""
        if not (lead := await self.a_lead()):
            return
        active = await self.one_of(
            "/agreements", lead_id=lead["id"], kind="investment", status="active"
        )
        kind = self.pick.choice(["investment", "supplement", "supplement"])
        more = {"supersedes_id": active["id"]} if active and self.pick.random() < 0.9 else {}
        more["amount"] = f"{self.pick.randint(1, 10**10) / 100:.2f}"
        if self.pick.random() < 0.3:
            rate = {"exchange_rate": "7.12345678", "rate_on": f"{today()}"}
            more |= {"currency": "USD", **rate}
        await walk.agreement(self.around(lead), lead, kind=kind, **more)

    async def decide_an_agreement(self) -> None:
        if agreement := await self.one_of("/agreements"):
            verdict = self.pick.choice(["activate", "terminate"])
            who = self.often([self.people["leader"], self.people["deputy"]])
            await self.on(who, "/agreements", agreement, "decisions", decision=verdict)

    async def type_money(self) -> None:
        if lead := await self.a_lead():
            noun = self.pick.choice([*NOUNS])
            more: Record = {"amount": f"{self.pick.randint(1, 10**10) / 100:.2f}"}
            if noun == "fixed_investment":
                more["month"] = f"{today().replace(day=1)}"
            body = body_of(noun, lead, **more)
            await self.often([self.owner(lead)]).made(f"/{NOUNS[noun]}", body)

    async def decide_on_money(self) -> None:
        path = f"/{self.pick.choice([*NOUNS.values()])}"
        if fact := await self.one_of(path, status="pending"):
            verdict = self.pick.choice(["recognise", "recognise", "reject"])
            who = self.often([self.people["leader"], self.people["assessor"]])
            await self.on(who, path, fact, "decisions", decision=verdict)

    async def reverse_money(self) -> None:
        path = f"/{self.pick.choice([*NOUNS.values()])}"
        if fact := await self.one_of(path, status="recognised"):
            who = self.often([self.people["leader"], self.people["assessor"]])
            await self.on(who, path, fact, "reversals", reason="重复录入")

    async def change_money(self) -> None:
        """Corrected or withdrawn, which only its author may, and only while nobody has decided."""
        path = f"/{self.pick.choice([*NOUNS.values()])}"
        if fact := await self.one_of(path):
            at, authors = (
                f"{path}/{fact['id']}",
                [who for who in self.people.values() if who.id == fact["created_by_id"]],
            )
            who = self.often(authors)
            if self.pick.random() < 0.5:
                await who.patch(at, {"amount": "12.34"}, etag(fact))
            else:
                await who.delete(at, etag(fact))


ACTIONS = (
    "push", "new_lead", "edit_lead", "delete_lead", "change_members", "bring_something",
    "ask_for_a_move", "defer", "days_pass_for_a_promise", "extend_a_promise", "change_status",
    "decide_a_move", "reverse_a_move", "log_visit", "reverse_a_visit", "claim", "decide_a_claim",
    "renew_a_claim", "ask_to_join", "decide_on_joining", "open_a_dispute", "decide_a_dispute",
    "appeal_a_dispute", "transfer", "undo_a_transfer", "merge", "undo_a_merge",
    "set_a_gate", "assess", "report_operation", "judge_a_report", "sign_another_agreement",
    "decide_an_agreement", "type_money", "decide_on_money", "reverse_money", "change_money",
)  # fmt: skip
# What moves the story along comes up more often.
LIKELY = ("push", "push", "push", "decide_a_move", "type_money", "decide_on_money", "new_lead")
