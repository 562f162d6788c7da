"""Trips, events, a stationing, service tasks and a blocker: all on companies that do not exist."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.demo.leads import LAST_DAY
from app.demo.people import TEAMS, Zone, demo_id
from app.models.blockers import Blocker, BlockerStatus, Severity
from app.models.event_leads import EventLead, EventRelation
from app.models.events import Event, EventKind, EventParticipant
from app.models.leads import Lead, Mechanism
from app.models.officers import Officer
from app.models.pipeline import Stage
from app.models.service_tasks import ServiceTask, ServiceTaskKind, ServiceTaskStatus
from app.models.stationings import Stationing
from app.models.trips import Trip, TripParticipant

# name, region, days before the last day it began, days it took, yuan.
_TRIPS = (
    ("赴上海生物医药产业招商", "310000", 60, 3, "18600.00"),
    ("赴深圳智能装备产业招商", "440300", 25, 4, "23450.00"),
)
_EVENTS = (
    ("生物医药大健康产业推介会", EventKind.roadshow, 48, "86000.00"),
    ("重点项目集中签约会", EventKind.signing, 30, "42000.00"),
    ("惠企政策宣讲会", EventKind.policy_briefing, 12, None),
)
_Row = tuple[ServiceTaskKind, str, int, int | None]
# kind, title, promised working days, the days until it was done.
_TASKS: tuple[_Row, ...] = (
    (ServiceTaskKind.registration, "代办营业执照", 3, 2),
    (ServiceTaskKind.land, "办理不动产登记", 5, 20),
    (ServiceTaskKind.energy, "办理用电报装", 10, None),
)


async def add_trips_and_events(zone: Zone, leads: list[Lead]) -> None:
    """Two trips, an event of each kind with leads traced to it, and a month of station days."""
    crew, leads = zone.field_officers(), _invented(leads)
    for place, (name, region, ago, days, cost) in enumerate(_TRIPS):
        from_on = LAST_DAY - timedelta(days=ago)
        span = {"from_on": from_on, "to_on": from_on + timedelta(days=days - 1)}
        trip = Trip(
            id=demo_id("trip", name), name=name, region_code=region, **span,
            mechanism=Mechanism.leader_led if place else Mechanism.department,
            cost_amount=Decimal(cost), **_by(zone, crew[place]),
        )  # fmt: skip
        await _with(zone, trip, TripParticipant, "trip_id", crew[place : place + 3])
    for place, (name, kind, ago, cost) in enumerate(_EVENTS):
        event = Event(
            id=demo_id("event", name), name=name, kind=kind, place="昆明高新区",
            held_on=LAST_DAY - timedelta(days=ago), guest_count=40,
            cost_amount=Decimal(cost) if cost else None, **_by(zone, crew[place]),
        )  # fmt: skip
        await _with(zone, event, EventParticipant, "event_id", crew[place : place + 4])
        _trace(zone, event, leads[place * 3 : place * 3 + 3])
    _station(zone)
    await zone.session.flush()


def _invented(leads: list[Lead]) -> list[Lead]:
    """Nothing is said of real names: they alone carry no amounts."""
    return [lead for lead in leads if lead.planned_investment is not None]


def _by(zone: Zone, officer: Officer) -> dict[str, Any]:
    made = {"organiser_id": officer.id, "created_by_id": officer.id, "is_demo": True}
    return {**made, "team_path": zone.path_of(officer)}


async def _with(
    zone: Zone, activity: Trip | Event, model: Any, on: str, crew: list[Officer]
) -> None:
    zone.session.add(activity)
    await zone.session.flush()
    for place, officer in enumerate(crew):
        zone.session.add(
            model(
                id=demo_id(on, activity.id, place), officer_id=officer.id, place=place,
                team_path=zone.path_of(officer), **{on: activity.id},
            )
        )  # fmt: skip


def _trace(zone: Zone, event: Event, leads: list[Lead]) -> None:
    relation = EventRelation.met
    if event.kind is EventKind.roadshow:
        relation = EventRelation.sourced
    for lead in leads:
        row = EventLead(
            id=demo_id("event-lead", event.id, lead.id), event_id=event.id, lead_id=lead.id,
            relation=relation, created_by_id=lead.owner_id,
        )  # fmt: skip
        zone.session.add(row)


def _station(zone: Zone) -> None:
    team = zone.teams[TEAMS[3][0]]
    officer = next(officer for officer in zone.officers if officer.team_id == team.id)
    zone.session.add(
        Stationing(
            id=demo_id("stationing"), officer_id=officer.id, team_path=team.path,
            region_code="310000", from_on=LAST_DAY - timedelta(days=34),
            to_on=LAST_DAY - timedelta(days=5), created_by_id=officer.id, is_demo=True,
        )
    )  # fmt: skip


async def add_service(zone: Zone, leads: list[Lead]) -> None:
    """Tasks of a signed lead, on time, late and open; and a blocker at the headquarters."""
    lead = next(lead for lead in _invented(leads) if lead.stage is Stage.registered)
    owner = next(officer for officer in zone.officers if officer.id == lead.owner_id)
    zone.session.add_all([_task(zone, lead, owner, row) for row in _TASKS])
    headquarters = next(t for name, t in zone.teams.items() if name == TEAMS[6][0])
    zone.session.add(
        Blocker(
            id=demo_id("blocker"), lead_id=lead.id, title="用地指标尚未落实",
            severity=Severity.high, status=BlockerStatus.escalated,
            raised_on=LAST_DAY - timedelta(days=15), headquarters_id=headquarters.id,
            escalated_on=LAST_DAY - timedelta(days=10), escalation_reason="需跨部门协调",
            created_by_id=owner.id, is_demo=True,
        )
    )  # fmt: skip
    await zone.session.flush()


def _task(zone: Zone, lead: Lead, owner: Officer, row: _Row) -> ServiceTask:
    kind, title, promised, took = row
    received_on: date = LAST_DAY - timedelta(days=40)
    task = ServiceTask(
        id=demo_id("task", title), lead_id=lead.id, assignee_id=owner.id, title=title, kind=kind,
        team_path=zone.path_of(owner), received_on=received_on, promised_days=promised,
        created_by_id=owner.id, is_demo=True,
    )  # fmt: skip
    task.set_due()
    if took is not None:
        task.status = ServiceTaskStatus.done
        task.done_on = received_on + timedelta(days=took)
    return task
