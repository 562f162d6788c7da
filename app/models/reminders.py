"""Reminders: what a rule found due, kept as a record until somebody deals with it."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead
from app.core.clock import now
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Instant, choice
from app.models.leads import LeadStub
from app.models.officers import OfficerStub


class ReminderRule(Code):
    """What is due, the gravest consequence first: the order of a day's list."""

    registration_late = "registration_late"
    start_late = "start_late"
    deferral_overdue = "deferral_overdue"
    claim_ending = "claim_ending"
    answer_due = "answer_due"
    assessment_due = "assessment_due"
    feedback_due = "feedback_due"
    task_due = "task_due"
    follow_up_due = "follow_up_due"
    report_due = "report_due"
    stage_age = "stage_age"
    no_update = "no_update"


class ReminderSubject(Code):
    """What a reminder is about."""

    lead = "lead"
    claim = "claim"
    deferral = "deferral"
    service_task = "service_task"
    follow_up = "follow_up"


class ReminderState(Code):
    """Open; seen by its officer; dealt with or no longer so."""

    open = "open"
    acknowledged = "acknowledged"
    resolved = "resolved"


class Reminder(Record, table=True):
    """One per rule, subject and window; `window_on` is the day that the rule counts from."""

    __tablename__ = "reminders"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_reminders_rule", "rule", "subject_id", "window_on", unique=True),
        sa.Index("ix_reminders_officer_id", "officer_id", "due_on", "id"),
        sa.Index("ix_reminders_lead_id", "lead_id", "due_on", "id"),
        sa.Index("ix_reminders_due_on", "due_on", "id"),
        sa.Index("ix_reminders_created_at", "created_at", "id"),
    )

    rule: ReminderRule = Field(sa_type=choice(ReminderRule))
    subject_kind: ReminderSubject = Field(sa_type=choice(ReminderSubject))
    subject_id: UUID
    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")
    officer_id: UUID = Field(foreign_key="officers.id")
    window_on: date
    due_on: date
    state: ReminderState = Field(default=ReminderState.open, sa_type=choice(ReminderState))
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by_id: UUID | None = Field(default=None, foreign_key="officers.id")

    def acknowledge(self) -> None:
        """Seen; it stays on the list."""
        if self.state is not ReminderState.open:
            raise Problem("reminder_closed", state=self.state)
        self.state, self.acknowledged_at = ReminderState.acknowledged, now()

    def resolve(self, officer_id: UUID) -> None:
        """Dealt with by somebody: it does not come back in this window."""
        if self.state is ReminderState.resolved:
            raise Problem("reminder_closed", state=self.state)
        self.state, self.resolved_at = ReminderState.resolved, now()
        self.resolved_by_id = officer_id


class ReminderRead(RecordRead):
    """A reminder as answered; `resolved_by_id` is null where it was no longer so."""

    table: ClassVar[type[SQLModel]] = Reminder
    rule: ReminderRule
    subject_kind: ReminderSubject
    subject_id: UUID
    lead_id: UUID | None
    officer_id: UUID
    window_on: BusinessDate
    due_on: BusinessDate
    state: ReminderState
    acknowledged_at: Instant | None
    resolved_at: Instant | None
    resolved_by_id: UUID | None
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None


class ReminderQuery(
    list_query(
        ReminderRead,
        filters=("rule", "state", "lead_id", "officer_id", "subject_id", "due_on"),
        sorts=("due_on", "created_at"),
        default=("due_on",),
    )
):
    """Parameters of the list."""
