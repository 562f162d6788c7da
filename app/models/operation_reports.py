"""Operation reports: what a settled project delivered in a year or quarter."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.types import Count, Instant, Money, choice, numeric
from app.models.agreements import Year
from app.models.pipeline import TransitionStatus
from app.models.transition_decisions import DecisionKind, TransitionDecision

Quarter = Annotated[int, Bounded(strict=True, ge=1, le=4)]


class OperationReportBase(SQLModel):
    """What a caller sets; without a quarter it is of the whole year."""

    lead_id: UUID = Field(foreign_key="leads.id")
    year: Year
    quarter: Quarter | None = None
    output: Money = Field(sa_type=numeric(20, 2), description="Yuan.")
    tax: Money = Field(sa_type=numeric(20, 2), description="Yuan paid.")
    jobs: Count = Field(description="Persons employed at the end.")
    energy: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Tonnes of standard coal (tce)."
    )


_RECOGNISED = sa.text("status = 'recognised'")


class OperationReport(Record, OperationReportBase, table=True):
    """A report; one recognised for each lead and period."""

    __tablename__ = "operation_reports"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_operation_reports_lead_id",
            "lead_id",
            "year",
            "quarter",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=_RECOGNISED,
        ),
        sa.Index("ix_operation_reports_lead_id", "lead_id", "created_at"),
        sa.Index("ix_operation_reports_status", "status", "created_at"),
        sa.Index("ix_operation_reports_year", "year", "id"),
        sa.Index("ix_operation_reports_created_at", "created_at", "id"),
    )

    status: TransitionStatus = Field(
        default=TransitionStatus.pending, sa_type=choice(TransitionStatus)
    )
    recognised_at: datetime | None = None
    recognised_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None

    def check_period(self) -> None:
        """422 for a period that has not begun."""
        day = today()
        if self.year > day.year:
            raise invalid("/year", "date_in_future")
        if self.year == day.year and self.quarter and self.quarter > (day.month + 2) // 3:
            raise invalid("/quarter", "date_in_future")

    def decide(self, payload: TransitionDecision, officer_id: UUID) -> None:
        """Recognise or reject; nobody the own report."""
        self._check(TransitionStatus.pending, officer_id)
        self.decision_comment = payload.comment
        if payload.decision is DecisionKind.reject:
            self.status = TransitionStatus.rejected
            return
        self.status = TransitionStatus.recognised
        self.recognised_at, self.recognised_by_id = now(), officer_id

    def reverse(self, reason: str, officer_id: UUID) -> None:
        """Take it back; the next one for the period may be recognised."""
        self._check(TransitionStatus.recognised, officer_id)
        self.status, self.reversal_reason = TransitionStatus.reversed, reason
        self.reversed_at, self.reversed_by_id = now(), officer_id

    def _check(self, status: TransitionStatus, officer_id: UUID) -> None:
        if self.status is not status:
            raise Problem("already_decided", status=self.status)
        if self.created_by_id == officer_id:
            raise Problem("self_recognition")


class OperationReportCreate(Shape, OperationReportBase):
    """A report, to be recognised by somebody else."""


class OperationReportRead(RecordRead, OperationReportBase):
    """A report as answered."""

    table: ClassVar[type[SQLModel]] = OperationReport
    status: TransitionStatus
    recognised_at: Instant | None
    recognised_by_id: UUID | None
    decision_comment: str | None
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None


class OperationReportQuery(
    list_query(
        OperationReportRead,
        filters=("lead_id", "year", "quarter", "status"),
        sorts=("created_at", "year"),
    )
):
    """Parameters of the list of reports."""
