"""What trips, events and stationings share: who organised, what it cost, and taking it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Row
from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.core.types import Code, Money, choice, numeric
from app.models.leads import Mechanism
from app.models.periods import LateReason


class ActivityStatus(Code):
    """What was logged counts until it is reversed."""

    counted = "counted"
    reversed = "reversed"


class ActivityBase(SQLModel):
    """What a caller sets on a trip or an event."""

    mechanism: Mechanism = Field(default=Mechanism.department, sa_type=choice(Mechanism))
    combination_id: UUID | None = Field(
        default=None, foreign_key="combinations.id", description="Whose work and cost it is."
    )
    cost_amount: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Yuan (CNY); null is unknown, not 0."
    )
    late_reason: LateReason | None = None


class Reversible(SQLModel):
    """A fact that is never deleted: it is taken back and stays in the history."""

    status: ActivityStatus = Field(default=ActivityStatus.counted, sa_type=choice(ActivityStatus))
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None

    def check_open(self) -> None:
        """409 once reversed."""
        if self.status is ActivityStatus.reversed:
            raise Problem("activity_reversed")

    def take_back(self, officer_id: UUID, reason: str) -> None:
        """It counts no more."""
        self.status, self.reversal_reason = ActivityStatus.reversed, reason
        self.reversed_at, self.reversed_by_id = now(), officer_id


class Organised(Reversible):
    """A trip or an event: whole to its organiser and the teams that then stood above."""

    organiser_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    is_demo: bool = False


class Attendance(Row):
    """One of ours who took part, with the teams that then stood above."""

    officer_id: UUID = Field(foreign_key="officers.id")
    place: int
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))


def check_span(from_on: Any, to_on: Any) -> None:
    """422 where it ends before it begins, or has not begun."""
    if to_on < from_on:
        raise invalid("/to_on", "to_before_from")
    if from_on > today():
        raise invalid("/from_on", "date_in_future")
