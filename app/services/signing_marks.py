"""What a signing is marked with when it is recognised, so that later lists move nothing unasked.

The kinds of lists that the investor or a controller of it is on (Q04), and whether its negotiator
was qualified, where the zone asks for that.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.lead_members import LeadMember, LeadMemberRole
from app.models.leads import Lead
from app.models.pipeline import Stage, TransitionStatus
from app.models.stage_transitions import StageTransition
from app.services import qualifications
from app.services.access import Caller, claimed, found

# Lists that hold in the year of the signing, of the company and of who controls it on that day.
_KINDS = sa.text("""
SELECT DISTINCT l.kind
FROM controllers_on(:company_id, :event_on) up
JOIN company_list_entries e ON e.company_id = up.company_id
JOIN company_lists l ON l.id = e.company_list_id
WHERE extract(year FROM CAST(:event_on AS date))
  BETWEEN l.year AND coalesce(l.valid_until_year, 9999)
ORDER BY l.kind
""").bindparams(sa.bindparam("company_id", type_=sa.Uuid), sa.bindparam("event_on", type_=sa.Date))


async def mark(
    session: AsyncSession,
    lead: Lead,
    transition: StageTransition,
    members: Sequence[LeadMember],
) -> None:
    """Mark a signing that is being recognised; other moves carry no marks."""
    if not transition.enters(Stage.signed):
        return
    kinds = await _kinds(session, transition)
    is_qualified = await _is_negotiator_qualified(session, lead, transition, members)
    transition.list_kinds, transition.is_negotiator_qualified = kinds, is_qualified


async def _kinds(session: AsyncSession, transition: StageTransition) -> list[str]:
    if transition.company_id is None:
        return []
    values = {"company_id": transition.company_id, "event_on": transition.event_on}
    rows = await (await session.connection()).execute(_KINDS, values)
    return list(rows.scalars())


async def _is_negotiator_qualified(
    session: AsyncSession,
    lead: Lead,
    transition: StageTransition,
    members: Sequence[LeadMember],
) -> bool | None:
    if not await qualifications.asks(session, lead):
        return None
    negotiator = LeadMemberRole.lead_negotiator
    officer_id = next(m.officer_id for m in members if m.role is negotiator)
    return await qualifications.is_qualified(session, officer_id, transition.event_on)


async def check_lists(
    session: AsyncSession, caller: Caller, transition_id: UUID, if_match: int
) -> None:
    """Mark a recognised signing by the lists as they are known now; the difference is posted.

    409 for anything but a recognised signing.
    """
    transition = await claimed(session, StageTransition, caller, transition_id, if_match)
    await found(session, Lead, caller, transition.lead_id)
    if transition.status is not TransitionStatus.recognised or not transition.enters(Stage.signed):
        raise Problem("no_recognised_signing")
    transition.apply({"list_kinds": await _kinds(session, transition)})
    await session.flush()
    await ledger.post(session, Family.lead, transition.lead_id)
