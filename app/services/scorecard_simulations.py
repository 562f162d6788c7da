"""What a card would say if something more were recognised: computed, never kept."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import Problem, field_error, invalid
from app.core.period import Days
from app.kpis.catalogue import METRICS
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.pipeline import LeadStatus, Stage, order
from app.models.schemes import Scheme, SchemeStatus, SchemeSubject
from app.models.scorecard_simulations import (
    Added,
    ScorecardSimulation,
    Signing,
    SimulatedCard,
    SimulationRead,
)
from app.models.scorecards import Snapshot
from app.services import agreed_amounts, schemes
from app.services.access import Caller, readable
from app.services.qualifications import planned_yuan
from app.services.scorecard_runs import scored

_HUNDRED, _FEN = Decimal(100), Decimal("0.01")
_ENDED = frozenset({LeadStatus.terminated, LeadStatus.merged})


async def simulate(
    session: AsyncSession, caller: Caller, payload: ScorecardSimulation
) -> SimulationRead:
    """The caller's card now and with what is assumed; the others stay as they are."""
    query = select(Scheme).where(col(Scheme.id) == payload.scheme_id)
    scheme = (await session.exec(query)).one_or_none()
    if scheme is None or scheme.subject_kind is not SchemeSubject.person:
        raise invalid("/scheme_id", "reference_not_found")
    scheme.check_status(SchemeStatus.published)
    added = await _added(session, caller, payload)
    rows, instant = await schemes.items_of(session, scheme.id), now()
    cards = []
    for more in ({}, {(caller.id, metric): amount for metric, amount in added.items()}):
        run = await scored(session, scheme, rows, payload.period, instant, added=more)
        if run.faults:
            raise Problem("invalid_values", errors=run.faults)
        cards.append(_own(run.snapshots, caller.id))
    before, after = cards
    return SimulationRead(
        scheme_id=scheme.id,
        period=before.period,
        subject_count=before.subject_count,
        added={metric: str(amount) for metric, amount in sorted(added.items())},
        now=_card(before),
        then=_card(after),
        gain=f"{Decimal(after.total) - Decimal(before.total):.2f}",
    )


def _own(snapshots: list[Snapshot], caller_id: UUID) -> Snapshot:
    mine = next((card for card in snapshots if card.subject.id == caller_id), None)
    if mine is None:
        raise invalid("/scheme_id", "not_a_subject")
    return mine


def _card(snapshot: Snapshot) -> SimulatedCard:
    return SimulatedCard(**snapshot.model_dump(include=set(SimulatedCard.model_fields)))


async def _added(
    session: AsyncSession, caller: Caller, payload: ScorecardSimulation
) -> dict[str, Decimal]:
    """What is assumed, by metric."""
    total: dict[str, Decimal] = {}
    leads = [assumed.lead_id for assumed in payload.signings]
    if len(set(leads)) < len(leads):
        raise invalid("/signings", "lead_repeated")
    parts = [_more(assumed, f"/added/{n}") for n, assumed in enumerate(payload.added)]
    for n, assumed in enumerate(payload.signings):
        at = f"/signings/{n}"
        parts.append(await _signing(session, caller, assumed, payload.period, at))
    for more in parts:
        for metric, amount in more.items():
            total[metric] = total.get(metric, Decimal(0)) + amount
    return total


def _more(assumed: Added, at: str) -> dict[str, Decimal]:
    if assumed.metric not in METRICS:
        error = field_error(f"{at}/metric", "metric_unknown", value=assumed.metric)
        raise Problem("invalid_values", errors=[error])
    return {assumed.metric: assumed.add}


async def _signing(
    session: AsyncSession, caller: Caller, assumed: Signing, days: Days, at: str
) -> dict[str, Decimal]:
    """Q02 and M01 by the caller's share of what is credited; nothing outside the period.

    The amount is that of the agreement in force, else the plan's, in yuan by the newest rate. 422
    for a lead that has signed already or will not.
    """
    query = readable(Lead, caller).where(col(Lead.id) == assumed.lead_id)
    lead = (await session.exec(query)).one_or_none()
    if lead is None:
        raise invalid(f"{at}/lead_id", "reference_not_found")
    if order(lead.stage) >= order(Stage.signed) or lead.status in _ENDED:
        raise invalid(f"{at}/lead_id", "lead_signs_no_more")
    if not days.start <= assumed.signed_on <= days.end:
        return {}
    portion = await _portion(session, caller, lead) * lead.credited_share / _HUNDRED
    agreement = await agreed_amounts.in_force(session, lead)
    signed_for = agreement.amount_cny if agreement else await planned_yuan(session, lead)
    amount = (signed_for or Decimal(0)) * portion
    return {"Q02": portion, "M01": amount.quantize(_FEN, ROUND_HALF_UP)}


async def _portion(session: AsyncSession, caller: Caller, lead: Lead) -> Decimal:
    """The caller's share of a lead today, 0 to 1; the whole of one's own without members."""
    query = select(LeadMember).where(
        col(LeadMember.lead_id) == lead.id, col(LeadMember.to_on).is_(None)
    )
    members = (await session.exec(query)).all()
    if not members:
        return Decimal(lead.owner_id == caller.id)
    mine = [member.share for member in members if member.officer_id == caller.id]
    return sum(mine, Decimal(0)) / _HUNDRED
