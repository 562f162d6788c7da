"""January to June 2019: 到位资金 71.5 亿元, 外资 5,195.25 万美元, 固投 22.6 亿元, as published.

Only the sums are public. Their months and their payer are made up, and so is the one lead that
carries them: it says that it is a sum. They are typed and recognised by the code of live facts.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.demo.people import Zone, demo_id
from app.models.capital_arrivals import CapitalArrival, CapitalArrivalCreate, CapitalKind
from app.models.codes import synthetic_credit_code
from app.models.companies import Company
from app.models.fixed_investments import FixedInvestment, FixedInvestmentCreate
from app.models.foreign_capital_uses import (
    ForeignCapitalForm,
    ForeignCapitalUse,
    ForeignCapitalUseCreate,
)
from app.models.lead_members import WHOLE, LeadMember, LeadMemberRole
from app.models.leads import Lead
from app.models.officers import Officer
from app.models.pipeline import LeadStatus, Stage, Track, TransitionStatus
from app.models.roles import Role
from app.models.stage_transitions import StageTransition
from app.models.transition_decisions import DecisionKind, TransitionDecision
from app.services import money_facts
from app.services.access import Caller
from app.services.leads import LEAD_CODES

NOTE = "合计数为2019年9月公布的1—6月数据；分月数和付款方为演示虚构。"
_SIGNED_ON = date(2018, 6, 29)
# Ten thousand yuan, ten thousand yuan, dollars; January to June.
ARRIVED_WAN = (80_000, 95_000, 120_000, 125_000, 135_000, 160_000)
INVESTED_WAN = (22_000, 28_000, 36_000, 40_000, 46_000, 54_000)
USED_USD = (5_000_000, 7_000_000, 9_000_000, 9_500_000, 10_000_000, 11_452_500)


@dataclass
class _Change:
    """The decision on a fact just typed."""

    session: AsyncSession
    caller: Caller
    id: UUID
    version: int = 1


async def add_published_money(zone: Zone) -> int:
    """Write the lead and its eighteen facts; answers how many."""
    officer, assessor = (caller_of(zone, role) for role in (Role.officer, Role.assessor))
    lead = await _lead(zone, officer)
    wanted = [fact for month in range(6) for fact in _facts(lead, month)]
    decision = TransitionDecision(decision=DecisionKind.recognise)
    for number, (model, payload) in enumerate(wanted):
        placed: dict[str, Any] = {
            "id": demo_id("money", number), "is_demo": True, "created_by_id": officer.id,
        }  # fmt: skip
        fact = await money_facts.create(zone.session, officer, model, payload, **placed)
        await money_facts.decide(_Change(zone.session, assessor, fact.id), model, decision)
    return len(wanted)


def caller_of(zone: Zone, role: Role) -> Caller:
    """The demo account of a role as a caller."""
    officer: Officer = next(o for o in zone.officers if o.role is role)
    team_ids = tuple(zone.path_of(officer)) if role is Role.team_lead else ()
    return Caller(officer.id, role, officer.name, officer.team_id, team_ids)


async def _lead(zone: Zone, owner: Caller) -> Lead:
    """The signed lead that stands for the whole zone."""
    number = await (await zone.session.connection()).scalar(sa.select(LEAD_CODES.next_value()))
    company = Company(
        id=demo_id("company", "published"),
        name="演示汇总项目公司",
        credit_code=synthetic_credit_code(1999),
        region_code="530100",
        is_demo=True,
    )
    lead = Lead(
        id=demo_id("lead", "published"),
        code=f"XM-{_SIGNED_ON.year}-{number:05d}",
        name="2019年1—6月公布数据（演示汇总）",
        description=NOTE,
        company_id=company.id,
        track=Track.construction,
        stage=Stage.signed,
        stage_entered_on=_SIGNED_ON,
        received_on=_SIGNED_ON,
        owner_id=owner.id,
        team_id=owner.team_id,
        created_by_id=owner.id,
        is_demo=True,
    )
    for rows in ([company], [lead], [_member(lead), _signing(zone, lead)]):
        zone.session.add_all(rows)
        await zone.session.flush()
    return lead


def _member(lead: Lead) -> LeadMember:
    return LeadMember(
        id=demo_id("member", lead.id, lead.owner_id),
        lead_id=lead.id,
        officer_id=lead.owner_id,
        role=LeadMemberRole.lead_negotiator,
        share=WHOLE,
        from_on=lead.received_on,
    )


def _signing(zone: Zone, lead: Lead) -> StageTransition:
    """Without credit: a sum is no signing, so that no number of signings counts it."""
    owner = next(o for o in zone.officers if o.id == lead.owner_id)
    return StageTransition(
        id=demo_id("step", lead.id, Stage.signed),
        lead_id=lead.id,
        company_id=lead.company_id,
        to_stage=Stage.signed,
        event_on=_SIGNED_ON,
        from_stage=Stage.pre_signing,
        from_status=LeadStatus.active,
        status=TransitionStatus.recognised,
        recognised_at=datetime(2018, 6, 29, 8, tzinfo=UTC),
        recognised_by_id=next(o.id for o in zone.officers if o.role is Role.leader),
        owner_id=owner.id,
        team_path=zone.path_of(owner),
        mechanism=lead.mechanism,
        created_by_id=owner.id,
    )


def _facts(lead: Lead, month: int) -> list[tuple[Any, Any]]:
    """The three facts of a month, 0 for January."""
    first, day = date(2019, month + 1, 1), date(2019, month + 1, 15)
    same: dict[str, Any] = {"lead_id": lead.id, "notes": NOTE}
    return [
        (CapitalArrival, CapitalArrivalCreate(
            amount=_yuan(ARRIVED_WAN[month]), arrived_on=day, kind=CapitalKind.fixed,
            payer_name="演示市外投资方", payer_region_code="310100", **same,
        )),
        (ForeignCapitalUse, ForeignCapitalUseCreate(
            amount=Decimal(USED_USD[month]), used_on=day, form=ForeignCapitalForm.cash,
            payer_name="演示境外投资方", payer_country_code="HK", **same,
        )),
        (FixedInvestment, FixedInvestmentCreate(
            amount=_yuan(INVESTED_WAN[month]), month=first, is_in_statistics=True, **same,
        )),
    ]  # fmt: skip


def _yuan(wan: int) -> Decimal:
    return Decimal(wan) * 10_000
