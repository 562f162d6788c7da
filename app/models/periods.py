"""Reported months 期间: open, closing, locked; what a locked month said is kept and never moves."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape
from app.core.calendar import add_working_days
from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Instant, Line, choice, numeric
from app.models.ledger_entries import EntryScope, Quantity

# 考核办 closes the books on the third working day of the next month [D].
CUT_OFF_WORKING_DAYS = 3

LateReason = Annotated[
    Line,
    Bounded(description="Why it comes to a closed month; 423 without it. Never cleared."),
]


class PeriodStatus(Code):
    """A month moves on one way only: what comes later is counted in an open month."""

    open = "open"
    closing = "closing"
    locked = "locked"


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def default_cut_off(month: date) -> date:
    """The third working day after a month's end, 调休 included."""
    return add_working_days(next_month(month) - timedelta(days=1), CUT_OFF_WORKING_DAYS)


class PeriodBase(SQLModel):
    """What the assessor sets."""

    month: BusinessDate = Field(description="The month's first day.")
    cut_off_on: BusinessDate | None = Field(
        default=None,
        nullable=False,
        description="From this day on the month may be locked; the third working day after its"
        " end unless given.",
    )


class Period(Record, PeriodBase, table=True):
    """One month of the calendar; a month without a row is open."""

    __tablename__ = "periods"
    __table_args__: ClassVar[Any] = (sa.Index("uq_periods_month", "month", unique=True),)

    status: PeriodStatus = Field(default=PeriodStatus.open, sa_type=choice(PeriodStatus))
    closing_at: datetime | None = None
    closing_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    locked_at: datetime | None = None
    locked_by_id: UUID | None = Field(default=None, foreign_key="officers.id")

    def settle(self) -> None:
        """The cut-off where none was given; a month is not closed before it is over."""
        if self.month.day != 1:
            raise invalid("/month", "first_of_month")
        self.cut_off_on = self.cut_off_on or default_cut_off(self.month)
        if self.cut_off_on < next_month(self.month):
            raise invalid("/cut_off_on", "cut_off_in_month")

    def close(self, officer_id: UUID) -> None:
        """Announce the lock: from now on a new fact of the month needs a reason for being late."""
        self._check(PeriodStatus.open, from_on=next_month(self.month))
        self.status, self.closing_at = PeriodStatus.closing, now()
        self.closing_by_id = officer_id

    def check_cut_off(self) -> None:
        """Locked is what is closing, from the cut-off day on."""
        self._check(PeriodStatus.closing, from_on=self.cut_off_on or next_month(self.month))

    def lock(self, officer_id: UUID, at: datetime) -> None:
        """Its numbers move no more."""
        self.status, self.locked_at, self.locked_by_id = PeriodStatus.locked, at, officer_id

    def _check(self, wanted: PeriodStatus, from_on: date) -> None:
        if self.status is not wanted:
            raise Problem("period_status", status=self.status)
        if today() < from_on:
            raise Problem("period_too_early", day=from_on)


class PeriodCreate(Shape, PeriodBase):
    """A month to be closed."""


class PeriodRead(RecordRead, PeriodBase):
    """A month as answered."""

    table: ClassVar[type[SQLModel]] = Period
    cut_off_on: BusinessDate  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]  set once made
    status: PeriodStatus
    closing_at: Instant | None
    closing_by_id: UUID | None
    locked_at: Instant | None
    locked_by_id: UUID | None


class PeriodQuery(
    list_query(PeriodRead, filters=("month", "status"), sorts=("month", "created_at"))
):
    """Parameters of the list of months."""


class PeriodSnapshot(Row, table=True):
    """One sum of a month as it was locked; the database refuses to change or remove it.

    `company_count` counts the companies whose own sum is positive, for distinct counts alone.
    """

    __tablename__ = "period_snapshots"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_period_snapshots_period_id", "period_id", "scope", "scope_id", "metric"),
    )
    is_audited: ClassVar[bool] = False

    period_id: UUID = Field(foreign_key="periods.id")
    scope: EntryScope = Field(sa_type=choice(EntryScope))
    scope_id: UUID
    metric: str
    definition_version: int
    part: str
    dimension: str
    quantity: Decimal = Field(sa_type=numeric(24, 4))
    company_count: int


class PeriodSnapshotRead(ReadShape):
    """A sum as answered."""

    table: ClassVar[type[SQLModel]] = PeriodSnapshot
    id: UUID
    period_id: UUID
    scope: EntryScope
    scope_id: UUID
    metric: str
    definition_version: int
    part: str
    dimension: str
    quantity: Quantity
    company_count: int


class PeriodSnapshotQuery(
    list_query(
        PeriodSnapshotRead,
        filters=("period_id", "scope", "scope_id", "metric", "part", "dimension"),
        sorts=("quantity",),
    )
):
    """Parameters of the list of what months said when they were locked."""
