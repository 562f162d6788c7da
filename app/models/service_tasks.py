"""Service tasks 帮办代办: what we do for an investor, with its promised days."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.calendar import add_working_days
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Line, Name, Notes, choice
from app.models.companies import CompanyStub
from app.models.leads import LeadStub
from app.models.mechanisms import Mechanism
from app.models.periods import LateReason

Days = Annotated[int, Bounded(ge=1, le=366, strict=True)]


class ServiceTaskKind(Code):
    """What is asked for."""

    registration = "registration"
    land = "land"
    environment = "environment"
    energy = "energy"
    construction = "construction"
    tax = "tax"
    talent = "talent"
    other = "other"


class ServiceTaskStatus(Code):
    """Open until done or cancelled."""

    open = "open"
    done = "done"
    cancelled = "cancelled"


class ClosingOutcome(Code):
    """How a service task ends."""

    done = "done"
    cancelled = "cancelled"


class ServiceTaskBase(SQLModel):
    """What a caller sets; days are working days after `received_on`."""

    title: Name
    kind: ServiceTaskKind = Field(sa_type=choice(ServiceTaskKind))
    received_on: BusinessDate = Field(default_factory=today)
    promised_days: Days
    statutory_days: Days | None = None
    notes: Notes | None = None


class ServiceTask(Record, ServiceTaskBase, table=True):
    """One request of an investor; due at the end of the last promised working day."""

    __tablename__ = "service_tasks"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_service_tasks_lead_id", "lead_id", "id"),
        sa.Index("ix_service_tasks_company_id", "company_id", "id"),
        sa.Index("ix_service_tasks_assignee_id", "assignee_id", "due_on", "id"),
        sa.Index("ix_service_tasks_due_on", "due_on", "id"),
        sa.Index("ix_service_tasks_done_on", "done_on"),
        sa.Index("ix_service_tasks_created_at", "created_at", "id"),
        sa.CheckConstraint("num_nonnulls(lead_id, company_id) = 1", name="one_subject"),
    )

    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")
    company_id: UUID | None = Field(default=None, foreign_key="companies.id")
    assignee_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    mechanism: str = Mechanism.department.value
    status: ServiceTaskStatus = Field(
        default=ServiceTaskStatus.open, sa_type=choice(ServiceTaskStatus)
    )
    due_on: date = Field(default_factory=today)
    done_on: date | None = None
    result: str | None = None
    late_reason: str | None = None
    is_demo: bool = False

    def set_due(self) -> None:
        """422 for a promise longer than the law's, or one received in the future."""
        if self.received_on > today():
            raise invalid("/received_on", "date_in_future")
        if self.statutory_days is not None and self.promised_days > self.statutory_days:
            raise invalid("/promised_days", "promised_above_statutory")
        self.apply({"due_on": add_working_days(self.received_on, self.promised_days)})

    def check_open(self) -> None:
        """409 once closed."""
        if self.status is not ServiceTaskStatus.open:
            raise Problem("task_closed")

    def close(self, outcome: ClosingOutcome, done_on: date, **said: str | None) -> None:
        """Done on a day, or given up; `said` are the result and why it comes late."""
        self.check_open()
        if done_on > today():
            raise invalid("/done_on", "date_in_future")
        if done_on < self.received_on:
            raise invalid("/done_on", "done_before_received")
        self.apply({**said, "status": ServiceTaskStatus(outcome.value)})
        self.done_on = done_on if outcome is ClosingOutcome.done else None

    def reopen(self) -> None:
        """Closed by mistake."""
        if self.status is ServiceTaskStatus.open:
            raise Problem("task_open")
        self.status, self.done_on, self.late_reason = ServiceTaskStatus.open, None, None


class ServiceTaskCreate(Shape, ServiceTaskBase):
    """A new task on a lead or a company."""

    lead_id: UUID | None = None
    company_id: UUID | None = None
    assignee_id: UUID | None = Bounded(default=None, description="The caller unless given.")


class ServiceTaskUpdate(patch_of(ServiceTaskCreate, without=frozenset({"lead_id", "company_id"}))):
    """Changes of an open task."""


class ClosingCreate(Shape):
    """The end of a task."""

    outcome: ClosingOutcome = ClosingOutcome.done
    done_on: BusinessDate = Bounded(default_factory=today)
    result: Line | None = None
    late_reason: LateReason | None = None


class ServiceTaskRead(RecordRead, ServiceTaskBase):
    """A task as answered."""

    table: ClassVar[type[SQLModel]] = ServiceTask
    lead_id: UUID | None
    company_id: UUID | None
    assignee_id: UUID
    status: ServiceTaskStatus
    due_on: BusinessDate
    done_on: BusinessDate | None
    result: str | None
    late_reason: str | None
    is_demo: bool
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


class ServiceTaskQuery(
    list_query(
        ServiceTaskRead,
        filters=(
            "lead_id", "company_id", "assignee_id", "kind", "status", "due_on", "done_on",
            "is_demo",
        ),
        sorts=("due_on", "created_at"),
    )
):  # fmt: skip
    """Parameters of the task list."""
