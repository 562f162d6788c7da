"""A day's list: what is due for one officer, the gravest consequence first."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.core.types import BusinessDate
from app.models.leads import LeadStub
from app.models.reminders import ReminderRule, ReminderState, ReminderSubject


class Title(BaseModel):
    """What is due, in both languages."""

    zh: str
    en: str


class DayItem(BaseModel):
    """One thing to do; the reminder is null until the night's run has seen it."""

    rule: ReminderRule
    title: Title
    subject_kind: ReminderSubject
    subject_id: UUID
    lead: LeadStub | None
    text: str | None
    due_on: BusinessDate
    days_over: int = Field(description="Negative before the day.")
    reminder_id: UUID | None
    reminder_state: ReminderState | None
    link: str = Field(description="The subject's address.")


class Day(BaseModel):
    """The list of one officer, up to `limit`."""

    officer_id: UUID
    items: list[DayItem]
    has_more: bool


class DayQuery(BaseModel):
    """Whose day."""

    model_config = {"extra": "forbid"}

    officer_id: UUID | None = Field(
        default=None,
        description="The caller unless given; a team lead's own team, a leader's zone.",
    )
    limit: Annotated[int, Field(ge=1, le=500)] = 200
