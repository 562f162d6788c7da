"""Reserving sites. Whoever adds to what is taken holds the lock of the site's row."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, field_error
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.areas import area_of
from app.models.leads import Lead
from app.models.pipeline import LeadAction
from app.models.roles import RECOGNISERS
from app.models.site_reservations import (
    ReleaseCreate,
    RenewalCreate,
    ReservationStatus,
    SiteReservation,
    SiteReservationCreate,
)
from app.models.sites import Site
from app.services.access import Caller, check_reach, claimed, lock_lead_of, named
from app.services.leads import check_action
from app.services.sites import least_free

_TAKEN = (ReservationStatus.held, ReservationStatus.confirmed)


async def reserve(
    session: AsyncSession, caller: Caller, payload: SiteReservationCreate
) -> SiteReservation:
    """Hold a part of a site for a lead; 409 naming the tightest day and what is left on it."""
    area = area_of(payload)
    await _check_lead(session, caller, payload.lead_id)
    site = await named(session, Site, caller, "/site_id", payload.site_id, is_locked=True)
    row = SiteReservation.model_validate(payload, update={"area_m2": area})
    row.check_days()
    site.check_open(row.from_on)
    row.hold_until(payload.expires_on)
    session.add(row)
    await _check_room(session, site, row)
    return row


async def _check_lead(session: AsyncSession, caller: Caller, lead_id: UUID) -> None:
    """Whoever may edit the lead may reserve for it."""
    lead = await named(session, Lead, caller, "/lead_id", lead_id, is_locked=True)
    await check_action(session, lead, caller, LeadAction.edit)


async def _check_room(session: AsyncSession, site: Site, row: SiteReservation) -> None:
    """Written first and looked at then: refused is rolled back."""
    await session.flush()
    day, free = await least_free(session, site, row.from_on, row.to_on)
    if free < 0:
        left = max(free + row.area_m2, 0)
        error = field_error("/area_m2", "area_not_free", day=day, left=left)
        raise Problem("site_overbooked", errors=[error])


async def confirm(
    session: AsyncSession, caller: Caller, reservation_id: UUID, if_match: int
) -> None:
    """Make a hold stay; by a recogniser of the lead who did not make it."""
    await lock_lead_of(session, SiteReservation, caller, reservation_id)
    row = await claimed(session, SiteReservation, caller, reservation_id, if_match)
    await _check_reach(session, caller, row)
    # A hold may expire while it waits: what is free is looked at under the same lock.
    await named(session, Site, caller, "/site_id", row.site_id, is_locked=True)
    row.confirm(caller.id)
    await _post(session, row.lead_id)


async def renew(
    session: AsyncSession,
    caller: Caller,
    reservation_id: UUID,
    payload: RenewalCreate,
    if_match: int,
) -> None:
    """Hold longer; an expired one comes back where there is still room."""
    row = await claimed(session, SiteReservation, caller, reservation_id, if_match)
    await _check_reach(session, caller, row)
    site = await named(session, Site, caller, "/site_id", row.site_id, is_locked=True)
    row.check_standing(ReservationStatus.held, ReservationStatus.expired)
    was_expired = row.standing is ReservationStatus.expired
    row.hold_until(payload.expires_on)
    if was_expired:
        await _check_room(session, site, row)
    await session.flush()


async def release(
    session: AsyncSession,
    caller: Caller,
    reservation_id: UUID,
    payload: ReleaseCreate,
    if_match: int,
) -> None:
    """Give the area back: who made it, the team lead in whose reach it is, the leader."""
    await lock_lead_of(session, SiteReservation, caller, reservation_id)
    row = await claimed(session, SiteReservation, caller, reservation_id, if_match)
    if caller.id != row.created_by_id:
        if caller.role not in RECOGNISERS:
            raise Problem("forbidden")
        await _check_reach(session, caller, row)
    row.release(caller.id, payload.reason)
    await _post(session, row.lead_id)


async def release_all(session: AsyncSession, caller: Caller, lead: Lead, reason: str) -> None:
    """Give back all that a lead holds; the caller holds its lock and posts it."""
    query = select(SiteReservation).where(
        col(SiteReservation.lead_id) == lead.id,
        col(SiteReservation.status).in_(_TAKEN),
    )
    rows = (await session.exec(query.order_by(col(SiteReservation.id)).with_for_update())).all()
    for row in rows:
        if row.standing in _TAKEN:
            row.release(caller.id, reason)


async def _post(session: AsyncSession, lead_id: UUID) -> None:
    """Confirmed land is what R12 divides by."""
    await session.flush()
    await ledger.post(session, Family.lead, lead_id)


async def _check_reach(session: AsyncSession, caller: Caller, row: SiteReservation) -> None:
    await check_reach(session, await session.get_one(Lead, row.lead_id), caller)
