"""Money facts: typed by one, recognised by another, taken back by reversal. Alike for all three."""

from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.base import Patch
from app.core.errors import Problem, invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.capital_arrivals import CapitalArrival
from app.models.combinations import Combination
from app.models.fixed_investments import FixedInvestment
from app.models.foreign_capital_uses import ForeignCapitalUse
from app.models.industry_chains import ChainKind, IndustryChain
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.money_facts import FactStatus, MoneyCredit, MoneyFact
from app.models.pipeline import Stage, TransitionKind, TransitionStatus
from app.models.stage_transitions import StageTransition
from app.models.transition_decisions import DecisionKind, ReversalCreate, TransitionDecision
from app.services import periods
from app.services.access import Caller, check_reach, claimed, found, readable
from app.services.companies import check_present
from app.services.lead_members import members_on, stamp_credit

Fact = TypeVar("Fact", bound=MoneyFact)
FAMILIES: dict[type[MoneyFact], Family] = {
    CapitalArrival: Family.capital_arrival,
    ForeignCapitalUse: Family.foreign_capital_use,
    FixedInvestment: Family.fixed_investment,
}


class Change(Protocol):
    """A write on one fact in the version that the caller has seen."""

    session: AsyncSession
    caller: Any
    id: UUID
    version: int


async def create(
    session: AsyncSession, caller: Caller, model: type[Fact], payload: Any, **placed: Any
) -> Fact:
    """A pending fact of a signed lead in reach; it counts once somebody else recognises it."""
    lead = await _lead(session, caller, payload.lead_id)
    await signed_on(session, lead)
    placed |= {
        "company_id": payload.company_id or lead.company_id,
        "mechanism": lead.mechanism,
        "combination_id": lead.combination_id,
        "is_located_in_zone": lead.is_located_in_zone,
        "credited_share": lead.credited_share,
    }
    fact = model.model_validate(payload, update=placed)
    fact.settle()
    await periods.check_day(session, fact.event_on, fact.late_reason)
    await check_present(session, fact.company_id)
    session.add(fact)
    await session.flush()
    return fact


async def _lead(session: AsyncSession, caller: Caller, lead_id: UUID) -> Lead:
    query = readable(Lead, caller).where(col(Lead.id) == lead_id)
    lead = (await session.exec(query.with_for_update(of=Lead))).one_or_none()
    if lead is None:
        raise invalid("/lead_id", "reference_not_found")
    await check_reach(session, lead, caller)
    return lead


async def signed_on(session: AsyncSession, lead: Lead) -> date:
    """The day of the recognised signing; 409 before it."""
    query = select(col(StageTransition.event_on)).where(
        col(StageTransition.lead_id) == lead.id,
        col(StageTransition.kind) == TransitionKind.advance,
        col(StageTransition.to_stage) == Stage.signed,
        col(StageTransition.status) == TransitionStatus.recognised,
    )
    day = (await session.exec(query)).one_or_none()
    if day is None:
        raise Problem("lead_not_signed", stage=lead.stage)
    return day


async def update(change: Change, model: type[MoneyFact], payload: Patch) -> None:
    """Correct what was typed, while nobody has decided on it."""
    changes = payload.changes()
    fact = await _own_pending(change, model, frozenset(changes))
    changed = fact.apply(changes)
    fact.settle()
    await periods.check_change(change.session, fact, changed, fact.event_field)
    await check_present(change.session, changes.get("company_id"))
    await change.session.flush()


async def withdraw(change: Change, model: type[MoneyFact]) -> None:
    """Take away what was typed, while nobody has decided on it."""
    await records.remove(change.session, await _own_pending(change, model))


async def _own_pending(
    change: Change, model: type[Fact], fields: frozenset[str] = frozenset()
) -> Fact:
    """Only who typed a fact changes it: whoever else did could recognise the own words."""
    session, caller = change.session, change.caller
    fact = await claimed(session, model, caller, change.id, change.version, fields=fields)
    fact.check_status(FactStatus.pending)
    if fact.created_by_id != caller.id:
        raise Problem("forbidden")
    await check_reach(session, await found(session, Lead, caller, fact.lead_id), caller)
    return fact


async def decide(change: Change, model: type[MoneyFact], payload: TransitionDecision) -> None:
    """Recognise or reject a pending fact; nobody with a part in it does."""
    session = change.session
    fact, lead, members = await _for_decision(change, model)
    fact.check_status(FactStatus.pending)
    if payload.decision is DecisionKind.recognise:
        # First, since its queries would flush a fact that is changed by half.
        day, is_key = await signed_on(session, lead), await _is_of_key_chain(session, lead)
        await stamp_credit(session, MoneyCredit, members, fact_id=fact.id)
        fact.recognise(change.caller.id, lead, day, is_key_chain=is_key)
    else:
        fact.status = FactStatus.rejected
    fact.decision_comment = payload.comment
    await _post(session, model, fact)


async def _post(session: AsyncSession, model: type[MoneyFact], fact: MoneyFact) -> None:
    """What arrived also fulfils the lead's signing."""
    await session.flush()
    await ledger.post(session, FAMILIES[model], fact.id)
    if model is CapitalArrival:
        await ledger.post(session, Family.lead, fact.lead_id)


async def _is_of_key_chain(session: AsyncSession, lead: Lead) -> bool:
    query = (
        select(col(IndustryChain.kind))
        .join(Combination, col(Combination.industry_chain_id) == col(IndustryChain.id))
        .where(col(Combination.id) == lead.combination_id)
    )
    return (await session.exec(query)).one_or_none() == ChainKind.key_industry


async def reverse(change: Change, model: type[MoneyFact], payload: ReversalCreate) -> None:
    """Take a recognised fact back: it stays, and the ledger returns what it counted."""
    fact, _, _ = await _for_decision(change, model)
    fact.check_status(FactStatus.recognised)
    fact.reverse(change.caller.id, payload.reason)
    await _post(change.session, model, fact)


async def _for_decision(change: Change, model: type[Fact]) -> tuple[Fact, Lead, list[LeadMember]]:
    """The fact and its lead, both locked, and the members on the event day.

    403 for who typed the fact, owns the lead or earns by it.
    """
    session, caller = change.session, change.caller
    fact = await claimed(session, model, caller, change.id, change.version)
    lead = await found(session, Lead, caller, fact.lead_id)
    members = await members_on(session, lead, fact.event_on)
    earning = {member.officer_id for member in members}
    if caller.id in {fact.created_by_id, lead.owner_id, *earning}:
        raise Problem("self_recognition")
    return fact, lead, members
