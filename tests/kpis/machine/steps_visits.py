"""Visits logged, corrected and taken back; what they ask for next, done."""

from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import Visit
from tests.kpis.machine.walk import NothingToDoError, Walk

KINDS = ("outbound", "inbound", "local", "online")
MECHANISMS = ("leader_led", "department", "stationed", "commissioned")


async def log_visit(walk: Walk) -> None:
    people, company, unit = walk.some_people(), walk.one_of(walk.companies), None
    subject: dict[str, str] = {"company_id": company}
    own = [
        (lead_id, lead)
        for lead_id, lead in sorted(walk.model.leads.items())
        if lead.owner == walk.world.officer.id and lead.status == "active"
    ]
    if own and walk.flip():
        lead_id, lead = walk.one_of(own)
        subject, company, unit = {"lead_id": lead_id}, lead.company, lead.unit
    visit = Visit(
        walk.day(), walk.pick.choice(KINDS), walk.pick.choice(MECHANISMS), company,
        walk.pick.randint(0, 5), walk.placed(people), unit,
    )  # fmt: skip
    more = {"next_action_on": today().isoformat()} if walk.flip(0.2) else {}
    given: dict[str, Any] = {**subject, **walk.late(visit.day), **more}
    made = await walk.world.visit(
        **given, visited_on=visit.day.isoformat(), kind=visit.kind, mechanism=visit.mechanism,
        guest_count=visit.guests, participant_ids=people,
    )  # fmt: skip
    walk.model.visits[made["id"]] = visit
    if more:
        walk.keep("visit with a follow-up", made["id"])


async def correct_visit(walk: Walk) -> None:
    visit_id = walk.one_of(sorted(walk.model.visits))
    visit, people = walk.model.visits[visit_id], walk.some_people()
    changes: dict[str, Any] = {}
    if walk.flip():
        visit.day, visit.kind = walk.day(), walk.pick.choice(KINDS)
        changes |= {"visited_on": visit.day.isoformat(), "kind": visit.kind, **walk.late(visit.day)}
    if walk.flip():
        visit.mechanism, visit.guests = walk.pick.choice(MECHANISMS), walk.pick.randint(0, 5)
        changes |= {"mechanism": visit.mechanism, "guest_count": visit.guests}
    if walk.flip():
        if people != [officer for officer, _ in visit.people]:
            visit.people = walk.placed(people)
        changes["participant_ids"] = people
    await walk.patched(walk.world.officer, f"/visits/{visit_id}", changes)


async def reverse_visit(walk: Walk) -> None:
    visit_id = walk.one_of(sorted(walk.model.visits))
    record = await walk.world.officer.seen(f"/visits/{visit_id}")
    await walk.world.take_back("visits", record, walk.world.officer)
    del walk.model.visits[visit_id]


async def follow_up(walk: Walk) -> None:
    """Done by the leader, where the visit still counts."""
    visit_id = walk.taken("visit with a follow-up")
    if visit_id not in walk.model.visits:
        raise NothingToDoError
    (held,) = (await walk.world.leader.seen(f"/follow-ups?visit_id={visit_id}"))["items"]
    path = f"/follow-ups/{held['id']}/completions"
    await walk.posted(walk.world.leader, path, held, {"outcome": "已送达"})


STEPS = {log_visit: 6, correct_visit: 4, reverse_visit: 2, follow_up: 1}
