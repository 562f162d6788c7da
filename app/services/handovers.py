"""What a change of owner does to leads and their members; used by transfers and disputes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import change_all
from app.core.clock import today
from app.models.lead_members import LeadMember, LeadMemberRole
from app.models.leads import Lead
from app.models.officers import Officer
from app.services import follow_ups, qualifications
from app.services.lead_members import open_members


@dataclass
class Seat:
    """The new owner's part in a lead and the parts that ended for it; none where none was held."""

    seat: LeadMember | None = None
    left: list[LeadMember] = field(default_factory=list)

    @property
    def negotiates(self) -> bool:
        """Whether the new owner leads the negotiation."""
        return self.seat is not None and self.seat.role is LeadMemberRole.lead_negotiator

    @property
    def left_ids(self) -> list[UUID]:
        """Ids of the parts that ended."""
        return [member.id for member in self.left]


async def hand_over(session: AsyncSession, leads: Sequence[Lead], to: Officer) -> dict[UUID, Seat]:
    """Give leads and what is open on them to an officer, who takes the old owner's seat.

    Parts stay dated, so that credit stamped before stays where it was. The leads leave the session.
    """
    await follow_ups.hand_over(session, leads, to.id)
    members = await open_members(session, [lead.id for lead in leads])
    seats = {lead.id: _seat(lead, members, to) for lead in leads}
    led = [lead for lead in leads if seats[lead.id].negotiates]
    await qualifications.check_handed(session, led, to.id)
    await change_all(session, [m for seat in seats.values() for m in seat.left], to_on=today())
    session.add_all(seat.seat for seat in seats.values() if seat.seat)
    await change_all(session, leads, owner_id=to.id, team_id=to.team_id)
    await session.flush()
    return seats


def _seat(lead: Lead, members: Sequence[LeadMember], to: Officer) -> Seat:
    """The old owner's role, with the share of both where the new owner was a member already.

    Who negotiated goes on negotiating: a lead has one lead negotiator.
    """
    own = [member for member in members if member.lead_id == lead.id]
    old = next((member for member in own if member.officer_id == lead.owner_id), None)
    if old is None:
        return Seat()
    left = [member for member in own if member.officer_id in {lead.owner_id, to.id}]
    share = sum(member.share for member in left)
    like = next((m for m in left if m.role is LeadMemberRole.lead_negotiator), old)
    return Seat(opened(lead.id, to.id, like, share=share), left)


def opened(lead_id: UUID, officer_id: UUID, like: LeadMember, **more: object) -> LeadMember:
    """A part from today on, in the role and with the share of another unless given."""
    given = {"role": like.role, "share": like.share, **more}
    return LeadMember(lead_id=lead_id, officer_id=officer_id, from_on=today(), **given)
