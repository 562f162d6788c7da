"""Papers that a gate takes a promise for: brought at once, promised, extended, brought too late."""

from datetime import date, timedelta
from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import Paper, Promise, Step
from tests.kpis.machine.steps_activities import mature
from tests.kpis.machine.walk import Walk
from tests.walk import pdf

# By the stage that is entered: the item of its gate, and the kind of paper that shows it.
PROMISED = {
    "pre_signing": ("energy_environment_opinion", "energy_review"),
    "signed": ("deposit_receipt", "deposit_receipt"),
    "producing": ("designated_size_document", "designated_size_document"),
}


async def ask_for_papers(walk: Walk) -> None:
    """Of the gates, which are off else."""
    await walk.world.database.executemany(
        "DELETE FROM gate_settings WHERE stage = $1 AND item = $2",
        [(stage, item) for stage, (item, _) in PROMISED.items()],
    )


async def shown(walk: Walk, lead_id: str, to: str, day: date) -> dict[str, Any]:
    """What a request for a move says of its gate's paper, which is there, brought or promised."""
    item, kind = PROMISED.get(to, ("", ""))
    if not item or Paper(lead_id, kind) in walk.model.papers:
        return {}
    if walk.flip(0.2):
        await bring(walk, lead_id, kind)
        return {}
    promised_on = day + timedelta(days=walk.pick.randint(1, walk.pick.choice((30, 90))))
    return {"deferrals": [{"item": item, "promised_on": f"{promised_on}", "reason": "公示期内"}]}


def noted(walk: Walk, lead_id: str, step: Step, deferrals: list[dict[str, Any]]) -> None:
    """What was promised with a move that counts."""
    for told in deferrals:
        day, (_, kind) = date.fromisoformat(told["promised_on"]), PROMISED[step.to]
        promise = Promise(lead_id, walk.model.leads[lead_id], step, kind, day)
        walk.model.promises.append(promise)


async def bring(walk: Walk, lead_id: str, kind: str) -> None:
    """A paper, attached by who owns the lead."""
    owner = walk.owner(walk.model.leads[lead_id])
    file = await owner.made(
        "/evidence-files",
        None,
        data={"kind": kind, "dated_on": f"{today()}"},
        files={
            "file": ("paper.pdf", pdf(f"{lead_id} {len(walk.model.papers)}"), "application/pdf")
        },
    )
    body = {"file_id": file["id"], "subject_kind": "lead", "subject_id": lead_id}
    await owner.made("/evidence-links", body)
    walk.model.papers.append(Paper(lead_id, kind))


async def bring_overdue(walk: Walk, lead_id: str) -> None:
    """What stands before the next gate: refused while one is missing."""
    for promise in walk.model.overdue(lead_id):
        await bring(walk, lead_id, promise.kind)


async def bring_late(walk: Walk) -> None:
    """What had passed, and is found there by the next night."""
    promise = walk.one_of([p for p in _open(walk) if p.passed_on])
    await bring(walk, promise.lead, promise.kind)
    await mature(walk)


async def extend(walk: Walk) -> None:
    """Another day, which undoes no night."""
    promise = walk.one_of(_open(walk))
    query = f"lead_id={promise.lead}&transition_id={promise.step.id}"
    (held,) = (await walk.world.leader.seen(f"/deferrals?{query}"))["items"]
    promise.day = max(promise.day, today()) + timedelta(days=walk.pick.randint(1, 9))
    body = {"promised_on": f"{promise.day}", "reason": "补正"}
    await walk.posted(walk.deputy, f"/deferrals/{held['id']}/extensions", held, body)


def _open(walk: Walk) -> list[Promise]:
    """What is not there yet, of leads that are worked on."""
    model = walk.model
    return [
        promise
        for promise in model.promises
        if not model.is_held(promise)
        and promise.is_approved
        and model.leads[promise.lead].status == "active"
    ]


STEPS = {bring_late: 2, extend: 1}
