"""Stationings 驻点: an officer's days at a place outside, logged once they are over."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Instant, Name, Notes
from app.models.activities import ActivityStatus, Reversible, check_span
from app.models.codes import RegionCode
from app.models.officers import OfficerStub
from app.models.periods import LateReason

LONGEST_DAYS = 366


class StationingBase(SQLModel):
    """What a caller sets; both days count."""

    region_code: RegionCode
    place: Name | None = None
    from_on: BusinessDate
    to_on: BusinessDate
    notes: Notes | None = None
    late_reason: LateReason | None = None


class Stationing(Record, StationingBase, Reversible, table=True):
    """A closed span of days; nobody is stationed twice on one day."""

    __tablename__ = "stationings"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("from_on <= to_on", name="from_to"),
        ExcludeConstraint(
            ("officer_id", "="),
            (sa.literal_column("daterange(from_on, to_on, '[]')"), "&&"),
            where=sa.text("status = 'counted'"),
            using="gist",
            name="ex_stationings_from_on",
        ),
        sa.Index("ix_stationings_officer_id", "officer_id", "from_on", "id"),
        sa.Index("ix_stationings_from_on", "from_on", "id"),
        sa.Index("ix_stationings_created_at", "created_at", "id"),
    )

    officer_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    is_demo: bool = False

    def check(self) -> None:
        """Over, in order and at most a year, so that its days are facts and few."""
        check_span(self.from_on, self.to_on)
        if self.to_on > today():
            raise invalid("/to_on", "date_in_future")
        if days_between(self.from_on, self.to_on) > LONGEST_DAYS:
            raise invalid("/to_on", "span_too_long", limit=LONGEST_DAYS)


def days_between(from_on: date, to_on: date) -> int:
    """Both days count."""
    return (to_on - from_on).days + 1


class StationingCreate(Shape, StationingBase):
    """A span of days."""

    officer_id: UUID | None = Bounded(default=None, description="The caller unless given.")


class StationingUpdate(patch_of(StationingCreate, without=frozenset({"officer_id"}))):
    """Changes of a stationing; the officer stays."""


class StationingRead(RecordRead, StationingBase):
    """A stationing as answered."""

    table: ClassVar[type[SQLModel]] = Stationing
    officer_id: UUID
    status: ActivityStatus
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    is_demo: bool
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None


class StationingQuery(
    list_query(
        StationingRead,
        filters=("officer_id", "region_code", "from_on", "to_on", "status", "is_demo"),
        sorts=("from_on", "created_at"),
    )
):
    """Parameters of the stationing list."""
