"""Money that arrives, is recognised and taken back; what was agreed and promised; reports."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import Lead, Money, Supplement
from tests.kpis.machine.walk import Walk
from tests.writes.agreements import PROMISE, REPORT, decided, draft
from tests.writes.money import NOUNS, body_of
from tests.writes.sites import a_site

REGIONS = ("530102", "530302", "310115", "440305")
TAGS = ("real_estate", "infrastructure", "finance")
DAYS = {"capital_arrival": "arrived_on", "foreign_capital_use": "used_on"}


async def receive(walk: Walk) -> None:
    """Typed by the owner, recognised by the assessor for those who are members now."""
    noun = walk.pick.choice([*NOUNS, "capital_arrival"])
    await received(walk, noun, *walk.lead(is_signed=True))


async def received(walk: Walk, noun: str, lead_id: str, lead: Lead) -> None:
    """A fact of a lead, most likely recognised."""
    fact = Money(noun, lead_id, walk.day(), walk.amount())
    body = {"amount": f"{fact.amount:.2f}"} | _told(walk, fact)
    fact.unit = lead.unit
    path = f"/{NOUNS[fact.noun]}"
    late = walk.late(fact.day)
    body = body_of(fact.noun, {"id": lead_id}, **body, **late)
    made = await walk.owner(lead).made(path, body)
    decision = {"decision": "recognise" if walk.flip(0.9) else "reject"}
    made = await walk.posted(walk.world.assessor, f"{path}/{made['id']}/decisions", made, decision)
    if made["status"] == "recognised":
        unit = walk.unit(lead.unit)
        fact.credits, fact.is_recognised = walk.credits(lead), True
        fact.zone, fact.signed_on = lead.zone, lead.signing.day
        fact.is_key_chain = unit is not None and unit.is_key_chain
        walk.model.money[made["id"]] = fact


def _told(walk: Walk, fact: Money) -> dict[str, Any]:
    """What the noun says beside its amount; the fact learns it."""
    if fact.noun == "fixed_investment":
        fact.day, fact.is_in_statistics = fact.day.replace(day=1), walk.flip(0.8)
        return {"month": f"{fact.day}", "is_in_statistics": fact.is_in_statistics}
    told: dict[str, Any] = {DAYS[fact.noun]: f"{fact.day}"}
    if fact.noun == "capital_arrival":
        fact.region, fact.kind = walk.pick.choice(REGIONS), walk.pick.choice(("fixed", "working"))
        fact.tags = tuple(walk.pick.sample(TAGS, walk.pick.choice((0, 0, 1, 2))))
        told |= {"payer_region_code": fact.region, "kind": fact.kind}
        told["excluded_tags"] = list(fact.tags)
        if walk.flip(0.3):
            fact.ultimate = walk.pick.choice(REGIONS)
            told |= {"ultimate_country_code": "CN", "ultimate_region_code": fact.ultimate}
    return told


async def return_money(walk: Walk) -> None:
    fact_id = walk.one_of(sorted(walk.model.money))
    path = f"/{NOUNS[walk.model.money[fact_id].noun]}/{fact_id}"
    record = await walk.deputy.seen(path)
    await walk.posted(walk.deputy, f"{path}/reversals", record, {"reason": "误录"})
    del walk.model.money[fact_id]


async def agree(walk: Walk) -> None:
    """An investment agreement whose start was due yesterday, or a supplement to it."""
    lead_id, lead = walk.lead(is_signed=True)
    amount, day = walk.amount(), today().isoformat()
    more: dict[str, Any] = {"signed_on": day, "amount": f"{amount:.2f}", "produce_by": day}
    more["start_by"] = (today() - timedelta(days=walk.pick.randint(1, 40))).isoformat()
    more |= {"signed_on": more["start_by"], "promised_tax": "7000000.03", "promised_jobs": 90}
    if lead.agreement:
        more = {**more, "kind": "supplement", "supersedes_id": lead.agreement, "signed_on": day}
        more |= dict.fromkeys(("start_by", "produce_by", "promised_tax", "promised_jobs"))
    record = await draft(walk.world, {"id": lead_id}, walk.owner(lead), **more)
    reply = await decided(walk.world, record)
    assert reply.status_code == 201, reply.text
    if lead.agreement:
        lead.supplements[record["id"]] = Supplement(amount, walk.credits(lead))
    else:
        lead.agreement, lead.agreed = record["id"], amount


async def end_supplement(walk: Walk) -> None:
    held = [
        (supplement_id, supplement)
        for lead in walk.model.leads.values()
        for supplement_id, supplement in lead.supplements.items()
        if supplement.is_active and lead.status == "active"
    ]
    supplement_id, supplement = walk.one_of(held)
    record = await walk.world.leader.seen(f"/agreements/{supplement_id}")
    reply = await decided(walk.world, record, "terminate")
    assert reply.status_code == 201, reply.text
    supplement.is_active = False


async def report(walk: Walk) -> None:
    """What the year brought; taken back as any fact."""
    lead_id, lead = walk.lead(is_signed=True)
    walk.keep("report", lead_id)
    body = {"lead_id": lead_id, **REPORT, "year": today().year - len(walk.made["report"])}
    path = "/operation-reports"
    made = await walk.owner(lead).made(path, body)
    at = f"{path}/{made['id']}"
    made = await walk.posted(
        walk.world.assessor, f"{at}/decisions", made, {"decision": "recognise"}
    )
    if walk.flip():
        await walk.posted(walk.deputy, f"{at}/reversals", made, {"reason": "口径有误"})


async def settle(walk: Walk) -> None:
    """Land for a lead, confirmed; some of it given back."""
    lead_id, lead = walk.lead(is_signed=True)
    area = f"{walk.pick.randint(1, 10**7) / 100:.2f}"
    site = await a_site(walk.world, area, kind="land")
    need = {"site_id": site["id"], "lead_id": lead_id, "area_m2": area}
    path = "/site-reservations"
    held = await walk.owner(lead).made(path, need)
    at = f"{path}/{held['id']}"
    held = await walk.posted(walk.world.leader, f"{at}/confirmations", held)
    if walk.flip(0.3):
        await walk.posted(walk.world.leader, f"{at}/releases", held, {"reason": "选址有变"})


async def promise(walk: Walk) -> None:
    lead_id, lead = walk.lead()
    due_on = today() + timedelta(days=walk.pick.randint(-40, 40))
    body = {**PROMISE, "made_on": "2024-01-05", "lead_id": lead_id, "due_on": f"{due_on}"}
    body["direction"] = walk.pick.choice(("by_zone", "by_investor"))
    made = await walk.owner(lead).made("/commitments", body)
    walk.keep("promise", made["id"])


async def settle_promise(walk: Walk) -> None:
    promise_id = walk.taken("promise")
    record = await walk.world.leader.seen(f"/commitments/{promise_id}")
    body = {"decision": walk.pick.choice(("kept", "broken", "waived")), "reason": "核实"}
    await walk.posted(walk.world.leader, f"/commitments/{promise_id}/decisions", record, body)


async def pay(walk: Walk) -> None:
    """What a platform company pays, for a unit or for none."""
    amount, unit = walk.amount(), walk.one_of([unit for unit in walk.units if unit])
    day = walk.day()
    body = {
        "platform_company_id": walk.platform, "amount": f"{amount:.2f}", "purpose": "厂房建设",
        "paid_on": f"{day}", "combination_id": unit.id, **walk.late(day),
    }  # fmt: skip
    made = await walk.world.leader.made("/platform-fundings", body)
    walk.keep("payment", made)


async def pay_back(walk: Walk) -> None:
    made = walk.taken("payment")
    path = f"/platform-fundings/{made['id']}/reversals"
    await walk.posted(walk.world.leader, path, made, {"reason": "录入有误"})


STEPS = {
    receive: 5, return_money: 2, agree: 2, end_supplement: 1, report: 2, settle: 1, promise: 2,
    settle_promise: 1, pay: 1, pay_back: 1,
}  # fmt: skip
