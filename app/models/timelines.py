"""Timelines: everything that happened around a lead or a company, in one order."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlmodel import col, select

from app.core.clock import ZONE
from app.core.listing import CURSOR
from app.core.shapes import visible
from app.core.types import BusinessDate, Code, Instant
from app.models.claims import Claim
from app.models.dispute_decisions import DisputeDecision
from app.models.disputes import Dispute
from app.models.lead_members import LeadMember
from app.models.leads import Lead
from app.models.stage_transitions import StageTransition
from app.models.transfers import Transfer, TransferLead
from app.models.visits import Visit


class EventKind(Code):
    """What happened."""

    visit_logged = "visit_logged"
    visit_reversed = "visit_reversed"
    transition_requested = "transition_requested"
    transition_recognised = "transition_recognised"
    transition_reversed = "transition_reversed"
    claim_made = "claim_made"
    claim_decided = "claim_decided"
    claim_renewed = "claim_renewed"
    claim_ended = "claim_ended"
    dispute_opened = "dispute_opened"
    dispute_decided = "dispute_decided"
    dispute_appealed = "dispute_appealed"
    transfer_made = "transfer_made"
    transfer_reversed = "transfer_reversed"
    member_joined = "member_joined"
    member_left = "member_left"


class TimelineEvent(BaseModel):
    """One event: the day it is of, when it was typed, of which record, by whom."""

    kind: EventKind
    happened_on: BusinessDate
    recorded_at: Instant
    subject_id: UUID
    lead_id: UUID | None
    officer_id: UUID | None
    detail: str | None = Field(description="The new stage or status, or the first words.")


class TimelinePage(BaseModel):
    """The newest events first; `next_cursor` is null on the last page."""

    items: list[TimelineEvent]
    next_cursor: str | None


class TimelineQuery(BaseModel):
    """How much, and from where on."""

    model_config = {"extra": "forbid"}

    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: CURSOR | None = None


# An event by what it is told from: kind, day, instant, who, detail, and the condition for it.
Event = tuple[EventKind, Any, Any, Any, Any, Any]
_NOBODY = sa.null()


def _day(instant: Any) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.timezone(sa.literal_column(f"'{ZONE.key}'"), instant), sa.Date)


def _visits(v: Any) -> list[Event]:
    return [
        (EventKind.visit_logged, v.visited_on, v.created_at, v.created_by_id, v.summary, None),
        (EventKind.visit_reversed, _day(v.reversed_at), v.reversed_at, v.reversed_by_id,
         v.reversal_reason, v.reversed_at),
    ]  # fmt: skip


def _transitions(t: Any) -> list[Event]:
    to = sa.func.coalesce(t.to_stage, t.kind)
    return [
        (EventKind.transition_requested, _day(t.created_at), t.created_at, t.created_by_id, to,
         None),
        (EventKind.transition_recognised, t.event_on, t.recognised_at, t.recognised_by_id, to,
         t.recognised_at),
        (EventKind.transition_reversed, _day(t.reversed_at), t.reversed_at, t.reversed_by_id, to,
         t.reversed_at),
    ]  # fmt: skip


def _claims(c: Any) -> list[Event]:
    decided = sa.case((c.status == sa.literal_column("'rejected'"), c.status),
                      else_=sa.literal_column("'active'"))  # fmt: skip
    return [
        (EventKind.claim_made, c.contacted_on, c.created_at, c.officer_id, None, None),
        (EventKind.claim_decided, _day(c.decided_at), c.decided_at, c.decided_by_id, decided,
         c.decided_at),
        (EventKind.claim_renewed, _day(c.renewed_at), c.renewed_at, c.officer_id, None,
         c.renewed_at),
        (EventKind.claim_ended, c.ended_on, c.updated_at, None, c.status, c.ended_on),
    ]  # fmt: skip


def _disputes(d: Any) -> list[Event]:
    return [
        (EventKind.dispute_opened, _day(d.created_at), d.created_at, d.created_by_id, d.statement,
         None),
        (EventKind.dispute_appealed, _day(d.appealed_at), d.appealed_at, d.appealed_by_id,
         d.appeal_statement, d.appealed_at),
    ]  # fmt: skip


def _members(m: Any) -> list[Event]:
    return [
        (EventKind.member_joined, m.from_on, m.created_at, m.officer_id, m.role, None),
        (EventKind.member_left, m.to_on, m.updated_at, m.officer_id, m.role, m.to_on),
    ]


def _parts(role: str, lead: Any, of_company: Any | None) -> Iterator[Any]:
    """The SELECTs of all events; `lead` says which leads, `of_company` which visits beside them."""
    ids = select(Lead.id).where(lead)
    on_visit = col(Visit.lead_id).in_(ids) if of_company is None else of_company
    yield from _rows(Visit, role, _visits(Visit), on_visit)
    for model, events in (
        (StageTransition, _transitions), (Claim, _claims), (Dispute, _disputes),
        (LeadMember, _members),
    ):  # fmt: skip
        yield from _rows(model, role, events(model), col(model.lead_id).in_(ids))
    yield _decisions(role, ids)
    yield from _transfers(role, ids)


def _rows(model: Any, role: str, events: list[Event], *where: Any) -> Iterator[Any]:
    for event in events:
        yield _select(event, model.id, model.lead_id).where(*where, *visible(model, role))


def _select(event: Event, subject_id: Any, lead_id: Any) -> Any:
    kind, day, instant, officer_id, detail, needed = event
    found = sa.select(
        sa.literal_column(f"'{kind}'", sa.Text()).label("kind"),
        sa.cast(day, sa.Date).label("happened_on"),
        instant.label("recorded_at"),
        subject_id.label("subject_id"),
        lead_id.label("lead_id"),
        sa.cast(_NOBODY if officer_id is None else officer_id, sa.Uuid).label("officer_id"),
        sa.cast(_NOBODY if detail is None else detail, sa.Text).label("detail"),
    )
    return found if needed is None else found.where(needed.is_not(None))


def _decisions(role: str, ids: Any) -> Any:
    made: Any = DisputeDecision
    event: Event = (
        EventKind.dispute_decided, _day(made.decided_at), made.decided_at, made.decided_by_id,
        made.outcome, None,
    )  # fmt: skip
    found = _select(event, made.dispute_id, col(Dispute.lead_id))
    found = found.join(Dispute, col(Dispute.id) == made.dispute_id)
    return found.where(col(Dispute.lead_id).in_(ids), *visible(Dispute, role))


def _transfers(role: str, ids: Any) -> Iterator[Any]:
    """A handover belongs to its leads: who sees the lead sees that it changed hands."""
    t: Any = Transfer
    for event in (
        (EventKind.transfer_made, _day(t.created_at), t.created_at, t.created_by_id, t.reason,
         None),
        (EventKind.transfer_reversed, _day(t.reversed_at), t.reversed_at, t.reversed_by_id,
         t.reversal_reason, t.reversed_at),
    ):  # fmt: skip
        found = _select(event, t.id, col(TransferLead.lead_id))
        found = found.join(TransferLead, col(TransferLead.transfer_id) == t.id)
        found = found.join(Lead, col(Lead.id) == TransferLead.lead_id)
        yield found.where(col(TransferLead.lead_id).in_(ids), *visible(Lead, role))


def lead_events(role: str) -> Any:
    """The events of one lead (`id`) that a role may see."""
    return sa.union_all(*_parts(role, col(Lead.id) == sa.bindparam("id", type_=sa.Uuid), None))


def company_events(role: str) -> Any:
    """The events of one company (`id`) and of its leads that a role may see."""
    company = sa.bindparam("id", type_=sa.Uuid)
    of_company = col(Visit.company_id) == company
    return sa.union_all(*_parts(role, col(Lead.company_id) == company, of_company))
