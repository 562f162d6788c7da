"""Reservations: so much of a site, from one day to another, for one lead."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from app.core.base import Record, RecordRead, Shape
from app.core.clock import now, today, today_sql
from app.core.errors import Problem, invalid
from app.core.listing import Filter, list_query
from app.core.shapes import Computed, Expand, visible
from app.core.types import Area, BusinessDate, Code, Instant, Line, choice, numeric
from app.models.areas import AreaGiven, InMu
from app.models.leads import Lead
from app.models.sites import SiteStub

# How long a hold lasts unless said otherwise [D].
HOLD_DAYS = 30


class ReservationStatus(Code):
    """A hold expires by itself; what is confirmed stays until it is released."""

    held = "held"
    confirmed = "confirmed"
    released = "released"
    expired = "expired"


class SiteReservationBase(SQLModel):
    """What a caller sets beside the area; both days count."""

    site_id: UUID = Field(foreign_key="sites.id")
    lead_id: UUID = Field(foreign_key="leads.id", index=True)
    from_on: BusinessDate = Field(default_factory=today)
    to_on: BusinessDate | None = Field(default=None, description="Null: open.")
    reason: Line | None = None


class SiteReservation(Record, SiteReservationBase, table=True):
    """One reservation; an expired one is stored as `held`, for nobody writes when a day ends."""

    __tablename__ = "site_reservations"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_site_reservations_site_id", "site_id", "from_on"),
        sa.Index("ix_site_reservations_created_at", "created_at", "id"),
    )

    area_m2: Decimal = Field(sa_type=numeric(14, 2))
    status: ReservationStatus = Field(
        default=ReservationStatus.held, sa_type=choice(ReservationStatus)
    )
    expires_on: date | None = None
    confirmed_at: datetime | None = None
    confirmed_by_id: UUID | None = None
    released_at: datetime | None = None
    released_by_id: UUID | None = None
    release_reason: str | None = None

    @property
    def standing(self) -> ReservationStatus:
        """The status of today."""
        is_over = self.expires_on is not None and self.expires_on < today()
        is_expired = self.status is ReservationStatus.held and is_over
        return ReservationStatus.expired if is_expired else self.status

    def check_standing(self, *allowed: ReservationStatus) -> None:
        """409 where it is in none of these."""
        if self.standing not in allowed:
            raise Problem("reservation_status", status=self.standing)

    def check_days(self) -> None:
        """422 where it ends before it begins."""
        if self.to_on is not None and self.to_on < self.from_on:
            raise invalid("/to_on", "to_before_from")

    def hold_until(self, day: date | None) -> None:
        """Hold it until a day, today or later; 30 days [D] unless said."""
        until = day or today() + timedelta(days=HOLD_DAYS)
        if until < today():
            raise invalid("/expires_on", "date_in_past")
        self.expires_on = until

    def confirm(self, officer_id: UUID) -> None:
        """Make it stay; nobody confirms the own reservation."""
        if officer_id == self.created_by_id:
            raise Problem("self_recognition")
        self.check_standing(ReservationStatus.held)
        self.status, self.expires_on = ReservationStatus.confirmed, None
        self.confirmed_at, self.confirmed_by_id = now(), officer_id

    def release(self, officer_id: UUID, reason: str | None) -> None:
        """Give the area back."""
        self.check_standing(ReservationStatus.held, ReservationStatus.confirmed)
        self.status, self.release_reason = ReservationStatus.released, reason
        self.released_at, self.released_by_id = now(), officer_id


class SiteReservationCreate(Shape, SiteReservationBase, AreaGiven):
    """A new hold."""

    expires_on: BusinessDate | None = None


class ReleaseCreate(Shape):
    """Why the area is given back."""

    reason: Line | None = None


class RenewalCreate(Shape):
    """How much longer a hold lasts."""

    expires_on: BusinessDate | None = None


def status_of(row: Any, _role: str = "") -> sa.ColumnElement[Any]:
    """The status of today."""
    held, expired = (
        sa.literal_column(f"'{status.value}'")
        for status in (ReservationStatus.held, ReservationStatus.expired)
    )
    status = sa.cast(row.status, sa.Text)
    is_over = sa.and_(status == held, row.expires_on < today_sql())
    return sa.case((is_over, expired), else_=status)


def is_live(row: Any) -> sa.ColumnElement[bool]:
    """Whether it takes its area today: held and not expired, or confirmed."""
    return status_of(row).in_([sa.literal_column("'held'"), sa.literal_column("'confirmed'")])


def _knows_lead(row: Any, role: str) -> sa.ColumnElement[bool]:
    seen = sa.select(col(Lead.id)).where(col(Lead.id) == row.lead_id, *visible(Lead, role))
    return seen.exists()


def _of_visible_lead(name: str) -> Computed:
    """Null where the caller may not see the lead: area and days stay, for they say what is free."""
    return Computed(lambda row, role: sa.case((_knows_lead(row, role), getattr(row, name))))


class SiteReservationRead(RecordRead):
    """A reservation as answered."""

    table: ClassVar[type[SQLModel]] = SiteReservation
    created_by_id: Annotated[UUID | None, _of_visible_lead("created_by_id")]
    site_id: UUID
    lead_id: Annotated[UUID | None, _of_visible_lead("lead_id")]
    area_m2: Area
    area_mu: InMu
    from_on: BusinessDate
    to_on: BusinessDate | None
    status: Annotated[ReservationStatus, Computed(status_of)]
    expires_on: BusinessDate | None
    reason: Annotated[str | None, _of_visible_lead("reason")]
    confirmed_at: Instant | None
    confirmed_by_id: Annotated[UUID | None, _of_visible_lead("confirmed_by_id")]
    released_at: Instant | None
    released_by_id: Annotated[UUID | None, _of_visible_lead("released_by_id")]
    release_reason: Annotated[str | None, _of_visible_lead("release_reason")]
    site: Annotated[SiteStub | None, Expand("site_id")] = None


def _status_is(row: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    return status_of(row) == sa.bindparam(name, type_=sa.Text)


def _of_lead(row: Any, role: str, name: str) -> sa.ColumnElement[bool]:
    """Asking for a lead that is hidden finds nothing."""
    return sa.and_(row.lead_id == sa.bindparam(name, type_=sa.Uuid), _knows_lead(row, role))


_Listed = list_query(
    SiteReservationRead,
    filters=("site_id", "from_on", "to_on", "expires_on", "area_m2"),
    sorts=("created_at", "from_on", "expires_on"),
)


class SiteReservationQuery(_Listed):
    """Parameters of the list of reservations."""

    filters: ClassVar[dict[str, Filter]] = {
        **_Listed.filters,
        "status": Filter("status", "eq", condition=_status_is),
        "lead_id": Filter("lead_id", "eq", condition=_of_lead),
    }

    status: ReservationStatus | None = None
    lead_id: UUID | None = None
