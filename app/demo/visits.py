"""Two years of visits: every lead with a company is visited about every three weeks."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from app.core.clock import ZONE
from app.demo.leads import LAST_DAY
from app.demo.people import Zone, demo_id
from app.models.leads import Lead
from app.models.mechanisms import Mechanism
from app.models.officers import Officer
from app.models.roles import Role
from app.models.visits import Visit, VisitGuest, VisitKind, VisitParticipant

_SUMMARIES = {
    VisitKind.outbound: "赴企业总部拜访，介绍园区产业基础和载体条件",
    VisitKind.inbound: "接待企业考察团，实地查看厂房与配套",
    VisitKind.local: "走访企业生产现场，了解扩产和用工需求",
    VisitKind.online: "线上沟通投资协议条款和时间安排",
}
_GUESTS = (("陈总", "董事长"), ("林经理", "投资部经理"), ("王工", "技术总监"))


async def add_visits(zone: Zone, leads: list[Lead]) -> int:
    """Write them; answers how many."""
    count, people = 0, list[VisitParticipant | VisitGuest]()
    for lead in leads:
        day = lead.received_on + timedelta(days=3)
        while lead.company_id is not None and day <= LAST_DAY:
            people += _visit(zone, lead, lead.company_id, day, count)
            count += 1
            day += timedelta(days=zone.dice.randint(10, 32))
    await zone.session.flush()
    zone.session.add_all(people)
    await zone.session.flush()
    return count


def _visit(
    zone: Zone, lead: Lead, company_id: UUID, day: date, number: int
) -> list[VisitParticipant | VisitGuest]:
    """Add a visit; answers its people, to be added once it is written."""
    kind = zone.dice.choices(list(VisitKind), (5, 3, 2, 2))[0]
    crew = _crew(zone, lead)
    is_led = any(officer.role is Role.leader for officer in crew)
    visit = Visit(
        id=demo_id("visit", lead.id, day),
        lead_id=lead.id,
        company_id=company_id,
        combination_id=lead.combination_id,
        kind=kind,
        visited_on=day,
        summary=_SUMMARIES[kind],
        mechanism=Mechanism.leader_led if is_led else lead.mechanism,
        guest_count=zone.dice.randint(1, 8),
        created_at=datetime.combine(day, time(17, 30), ZONE),
        created_by_id=lead.owner_id,
        is_demo=True,
    )
    zone.session.add(visit)
    lead.last_visited_on = max(day, lead.last_visited_on or day)
    name, title = _GUESTS[number % len(_GUESTS)]
    guest_id = demo_id("guest", visit.id)
    guest = VisitGuest(id=guest_id, visit_id=visit.id, place=0, name=name, title=title)
    return [*_participants(zone, visit, crew), guest]


async def add_late_visit(zone: Zone, leads: list[Lead]) -> Visit:
    """One of June 2026, typed after that month was locked; the first account's own."""
    day, owner = date(2026, 6, 17), zone.officers[0]
    lead, company_id = next(
        (lead, company_id)
        for lead in leads
        if (company_id := lead.company_id) and lead.owner_id == owner.id and lead.received_on < day
    )
    visit = Visit(
        id=demo_id("visit", "late"),
        lead_id=lead.id,
        company_id=company_id,
        combination_id=lead.combination_id,
        kind=VisitKind.outbound,
        visited_on=day,
        summary=_SUMMARIES[VisitKind.outbound],
        mechanism=lead.mechanism,
        late_reason="驻外期间未能及时录入，月度锁定后补录（演示）",
        created_by_id=owner.id,
        is_demo=True,
    )
    zone.session.add(visit)
    await zone.session.flush()
    zone.session.add_all(_participants(zone, visit, [owner]))
    await zone.session.flush()
    return visit


def _participants(zone: Zone, visit: Visit, crew: list[Officer]) -> list[VisitParticipant]:
    return [
        VisitParticipant(
            id=demo_id("participant", visit.id, place),
            visit_id=visit.id,
            officer_id=officer.id,
            place=place,
            team_path=zone.path_of(officer),
        )
        for place, officer in enumerate(crew)
    ]


def _crew(zone: Zone, lead: Lead) -> list[Officer]:
    """The owner, sometimes a colleague, now and then the leader."""
    crew = [officer for officer in zone.officers if officer.id == lead.owner_id]
    if zone.dice.random() < 0.4:
        others = [o for o in zone.field_officers() if o.id != lead.owner_id]
        crew.append(zone.dice.choice(others))
    if zone.dice.random() < 0.08:
        crew.append(next(o for o in zone.officers if o.role is Role.leader))
    return crew
