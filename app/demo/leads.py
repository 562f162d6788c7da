"""Leads in every stage and track, with their history and the credit stamped on it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.core.clock import ZONE, today
from app.demo.combinations import kept, placed
from app.demo.people import Zone, demo_id
from app.models.companies import Company
from app.models.lead_members import LeadMember, LeadMemberRole, MemberEntry, Policy, shares_of
from app.models.leads import Lead
from app.models.mechanisms import Direction, Mechanism
from app.models.officers import Officer
from app.models.pipeline import (
    ExitReason,
    LeadStatus,
    Stage,
    Track,
    TransitionKind,
    TransitionStatus,
    order,
    path,
    recogniser,
)
from app.models.roles import Role
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from app.services import credit_policies

FIRST_DAY, LAST_DAY = date(2024, 11, 1), date(2026, 10, 31)
# Yuan: the sizes that zones report, from thirty million to two billion.
AMOUNTS = tuple(Decimal(wan) * 10_000 for wan in (3000, 8000, 12000, 35000, 60000, 120000, 200000))
# Under way and to start in the founding article (A16): public names, no amounts.
PUBLIC_LEADS = (
    ("贵金属产业园区", Track.construction, Stage.building),
    ("电子商务产业园", Track.construction, Stage.building),
    ("云硅智能科技小镇", Track.construction, Stage.pre_signing),
    ("军民融合科技创新园", Track.construction, Stage.pre_signing),
    ("高尚正电子药物生产基地", Track.construction, Stage.registered),
)
_PURPOSE = {Track.construction: "生产基地", Track.equipment: "设备扩能", Track.opening: "区域总部"}
_OUTSIDE = (Stage.identified, Stage.contacted, Stage.negotiating)


@dataclass(frozen=True)
class Plan:
    """One lead to be."""

    key: str
    name: str
    company: Company | None
    track: Track
    stage: Stage
    amount: Decimal | None
    start: date
    status: LeadStatus = LeadStatus.active


def plans(zone: Zone, companies: list[Company], listed: list[Company]) -> list[Plan]:
    """Every stage of every track twice or more, the article's projects, early leads on the list."""
    found: list[Plan] = []
    pool = iter(companies)
    for track in Track:
        for stage in (*path(track), *path(track)[4:]):
            company = next(pool)
            name = f"{company.name.removesuffix('有限公司')}{_PURPOSE[track]}项目"
            amount = zone.dice.choice(AMOUNTS)
            found.append(_plan(zone, f"{track}-{len(found)}", name, company, track, stage, amount))
    for status, stage in (
        (LeadStatus.suspended, Stage.negotiating),
        (LeadStatus.terminated, Stage.contacted),
    ):
        company = next(pool)
        name = f"{company.name.removesuffix('有限公司')}研发中心项目"
        plan = _plan(zone, str(status), name, company, Track.opening, stage, AMOUNTS[1])
        found.append(Plan(**{**plan.__dict__, "status": status}))
    for name, track, stage in PUBLIC_LEADS:
        found.append(_plan(zone, name, name, None, track, stage, None))
    for index, company in enumerate(listed):
        name, stage = f"{company.name}合作意向", _OUTSIDE[index % 3]
        found.append(_plan(zone, company.name, name, company, Track.opening, stage, None))
    return found


def _plan(  # noqa: PLR0917  the columns of a plan
    zone: Zone,
    key: str,
    name: str,
    company: Company | None,
    track: Track,
    stage: Stage,
    amount: Decimal | None,
) -> Plan:
    """Far stages began early, so that there was time to reach them."""
    room = (LAST_DAY - FIRST_DAY).days - 60 * order(stage) - 60
    start = FIRST_DAY + timedelta(days=zone.dice.randrange(max(room, 20)))
    return Plan(key, name, company, track, stage, amount, start)


async def add_leads(zone: Zone, wanted: list[Plan]) -> list[Lead]:
    """Write the leads with members, transitions and credit."""
    numbers = await (await zone.session.connection()).execute(
        sa.text("SELECT nextval('lead_codes') FROM generate_series(1, :n)"), {"n": len(wanted)}
    )
    crew = zone.field_officers()
    leads: list[Lead] = []
    for index, (plan, number) in enumerate(zip(wanted, numbers.scalars(), strict=True)):
        leads.append(_lead(zone, plan, number, crew[index % len(crew)]))
    await zone.session.flush()
    policy, stamped = await credit_policies.parts_on(zone.session, today()), list[StageCredit]()
    for lead, plan in zip(leads, wanted, strict=True):
        stamped += _history(zone, lead, plan, _members(zone, lead, policy))
    await zone.session.flush()
    zone.session.add_all(stamped)
    await zone.session.flush()
    return leads


def _lead(zone: Zone, plan: Plan, number: int, owner: Officer) -> Lead:
    company = plan.company
    lead = Lead(
        id=demo_id("lead", plan.key),
        code=f"XM-{plan.start.year}-{number:05d}",
        name=plan.name,
        company_id=company.id if company else None,
        **placed(zone, plan),
        mechanism=zone.dice.choice(list(Mechanism)),
        direction=zone.dice.choices(list(Direction), (5, 1))[0],
        track=plan.track,
        industry_code=company.industry_code if company else None,
        source_region_code=company.region_code if company else None,
        source_country_code=company.country_code if company else "CN",
        planned_investment=plan.amount,
        planned_fixed_investment=plan.amount * Decimal("0.7") if plan.amount else None,
        received_on=plan.start,
        is_flagship=plan.amount is not None and plan.amount >= AMOUNTS[-2],
        owner_id=owner.id,
        team_id=owner.team_id,
        stage_entered_on=plan.start,
        created_at=_morning(plan.start),
        created_by_id=owner.id,
        is_demo=True,
    )
    zone.session.add(lead)
    return lead


def _members(zone: Zone, lead: Lead, policy: Policy) -> list[LeadMember]:
    others = [o for o in zone.field_officers() if o.id != lead.owner_id]
    helpers = zone.dice.sample(others, zone.dice.randrange(3))
    roles = [LeadMemberRole.first_contact, LeadMemberRole.supporter]
    entries = [MemberEntry(officer_id=lead.owner_id, role=LeadMemberRole.lead_negotiator)]
    entries += [MemberEntry(officer_id=o.id, role=r) for o, r in zip(helpers, roles, strict=False)]
    members = [
        LeadMember(
            id=demo_id("member", lead.id, entry.officer_id),
            lead_id=lead.id,
            officer_id=entry.officer_id,
            role=entry.role,
            share=share,
            from_on=lead.received_on,
        )
        for entry, share in zip(entries, shares_of(entries, policy), strict=True)
    ]
    zone.session.add_all(members)
    return members


def _history(zone: Zone, lead: Lead, plan: Plan, members: list[LeadMember]) -> list[StageCredit]:
    """Add the steps; answers the credit on them, to be added once the steps are written."""
    stamped: list[StageCredit] = []
    stages = path(plan.track)
    steps = stages[1 : stages.index(plan.stage) + 1]
    room = (LAST_DAY - plan.start).days // (len(steps) + 1)
    day = plan.start
    for to in steps:
        day += timedelta(days=zone.dice.randint(min(10, room), min(60, room)))
        amount = plan.amount if to is Stage.signed else None
        step = _step(zone, lead, day, TransitionKind.advance, to_stage=to, agreed_amount=amount)
        step.agreed_amount_cny = amount
        stamped += _credit(zone, step, members)
        step.carry_out(lead)
    if plan.status is LeadStatus.suspended:
        resume_by, why = LAST_DAY + timedelta(days=90), "投资方等待集团年度投资计划"
        kind = TransitionKind.suspend
        _step(zone, lead, day, kind, resume_by=resume_by, explanation=why).carry_out(lead)
    if plan.status is LeadStatus.terminated:
        kind, why, reason = TransitionKind.terminate, "厂房承重不足", ExitReason.site_unsuitable
        _step(zone, lead, day, kind, reason_code=reason, explanation=why).carry_out(lead)
    return stamped


def _step(zone: Zone, lead: Lead, day: date, kind: TransitionKind, **more: Any) -> StageTransition:
    owner = next(o for o in zone.officers if o.id == lead.owner_id)
    to = more.get("to_stage")
    needed = recogniser(kind, lead.stage, to if isinstance(to, Stage) else None)
    step = StageTransition(
        id=demo_id("step", lead.id, kind, to),
        lead_id=lead.id,
        company_id=lead.company_id,
        kind=kind,
        event_on=day,
        from_stage=lead.stage,
        from_status=lead.status,
        status=TransitionStatus.recognised,
        recognised_at=_morning(day + timedelta(days=zone.dice.randrange(4))),
        recognised_by_id=_recogniser(zone, owner, needed).id,
        owner_id=owner.id,
        team_path=zone.path_of(owner),
        mechanism=lead.mechanism,
        **kept(zone, lead, day),
        created_at=_morning(day),
        created_by_id=owner.id,
        **more,
    )
    zone.session.add(step)
    return step


def _recogniser(zone: Zone, owner: Officer, needed: Role) -> Officer:
    """The team lead of the owner's team, or the leader; never the owner."""
    chief = next(o for o in zone.officers if o.role is Role.leader)
    if needed is Role.leader or owner.role is Role.team_lead:
        return chief
    mates = [o for o in zone.officers if o.team_id == owner.team_id and o.role is Role.team_lead]
    return mates[0] if mates else chief


def _credit(zone: Zone, step: StageTransition, members: list[LeadMember]) -> list[StageCredit]:
    officers = {officer.id: officer for officer in zone.officers}
    return [
        StageCredit(
            id=demo_id("credit", step.id, place),
            transition_id=step.id,
            officer_id=member.officer_id,
            role=member.role,
            share=member.share,
            place=place,
            team_path=zone.path_of(officers[member.officer_id]),
        )
        for place, member in enumerate(members)
    ]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10), ZONE)
