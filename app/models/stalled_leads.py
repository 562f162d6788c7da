"""Big leads that stand still, with what holds them up."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.core.types import BusinessDate, Money
from app.models.blockers import BlockerStatus, Severity
from app.models.leads import LeadStub
from app.models.progress import Light
from app.models.reminders import ReminderRule


class OpenBlocker(BaseModel):
    """What keeps it from moving on."""

    id: UUID
    title: str
    severity: Severity
    status: BlockerStatus
    raised_on: BusinessDate


class StalledLead(BaseModel):
    """A lead by its weight: yuan × days without progress."""

    lead: LeadStub
    amount_cny: Money = Field(description="Agreed, else planned, in yuan.")
    days_without_progress: int
    last_progress_on: BusinessDate
    light: Light
    rules: list[ReminderRule] = Field(description="What is due on it, the gravest first.")
    blockers: list[OpenBlocker]


class StalledLeads(BaseModel):
    """The heaviest first; `has_more` says that `limit` cut the list."""

    items: list[StalledLead]
    has_more: bool


class StalledQuery(BaseModel):
    """How big, how still."""

    model_config = {"extra": "forbid"}

    min_amount: Money = Field(
        default=Decimal(100_000_000), description="Yuan; 1 亿元 unless given."
    )
    min_days: Annotated[int, Field(ge=1, le=3660)] = 60
    limit: Annotated[int, Field(ge=1, le=200)] = 50
