"""What a lead was told and when: answered, fed back, reported."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Row, Shape
from app.core.calendar import add_working_days, is_working_day, next_working_days
from app.core.clock import business_day, now, today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Line, choice
from app.models.leads import Lead, LeadStub
from app.models.progress import TERMS

# As many as a definition may ask for, with a week of 调休 to spare.
WORKED_DAYS = 25


class ResponseKind(Code):
    """In 1 working day, in a week, then every two weeks; an assessment is a record of its own."""

    answered = "answered"
    feedback = "feedback"
    report = "report"


class LeadClock(Row, table=True):
    """The days by which a new lead is answered, assessed and fed back; for its owner of that day.

    It follows from the lead, whose audit entries say all that it could. What the numbers tell
    apart is the lead's of that day too. `worked_on` are the working days after that of receiving:
    the days by which the numbers ask are taken from them.
    """

    __tablename__ = "lead_clocks"
    __table_args__: ClassVar[Any] = (sa.Index("uq_lead_clocks_lead_id", "lead_id", unique=True),)
    is_audited: ClassVar[bool] = False

    lead_id: UUID = Field(foreign_key="leads.id")
    owner_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    mechanism: str
    company_id: UUID | None = Field(default=None, foreign_key="companies.id")
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    answer_due_on: date
    assess_due_on: date
    experts_due_on: date
    feedback_due_on: date
    worked_on: list[date] = Field(sa_type=ARRAY(sa.Date))

    @classmethod
    def of(cls, lead: Lead, team_path: list[UUID]) -> "LeadClock":
        """The clock of a lead as received."""
        days: dict[str, Any] = due_days(lead.received_on)
        stamped = {
            name: getattr(lead, name)
            for name in ("owner_id", "mechanism", "company_id", "combination_id")
        }
        return cls(lead_id=lead.id, team_path=team_path, **stamped, **days)

    def restart(self, received_on: date) -> None:
        """The day of receiving was corrected."""
        for name, day in due_days(received_on).items():
            setattr(self, name, day)


def clock_ends(received_at: datetime, working_days: int) -> date:
    """The working day at whose end, in our zone, a clock of so many working days ends."""
    return add_working_days(business_day(received_at), working_days)


def due_days(received_on: date) -> dict[str, Any]:
    """The last days of the clocks; a week that ends on a day off ends on the next worked."""
    week = date.fromordinal(received_on.toordinal() + TERMS.feedback_days)
    return {
        "answer_due_on": add_working_days(received_on, TERMS.answer_working_days),
        "assess_due_on": add_working_days(received_on, TERMS.assess_working_days),
        "experts_due_on": add_working_days(received_on, TERMS.assess_by_experts_working_days),
        "feedback_due_on": week if is_working_day(week) else add_working_days(week, 1),
        "worked_on": next_working_days(received_on, WORKED_DAYS),
    }


def counts_on(responded_on: date, typed_on: date) -> date:
    """The day that counts: that of the response where it was typed within three working days."""
    in_time = add_working_days(responded_on, TERMS.typed_within_working_days)
    return responded_on if typed_on <= in_time else typed_on


class LeadResponseBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id")
    kind: ResponseKind = Field(sa_type=choice(ResponseKind))
    responded_on: BusinessDate = Field(default_factory=today)
    text: Line


class LeadResponse(Record, LeadResponseBase, table=True):
    """One response; the first of its kind stops the clock."""

    __tablename__ = "lead_responses"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_lead_responses_lead_id", "lead_id", "kind", "counted_on"),
        sa.Index("ix_lead_responses_responded_on", "responded_on", "id"),
        sa.Index("ix_lead_responses_created_at", "created_at", "id"),
    )

    counted_on: date = Field(default_factory=today)
    is_demo: bool = False

    def check_entries(self, received_on: date) -> None:
        """422 before the lead was received or after today; says which day counts."""
        if self.responded_on > today():
            raise invalid("/responded_on", "date_in_future")
        if self.responded_on < received_on:
            raise invalid("/responded_on", "before_received", day=received_on.isoformat())
        self.counted_on = counts_on(self.responded_on, business_day(now()))


class LeadResponseCreate(Shape, LeadResponseBase):
    """A new response."""


class LeadResponseRead(RecordRead, LeadResponseBase):
    """A response as answered."""

    table: ClassVar[type[SQLModel]] = LeadResponse
    counted_on: BusinessDate
    is_demo: bool
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class LeadResponseQuery(
    list_query(
        LeadResponseRead,
        filters=("lead_id", "kind", "responded_on", "created_by_id"),
        sorts=("created_at", "responded_on"),
    )
):
    """Parameters of the list."""
