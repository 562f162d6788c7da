"""Payments of platform companies, posted to the ledger in the same transaction."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.errors import invalid
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.combinations import Combination, CombinationStatus
from app.models.platform_companies import PlatformCompany
from app.models.platform_fundings import FundingStatus, PlatformFunding, PlatformFundingCreate
from app.models.teams import Team
from app.models.transition_decisions import ReversalCreate
from app.services import periods
from app.services.access import Caller, claimed


async def record(session: AsyncSession, payload: PlatformFundingCreate) -> PlatformFunding:
    """A payment, for the unit named or else for the only active unit of the platform company."""
    query = select(PlatformCompany.id).where(col(PlatformCompany.id) == payload.platform_company_id)
    if (await session.exec(query)).one_or_none() is None:
        raise invalid("/platform_company_id", "reference_not_found")
    unit = await _unit(session, payload)
    placed = {
        "combination_id": unit.id if unit else None,
        "team_path": await _path(session, unit),
    }
    funding = PlatformFunding.model_validate(payload, update=placed)
    funding.check_entries()
    await periods.check_day(session, funding.paid_on, funding.late_reason)
    session.add(funding)
    await session.flush()
    await ledger.post(session, Family.funding, funding.id)
    return funding


async def _unit(session: AsyncSession, payload: PlatformFundingCreate) -> Combination | None:
    query = select(Combination)
    if payload.combination_id is not None:
        query = query.where(col(Combination.id) == payload.combination_id)
        unit = (await session.exec(query)).one_or_none()
        if unit is None:
            raise invalid("/combination_id", "reference_not_found")
        if unit.platform_company_id != payload.platform_company_id:
            raise invalid("/combination_id", "combination_of_other_platform")
        return unit
    query = query.where(
        col(Combination.platform_company_id) == payload.platform_company_id,
        col(Combination.status) == CombinationStatus.active,
    )
    units = (await session.exec(query.limit(2))).all()
    return units[0] if len(units) == 1 else None


async def _path(session: AsyncSession, unit: Combination | None) -> list[UUID]:
    if unit is None or unit.team_id is None:
        return []
    query = select(Team.path).where(col(Team.id) == unit.team_id)
    return list((await session.exec(query)).one())


async def reverse(
    session: AsyncSession,
    caller: Caller,
    funding_id: UUID,
    payload: ReversalCreate,
    if_match: int,
) -> None:
    """Take a payment back: it stays, counts no more, and the ledger says so."""
    funding = await claimed(session, PlatformFunding, caller, funding_id, if_match)
    funding.check_open()
    funding.status, funding.reversal_reason = FundingStatus.reversed, payload.reason
    funding.reversed_at, funding.reversed_by_id = now(), caller.id
    await session.flush()
    await ledger.post(session, Family.funding, funding.id)
