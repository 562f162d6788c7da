"""The clocks of the demo leads, what they were told, follow-ups and an explanation."""

from datetime import datetime, time, timedelta

from sqlmodel import col, select

from app.core.clock import ZONE
from app.demo.leads import LAST_DAY
from app.demo.people import Zone, demo_id
from app.models.assessments import Assessment, Verdict
from app.models.follow_ups import FollowUp, FollowUpStatus
from app.models.lead_responses import LeadClock, LeadResponse, ResponseKind
from app.models.leads import Lead
from app.models.no_change_notes import NoChangeNote
from app.models.pipeline import LeadStatus, Stage
from app.models.visits import Visit

# Days after receiving on which every lead was told; each fifth was told a week late.
_TOLD = {ResponseKind.answered: 0, ResponseKind.feedback: 5}
_LATE_DAYS, _FOLLOWED = 10, 12
_WORDS = {
    ResponseKind.answered: "已电话联系并回复",
    ResponseKind.feedback: "已向线索提供方反馈",
}


async def add_rhythm(zone: Zone, leads: list[Lead]) -> None:
    """A clock for each lead; responses to most; two follow-ups; a note where nothing moves."""
    for place, lead in enumerate(leads):
        _clock(zone, lead)
        _tell(zone, lead, _LATE_DAYS if place % 5 == 0 else 0)
    still = next(
        lead for lead in leads
        if lead.stage is Stage.negotiating and lead.status is LeadStatus.active
    )  # fmt: skip
    zone.session.add(
        NoChangeNote(
            id=demo_id("no-change", still.id), lead_id=still.id, text="等待投资方投委会审议",
            noted_on=LAST_DAY - timedelta(days=3), created_by_id=still.owner_id, is_demo=True,
        )
    )  # fmt: skip
    await _follow_up(zone)
    await zone.session.flush()


def _clock(zone: Zone, lead: Lead) -> None:
    owner = next(officer for officer in zone.officers if officer.id == lead.owner_id)
    clock = LeadClock.of(lead, zone.path_of(owner))
    clock.id = demo_id("clock", lead.id)
    zone.session.add(clock)


def _tell(zone: Zone, lead: Lead, late: int) -> None:
    day = lead.received_on + timedelta(days=1 + late)
    zone.session.add(
        Assessment(
            id=demo_id("assessment", lead.id), lead_id=lead.id, verdict=Verdict.follow,
            assessed_on=day, created_at=datetime.combine(day, time(16), ZONE),
            created_by_id=lead.owner_id,
        )
    )  # fmt: skip
    for kind, days in _TOLD.items():
        day = lead.received_on + timedelta(days=days + late)
        zone.session.add(
            LeadResponse(
                id=demo_id("response", lead.id, kind), lead_id=lead.id, kind=kind,
                responded_on=day, counted_on=day, text=_WORDS[kind],
                created_at=datetime.combine(day, time(11), ZONE), created_by_id=lead.owner_id,
                is_demo=True,
            )
        )  # fmt: skip


async def _follow_up(zone: Zone) -> None:
    """What the latest visits left to be done: every other one is done."""
    latest = col(Visit.visited_on).desc(), col(Visit.id)
    visits = await zone.session.exec(select(Visit).order_by(*latest).limit(_FOLLOWED))
    for place, visit in enumerate(visits):
        due_on = visit.visited_on + timedelta(days=7)
        visit.next_action, visit.next_action_on = "提供政策清单", due_on
        assert visit.created_by_id is not None
        owner = next(officer for officer in zone.officers if officer.id == visit.created_by_id)
        held = FollowUp.of(visit, owner.id, zone.path_of(owner))
        held.id, held.created_by_id = demo_id("follow-up", visit.id), owner.id
        if place % 2 == 0:
            held.status, held.done_on = FollowUpStatus.done, visit.next_action_on
            held.outcome = "已提供"
        zone.session.add(held)
