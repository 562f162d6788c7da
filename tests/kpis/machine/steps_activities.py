"""Trips, events, station days, tasks and answers: what counts beside visits and leads."""

from datetime import date, timedelta
from typing import Any

from app.core.clock import today
from app.kpis import maturity
from tests.kpis.machine.walk import NothingToDoError, Walk
from tests.writes import etag

TASK = {"title": "代办营业执照", "kind": "registration", "promised_days": 1}


def _organised(walk: Walk) -> dict[str, Any]:
    unit = walk.pick.choice(walk.units)
    return {
        "organiser_id": walk.officer().id, "participant_ids": walk.some_people(),
        "cost_amount": f"{walk.amount():.2f}", "combination_id": unit and unit.id,
        "mechanism": walk.pick.choice(("leader_led", "department", "stationed")),
    }  # fmt: skip


def _of_noun(walk: Walk, noun: str) -> dict[str, Any]:
    day = f"{walk.day()}"
    if noun == "trips":
        return _organised(walk) | {"name": "赴上海招商", "from_on": day, "to_on": day}
    kind = walk.pick.choice(("roadshow", "signing", "policy_briefing"))
    return _organised(walk) | {"name": "推介会", "kind": kind, "held_on": day}


def _day_of(body: dict[str, Any]) -> date:
    return date.fromisoformat(body.get("held_on") or body["from_on"])


async def log_activity(walk: Walk) -> None:
    noun = walk.pick.choice(("trips", "events"))
    body = _of_noun(walk, noun)
    made = await walk.world.officer.made(f"/{noun}", body | walk.late(_day_of(body)))
    walk.keep(noun, made["id"])


async def correct_activity(walk: Walk) -> None:
    noun = walk.pick.choice(("trips", "events"))
    path = f"/{noun}/{walk.one_of(walk.made.get(noun, []))}"
    changes = _of_noun(walk, noun)
    kept = walk.pick.sample(sorted(changes), walk.pick.randint(1, 3))
    if noun == "trips":
        kept += ["from_on", "to_on"]
    late = walk.late(_day_of(changes))
    await walk.patched(walk.world.officer, path, {name: changes[name] for name in kept} | late)


async def reverse_activity(walk: Walk) -> None:
    noun = walk.pick.choice(("trips", "events"))
    record = await walk.world.officer.seen(f"/{noun}/{walk.taken(noun)}")
    await walk.world.take_back(noun, record, walk.world.officer)


async def trace(walk: Walk) -> None:
    """A lead comes from one event at most."""
    event_id, (lead_id, lead) = walk.one_of(walk.made.get("events", [])), walk.lead()
    if lead_id in walk.made.setdefault("traced", []):
        raise NothingToDoError
    walk.keep("traced", lead_id)
    body = {"event_id": event_id, "lead_id": lead_id, "relation": "sourced"}
    walk.keep("event-leads", await walk.owner(lead).made("/event-leads", body))


async def untrace(walk: Walk) -> None:
    """It was not so; by who owns the lead, where that still is one."""
    record = walk.taken("event-leads")
    lead = walk.model.leads[record["lead_id"]]
    if lead.is_merged or record["event_id"] not in walk.made["events"]:
        raise NothingToDoError
    path = f"/event-leads/{record['id']}"
    record = await walk.owner(lead).seen(path)
    reply = await walk.owner(lead).delete(path, etag(record))
    assert reply.status_code == 204, reply.text
    walk.made["traced"].remove(record["lead_id"])


async def station(walk: Walk) -> None:
    """Three days further back each time: nobody is at two places on one day."""
    ago = 3 * walk.number()
    days = {name: f"{today() - timedelta(days=ago - at)}" for at, name in enumerate(_SPAN)}
    body = {"region_code": "310000", "officer_id": walk.officer().id, **days}
    body |= walk.late(today() - timedelta(days=ago))
    made = await walk.world.leader.made("/stationings", body)
    walk.keep("stationings", made["id"])


_SPAN = ("from_on", "to_on")


async def leave_station(walk: Walk) -> None:
    record = await walk.world.leader.seen(f"/stationings/{walk.taken('stationings')}")
    await walk.world.take_back("stationings", record)


async def correct_station(walk: Walk) -> None:
    """One day of the two is left."""
    record = await walk.world.leader.seen(f"/stationings/{walk.taken('stationings')}")
    path = f"/stationings/{record['id']}"
    late = walk.late(date.fromisoformat(record["to_on"]))
    await walk.patched(walk.world.leader, path, {"from_on": record["to_on"], **late})


async def serve(walk: Walk) -> None:
    """A task taken on, and closed on the spot, a day too late or in time."""
    client, received_on = walk.officer(), today() - timedelta(days=walk.pick.randint(0, 5))
    body = {**TASK, "company_id": walk.one_of(walk.companies), "received_on": f"{received_on}"}
    task = await client.made("/service-tasks", body)
    path = f"/service-tasks/{task['id']}/closings"
    walk.keep("closed task", await walk.posted(client, path, task, {}))


async def reopen_task(walk: Walk) -> None:
    task = await walk.world.leader.seen(f"/service-tasks/{walk.taken('closed task')['id']}")
    await walk.posted(walk.world.leader, f"/service-tasks/{task['id']}/reopenings", task)


async def answer(walk: Walk) -> None:
    lead_id, lead = walk.lead()
    kind = walk.pick.choice(("answered", "feedback"))
    body = {"lead_id": lead_id, "kind": kind, "text": "已电话回复"}
    await walk.owner(lead).made("/lead-responses", body)


async def assess(walk: Walk) -> None:
    lead_id, lead = walk.lead()
    if lead.stage != "identified":
        raise NothingToDoError
    verdict = walk.pick.choice(("follow", "ask_experts"))
    body = {"lead_id": lead_id, "verdict": verdict, "comment": "符合方向"}
    await walk.owner(lead).made("/assessments", body)


async def receive_earlier(walk: Walk) -> None:
    """Of a lead that has not moved: its clock starts again."""
    lead_id, lead = walk.lead()
    if lead.stage != "identified":
        raise NothingToDoError
    day = walk.day()
    await walk.patched(walk.owner(lead), f"/leads/{lead_id}", {"received_on": f"{day}"})
    lead.received = day


async def mature(walk: Walk) -> None:
    """What the night's run writes down."""
    await maturity.mature(walk.database, lambda _done, _of: None)
    walk.model.mature()


STEPS = {
    log_activity: 3, correct_activity: 2, reverse_activity: 1, trace: 2, untrace: 1, station: 1,
    leave_station: 1, correct_station: 1, serve: 2, reopen_task: 1, answer: 1, assess: 1,
    receive_earlier: 1, mature: 2,
}  # fmt: skip
