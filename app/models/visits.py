"""Visits 拜访 and receptions 接待: the two-way contacts that the work consists of."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Relationship, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape, patch_of
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import export_of, list_query
from app.core.shapes import Children, Expand
from app.core.types import BusinessDate, Code, Count, Instant, Line, Name, Notes, choice
from app.models.codes import CreditCode
from app.models.companies import CompanyStub
from app.models.leads import LeadStub
from app.models.mechanisms import Mechanism
from app.models.periods import LateReason


class VisitKind(Code):
    """outbound 走出去, inbound 请进来 (a reception), local 走访, online 线上."""

    outbound = "outbound"
    inbound = "inbound"
    local = "local"
    online = "online"


class VisitStatus(Code):
    """A visit that was logged counts until it is reversed."""

    counted = "counted"
    reversed = "reversed"


class VisitBase(SQLModel):
    """What a caller sets."""

    kind: VisitKind = Field(sa_type=choice(VisitKind))
    visited_on: BusinessDate = Field(default_factory=today)
    summary: Line
    place: Name | None = None
    mechanism: Mechanism | None = Field(
        default=None,
        sa_type=choice(Mechanism),
        description="The lead's own unless given.",
    )
    guest_count: Count = Field(default=0, description="Their people, named or not.")
    next_action: Line | None = None
    next_action_on: BusinessDate | None = None
    notes: Notes | None = None
    late_reason: LateReason | None = None
    trip_id: UUID | None = Field(
        default=None, foreign_key="trips.id", description="The trip that an outbound visit is of."
    )
    event_id: UUID | None = Field(default=None, foreign_key="events.id")


def _linked(column: str) -> sa.Index:
    """Few visits have one, and the others do not pay for it."""
    name, given = f"ix_visits_{column}", sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, postgresql_where=given)


class Visit(Record, VisitBase, table=True):
    """One visit; its company and lead do not change."""

    __tablename__ = "visits"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_visits_lead_id", "lead_id", "visited_on", "id"),
        sa.Index("ix_visits_company_id", "company_id", "visited_on", "id"),
        sa.Index("ix_visits_visited_on", "visited_on", "id"),
        sa.Index("ix_visits_created_by_id", "created_by_id", "visited_on", "id"),
        sa.Index("ix_visits_created_at", "created_at", "id"),
        sa.Index("ix_visits_next_action_on", "next_action_on", "id"),
        _linked("trip_id"),
        _linked("event_id"),
    )

    company_id: UUID = Field(foreign_key="companies.id")
    lead_id: UUID | None = Field(default=None, foreign_key="leads.id")
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    status: VisitStatus = Field(default=VisitStatus.counted, sa_type=choice(VisitStatus))
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None
    is_demo: bool = False

    def check_dates(self) -> None:
        """A visit has happened; what follows it lies not before it."""
        if self.visited_on > today():
            raise invalid("/visited_on", "date_in_future")
        if self.next_action_on is not None and self.next_action_on < self.visited_on:
            raise invalid("/next_action_on", "date_before_visit")

    def count_guests(self, named: int) -> None:
        """Nobody who is named goes uncounted."""
        self.guest_count = max(self.guest_count, named)

    def check_open(self) -> None:
        """A reversed visit is history."""
        if self.status is VisitStatus.reversed:
            raise Problem("visit_reversed")


class VisitParticipant(Row, table=True):
    """One of ours at a visit, with the teams that then stood above."""

    __tablename__ = "visit_participants"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_visit_participants_officer_id", "visit_id", "officer_id", unique=True),
        sa.Index("ix_visit_participants_officer_id", "officer_id", "visit_id"),
    )

    visit_id: UUID = Field(foreign_key="visits.id")
    visit: Visit = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    officer_id: UUID = Field(foreign_key="officers.id")
    place: int
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))


class VisitGuest(Row, table=True):
    """One of theirs at a visit."""

    __tablename__ = "visit_guests"

    visit_id: UUID = Field(foreign_key="visits.id", index=True)
    visit: Visit = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    place: int
    name: str
    title: str | None = None


class Guest(Shape):
    """A person of the company."""

    name: Name
    title: Name | None = None


class CompanyByName(Shape):
    """A company as known in the field: found by code or name, created where nobody knew it."""

    name: Name
    credit_code: CreditCode | None = None


People = Annotated[list[UUID], Bounded(max_length=50)]
Guests = Annotated[list[Guest], Bounded(max_length=50)]


class VisitCreate(Shape, VisitBase):
    """A visit in one call: on a lead, or on a company by id or by name."""

    lead_id: UUID | None = None
    company_id: UUID | None = None
    company: CompanyByName | None = None
    participant_ids: People = Bounded(default=[], description="Ours; the caller unless given.")
    guests: Guests = []

    def check_subject(self) -> None:
        """Exactly one of lead, company id and company."""
        if sum(part is not None for part in (self.lead_id, self.company_id, self.company)) != 1:
            raise invalid("/lead_id", "one_subject")


class VisitUpdate(patch_of(VisitCreate, without=frozenset({"lead_id", "company_id", "company"}))):
    """Changes of a visit."""


class ParticipantRead(ReadShape):
    """One of ours."""

    table: ClassVar[type[SQLModel]] = VisitParticipant
    officer_id: UUID


class GuestRead(ReadShape):
    """One of theirs."""

    table: ClassVar[type[SQLModel]] = VisitGuest
    name: str
    title: str | None


class VisitRead(RecordRead, VisitBase):
    """A visit as answered."""

    table: ClassVar[type[SQLModel]] = Visit
    company_id: UUID
    lead_id: UUID | None
    combination_id: UUID | None
    mechanism: Mechanism  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]  set once logged
    status: VisitStatus
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    is_demo: bool
    participants: Annotated[list[ParticipantRead], Children("visit_id", "place")]
    guests: Annotated[list[GuestRead], Children("visit_id", "place")]
    company: Annotated[CompanyStub | None, Expand("company_id")] = None
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class VisitQuery(
    list_query(
        VisitRead,
        filters=(
            "lead_id",
            "company_id",
            "kind",
            "visited_on",
            "mechanism",
            "status",
            "created_by_id",
            "next_action_on",
            "created_at",
            "is_demo",
            "trip_id",
            "event_id",
        ),
        sorts=("visited_on", "created_at", "next_action_on"),
    )
):
    """Parameters of the visit list."""


class VisitExport(export_of(VisitQuery)):
    """Parameters of the export."""


def people(ids: list[UUID]) -> list[UUID]:
    """Each person once, in the order given."""
    return list(dict.fromkeys(ids))
