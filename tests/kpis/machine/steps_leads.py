"""Leads and their moves: every counted stage on every track, given up, opened again, taken back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.kpis.machine import steps_people
from tests.kpis.machine.model import Lead, Step, Traits
from tests.kpis.machine.walk import NothingToDoError, Walk
from tests.world import PATHS

STATUSES = ("strong", "weak", "missing")
NOTHING = Decimal(0)
REASONS = ("investor_withdrew", "site_unsuitable", "force_majeure")


async def new_lead(walk: Walk) -> None:
    owner, unit = walk.officer(), walk.pick.choice(walk.units)
    traits, placed = Traits(walk.flip(), walk.flip(), walk.flip()), dict[str, Any]()
    if unit:
        placed["combination_id"] = unit.id
        if walk.flip(0.7):
            traits.has_node, placed["chain_node_id"] = True, unit.node_id
    track, company = walk.pick.choice(sorted(PATHS)), walk.one_of(walk.companies)
    lead = await walk.world.lead(
        owner, track=track, company_id=company, is_leading=traits.is_leading,
        is_flagship=traits.is_flagship, **placed, name=f"项目 {walk.number()}",
        direction="internal" if traits.is_internal else "external",
    )  # fmt: skip
    walk.model.leads[lead["id"]] = Lead(
        owner.id, [(owner.id, Decimal(100))], unit and unit.id, company, traits, track
    )


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
    """A lead straight to its signing, whose members share an amount with a remainder."""
    await new_lead(walk)
    lead_id = list(walk.model.leads)[-1]
    lead = walk.model.leads[lead_id]
    await steps_people.change_members_of(walk, lead_id, lead)
    for stage in PATHS[lead.track][:4]:
        await _moved(walk, lead_id, lead, stage)


async def land(walk: Walk) -> None:
    """A signed lead a few stages on."""
    lead_id, lead = walk.lead(is_signed=True)
    ahead = [stage for stage in PATHS[lead.track] if not lead.has(stage)]
    for stage in ahead[: walk.pick.randint(1, 5)]:
        await _moved(walk, lead_id, lead, stage)


async def _moved(walk: Walk, lead_id: str, lead: Lead, to: str) -> None:
    amount, more = NOTHING, dict[str, Any](to_stage=to)
    if to == "signed":
        amount = walk.amount()
        more["agreed_amount"] = f"{amount:.2f}"
        if walk.flip(0.3):
            more |= {"currency": "USD", "exchange_rate": "7", "rate_on": today().isoformat()}
            amount *= 7
    await _asked(walk, lead_id, lead, more, amount)


async def _asked(
    walk: Walk, lead_id: str, lead: Lead, body: dict[str, Any], amount: Decimal = NOTHING
) -> None:
    done = await walk.world.ask(lead_id, walk.world.leader, **body)
    assert done["status"] == "recognised"
    owner, shares = (lead.owner, walk.model.teams[lead.owner]), walk.credits(lead)
    to, reason = body.get("to_stage") or body["kind"], body.get("reason_code", "")
    kept = walk.kept(lead)
    lead.steps.append(Step(done["id"], to, amount, owner, shares, lead.unit, kept, reason))


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
    lead = walk.one_of([
        lead for _, lead in sorted(walk.model.leads.items()) if lead.steps and not lead.is_merged
    ])  # fmt: skip
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
    new_lead: 2, change_unit: 1, declare: 1, advance: 4, sign: 3, land: 3, suspend: 1, resume: 1,
    terminate: 2, reopen: 2, reverse_step: 4, check_lists: 1,
}  # fmt: skip
