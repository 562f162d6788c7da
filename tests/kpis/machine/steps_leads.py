"""Leads and their moves: every counted stage on every track, given up, opened again, taken back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.kpis.machine import steps_people, steps_promises
from tests.kpis.machine.facts import Lead, Step, Traits, ZoneCredit
from tests.kpis.machine.walk import LONG, NothingToDoError, Walk
from tests.world import PATHS, Client

STATUSES = ("strong", "weak", "missing")
NOTHING = Decimal(0)
LAST_YEAR = date(today().year - 1, 12, 1)
REASONS = ("investor_withdrew", "site_unsuitable", "force_majeure")


async def new_lead(walk: Walk) -> None:
    await _registered(walk, walk.pick.choice((today(), LONG, LAST_YEAR)))


async def _registered(
    walk: Walk, received: date, zone: ZoneCredit | None = None
) -> tuple[str, Lead]:
    headed = [c for c in walk.clients.values() if _heads(walk, walk.home[c.id], c.id)]
    owner = walk.one_of(headed) if zone else walk.officer()
    unit, heads = walk.pick.choice(walk.units), _heads(walk, walk.home[owner.id], owner.id)
    traits, placed = Traits(walk.flip(), walk.flip(), walk.flip()), dict[str, Any]()
    if unit:
        placed["combination_id"] = unit.id
        if walk.flip(0.7):
            traits.has_node, placed["chain_node_id"] = True, unit.node_id
    track, company = walk.pick.choice(sorted(PATHS)), walk.one_of(walk.companies)
    zone = (zone or _zone_credit(walk)) if heads else ZoneCredit()
    lead = await walk.world.lead(
        owner, track=track, company_id=company, is_leading=traits.is_leading,
        is_flagship=traits.is_flagship, **placed, name=f"项目 {walk.number()}",
        direction="internal" if traits.is_internal else "external",
        received_on=f"{received}",
    )  # fmt: skip
    if heads:
        await walk.patched(heads[0], f"/leads/{lead['id']}", _told(zone))
    walk.model.leads[lead["id"]] = Lead(
        owner.id, [(owner.id, Decimal(100))], unit and unit.id, company, traits, zone, received,
        track,
    )  # fmt: skip
    return lead["id"], walk.model.leads[lead["id"]]


def _heads(walk: Walk, team: str, *parties: str) -> list[Client]:
    """Who leads a team and has no part in what is to be credited."""
    heads = (walk.world.team_lead, walk.world.other_lead)
    return [head for head in heads if walk.home[head.id] == team and head.id not in parties]


def _zone_credit(walk: Walk) -> ZoneCredit:
    """Most of them not as usual."""
    share = walk.pick.choice((0, 10_000, 10_000, walk.pick.randint(1, 10_000)))
    return ZoneCredit(walk.flip(), Decimal(share) / 100)


def _told(zone: ZoneCredit) -> dict[str, Any]:
    return {"is_located_in_zone": zone.is_located, "credited_share": f"{zone.share:.2f}"}


async def share_with_a_district(walk: Walk) -> None:
    """What counts already keeps what it was stamped with."""
    lead_id, lead = walk.lead()
    path = f"/leads/{lead_id}"
    team = (await walk.world.leader.seen(path))["team_id"]
    zone = _zone_credit(walk)
    head = walk.one_of(_heads(walk, team, lead.owner, *(officer for officer, _ in lead.members)))
    await walk.patched(head, path, _told(zone))
    lead.zone = zone


async def change_unit(walk: Walk) -> None:
    """What was typed before keeps the unit it had."""
    lead_id, lead = walk.lead()
    unit = walk.one_of([unit for unit in walk.units if unit])
    changes = {
        "combination_id": unit.id, "chain_node_id": unit.node_id,
        "is_leading": not lead.traits.is_leading,
    }  # fmt: skip
    await walk.patched(walk.owner(lead), f"/leads/{lead_id}", changes)
    lead.unit, lead.traits.has_node = unit.id, True
    lead.traits.is_leading = not lead.traits.is_leading


async def declare(walk: Walk) -> None:
    """Another status of a unit's node: nothing that was signed before moves."""
    unit = walk.one_of([unit for unit in walk.units if unit])
    unit.status = walk.pick.choice([status for status in STATUSES if status != unit.status])
    body = {"chain_node_id": unit.node_id, "status": unit.status}
    await walk.world.leader.made("/node-statuses", body)


async def advance(walk: Walk) -> None:
    lead_id, lead = walk.lead()
    ahead = [stage for stage in PATHS[lead.track] if not lead.has(stage)]
    if not ahead:
        raise NothingToDoError
    at = 0
    if lead.stage == "building" and ahead[:2] == ["completed", "producing"]:
        at = walk.pick.randint(0, 1)  # production may begin before acceptance
    await _moved(walk, lead_id, lead, ahead[at])


async def sign(walk: Walk) -> None:
    """A lead straight to its signing, today or on days since it was received."""
    received = walk.pick.choice((today(), LONG, LAST_YEAR))
    await signed(walk, received, received if walk.flip() else None)


async def signed(
    walk: Walk, received: date, day: date | None, zone: ZoneCredit | None = None
) -> tuple[str, Lead]:
    """A lead whose members share an amount with a remainder."""
    lead_id, lead = await _registered(walk, received, zone)
    await steps_people.change_members_of(walk, lead_id, lead)
    for stage in PATHS[lead.track][:4]:
        await _moved(walk, lead_id, lead, stage, day)
    return lead_id, lead


async def land(walk: Walk) -> None:
    """A signed lead a few stages on."""
    lead_id, lead = walk.lead(is_signed=True)
    ahead = [stage for stage in PATHS[lead.track] if not lead.has(stage)]
    for stage in ahead[: walk.pick.randint(1, 5)]:
        await _moved(walk, lead_id, lead, stage)


async def _moved(walk: Walk, lead_id: str, lead: Lead, to: str, day: date | None = None) -> None:
    """What is overdue is brought first; some papers of the gate are only promised."""
    day = day or _event_day(walk, lead)
    await steps_promises.bring_overdue(walk, lead_id)
    amount, more = NOTHING, dict[str, Any](to_stage=to, event_on=f"{day}")
    more |= await steps_promises.shown(walk, lead_id, to, day)
    if to == "signed":
        amount = lead.agreed if lead.agreement else walk.amount()
        more["agreed_amount"] = f"{amount:.2f}"
        if not lead.agreement and walk.flip(0.3):
            more |= {"currency": "USD", "exchange_rate": "7", "rate_on": today().isoformat()}
            amount *= 7
    await _asked(walk, lead_id, lead, more, amount)


def _event_day(walk: Walk, lead: Lead) -> date:
    """Today, or since the latest move."""
    last = max([lead.received, *(step.day for step in lead.steps)])
    ago = walk.pick.choice((0, walk.pick.randint(0, (today() - last).days)))
    return today() - timedelta(days=ago)


async def _asked(
    walk: Walk, lead_id: str, lead: Lead, body: dict[str, Any], amount: Decimal = NOTHING
) -> None:
    done = await walk.world.ask(lead_id, walk.world.leader, **body)
    if "deferrals" in body:
        path = f"/stage-transitions/{done['id']}/decisions"
        done = await walk.posted(walk.deputy, path, done, {"decision": "recognise"})
    assert done["status"] == "recognised"
    owner, shares = (lead.owner, walk.model.teams[lead.owner]), walk.credits(lead)
    to, reason = body.get("to_stage") or body["kind"], body.get("reason_code", "")
    day = date.fromisoformat(done["event_on"])
    step = Step(
        done["id"], to, amount, owner, shares, lead.unit, walk.kept(lead, day), reason, lead.zone,
        day,
    )  # fmt: skip
    lead.steps.append(step)
    steps_promises.noted(walk, lead_id, step, body.get("deferrals", []))


async def _status(walk: Walk, kind: str, before: str, **body: Any) -> None:
    lead_id, lead = walk.lead(status=before)
    await _asked(walk, lead_id, lead, {"kind": kind, **body})


async def suspend(walk: Walk) -> None:
    later = (today() + timedelta(days=30)).isoformat()
    await _status(walk, "suspend", "active", explanation="等待土地指标", resume_by=later)


async def resume(walk: Walk) -> None:
    await _status(walk, "resume", "suspended")


async def terminate(walk: Walk) -> None:
    reason = walk.pick.choice(REASONS)
    before = walk.pick.choice(("active", "suspended"))
    await _status(walk, "terminate", before, reason_code=reason, explanation="投资方退出")


async def reopen(walk: Walk) -> None:
    await _status(walk, "reopen", "terminated")


async def reverse_step(walk: Walk) -> None:
    """The latest move, whatever it was."""
    leads = [lead for _, lead in sorted(walk.model.leads.items())]
    await reversed_one(walk, [lead for lead in leads if lead.steps and not lead.is_merged])


async def reversed_one(walk: Walk, leads: list[Lead]) -> None:
    """The latest move of one of these leads."""
    lead = walk.one_of(leads)
    step = lead.steps[-1]
    record = await walk.deputy.seen(f"/stage-transitions/{step.id}")
    await walk.world.take_back("stage-transitions", record, walk.deputy)
    lead.steps.pop()
    lead.reversed.append(step)


async def check_lists(walk: Walk) -> None:
    """A signing marked by the lists as they are known now."""
    _, lead = walk.lead(is_signed=True)
    (signing,) = [step for step in lead.milestones if step.to == "signed"]
    path = f"/stage-transitions/{signing.id}"
    record = await walk.world.assessor.seen(path)
    await walk.posted(walk.world.assessor, f"{path}/list-checks", record)


STEPS = {
    new_lead: 2, share_with_a_district: 2, change_unit: 1, declare: 1, advance: 4, sign: 3,
    land: 3, suspend: 1, resume: 1, terminate: 2, reopen: 2, reverse_step: 4, check_lists: 1,
}  # fmt: skip
