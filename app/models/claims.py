"""Claims 首谈登记: who first had two-way contact with a company, with dated evidence."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.calendar import add_working_days
from app.core.clock import ZONE, business_day, today_sql
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Computed, Expand
from app.core.types import BusinessDate, Code, Instant, Notes, choice
from app.models.companies import CompanyStub
from app.models.officers import OfficerStub
from app.models.visits import Visit, VisitGuest, VisitParticipant, VisitStatus


@dataclass(frozen=True)
class ClaimTerms:
    """The clocks of first contact; defaults of docs/domain.md §2."""

    typed_within_working_days: int = 3
    protected_days: int = 90
    silent_days: int = 60
    dispute_working_days: int = 5
    appeal_working_days: int = 10


TERMS = ClaimTerms()


class ClaimStatus(Code):
    """A claim waits for the team lead, protects its company, and ends in one of four ways."""

    pending = "pending"
    active = "active"
    rejected = "rejected"
    released = "released"
    expired = "expired"
    superseded = "superseded"


OPEN_CLAIMS = (ClaimStatus.pending, ClaimStatus.active)
_OPEN = sa.text("status IN ('pending', 'active') AND split_by_id IS NULL")


def ranks_at(contacted_on: date, contacted_at: datetime | None, typed_at: datetime) -> datetime:
    """The instant by which claims of one company are ordered.

    The contact's own, where it was typed within three working days; else that of typing. A contact
    without a time of day ranks at the end of its day.
    """
    in_time = add_working_days(contacted_on, TERMS.typed_within_working_days)
    if business_day(typed_at) > in_time:
        return typed_at
    return min(contacted_at or datetime.combine(contacted_on, time.max, ZONE), typed_at)


class ClaimBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id", index=True)
    visit_id: UUID | None = Field(
        default=None,
        foreign_key="visits.id",
        description="The evidence: a visit with a named guest, or else a file.",
    )
    evidence_file_id: UUID | None = Field(
        default=None,
        foreign_key="evidence_files.id",
        description="A dated file of kind `first_contact` at the lead; of the day of contact.",
    )
    contacted_at: Instant | None = Field(
        default=None,
        sa_type=sa.DateTime(timezone=True),  # pyright: ignore[reportArgumentType]  SQLModel's stub
        description="On the day of the evidence, where the hour is known.",
    )
    notes: Notes | None = None


class Claim(Record, ClaimBase, table=True):
    """A company has one open claim, unless a dispute was decided to leave two."""

    __tablename__ = "claims"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_claims_company_id", "company_id", unique=True, postgresql_where=_OPEN),
        sa.Index("ix_claims_company_id", "company_id", "ranks_at", "id"),
        sa.Index("ix_claims_officer_id", "officer_id", "created_at", "id"),
        sa.Index("ix_claims_status", "status", "created_at", "id"),
        sa.Index("ix_claims_created_at", "created_at", "id"),
        sa.Index("ix_claims_ranks_at", "ranks_at", "id"),
        sa.Index("ix_claims_protected_until", "protected_until", "id"),
    )

    company_id: UUID = Field(foreign_key="companies.id")
    officer_id: UUID = Field(foreign_key="officers.id")
    contacted_on: date
    ranks_at: datetime
    status: ClaimStatus = Field(default=ClaimStatus.pending, sa_type=choice(ClaimStatus))
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None
    protected_until: date | None = None
    renewed_at: datetime | None = None
    ended_on: date | None = None
    split_by_id: UUID | None = None

    def check_contact(self) -> None:
        """422 where the instant is not on the day of the evidence, or that is too long ago."""
        if self.contacted_at and business_day(self.contacted_at) != self.contacted_on:
            raise invalid("/contacted_at", "contact_not_on_visit")
        if self.lapse(business_day(self.created_at), self.contacted_on):
            shown_by = "/visit_id" if self.visit_id else "/evidence_file_id"
            raise invalid(shown_by, "contact_too_old", days=TERMS.silent_days)

    def lapse(self, day: date, last_contact_on: date) -> ClaimStatus | None:
        """How an open claim has ended by a day, None while it stands."""
        if self.status not in OPEN_CLAIMS:
            return None
        if self.protected_until and day > self.protected_until:
            return ClaimStatus.expired
        approved_on = business_day(self.decided_at) if self.decided_at else last_contact_on
        silent_since = max(last_contact_on, approved_on)
        is_silent = day > silent_since + timedelta(days=TERMS.silent_days)
        return ClaimStatus.released if is_silent else None

    def protect(self, officer_id: UUID, moment: datetime) -> None:
        """Approved: the company is protected from this day on."""
        self.status, self.decided_at, self.decided_by_id = ClaimStatus.active, moment, officer_id
        self.protected_until = business_day(moment) + timedelta(days=TERMS.protected_days)

    def renew(self, moment: datetime) -> None:
        """Once more as long, from where the protection would have ended."""
        assert self.protected_until is not None
        self.renewed_at = moment
        self.protected_until += timedelta(days=TERMS.protected_days)

    def end(self, status: ClaimStatus, day: date) -> None:
        """Close the claim; its company is free from this day on."""
        self.status, self.ended_on = status, day


def two_way(claim: Any) -> list[sa.ColumnElement[bool]]:
    """What makes a visit two-way contact of a claim.

    It counts, has a named guest, and is on the claim's lead, or on its company without a lead and
    with the claimant among ours.
    """
    guest = select(VisitGuest.id).where(col(VisitGuest.visit_id) == Visit.id)
    ours = select(VisitParticipant.id).where(
        col(VisitParticipant.visit_id) == Visit.id,
        col(VisitParticipant.officer_id) == claim.officer_id,
    )
    return [
        col(Visit.company_id) == claim.company_id,
        col(Visit.status) == sa.literal_column(f"'{VisitStatus.counted}'"),
        guest.exists(),
        sa.or_(
            col(Visit.lead_id) == claim.lead_id,
            sa.and_(col(Visit.lead_id).is_(None), ours.exists()),
        ),
    ]


def last_contact_on(claim: Any, _role: str = "") -> sa.ColumnElement[Any]:
    """The day of the latest two-way contact."""
    latest = select(sa.func.max(col(Visit.visited_on))).where(*two_way(claim))
    return sa.func.greatest(claim.contacted_on, latest.scalar_subquery(), type_=sa.Date())


def contact_due_on(claim: Any, _role: str = "") -> sa.ColumnElement[Any]:
    """The last day of silence: counted from the latest contact, or from a later approval."""
    approved_on = sa.cast(
        sa.func.timezone(sa.literal_column(f"'{ZONE.key}'"), claim.decided_at), sa.Date
    )
    days = sa.literal_column(str(TERMS.silent_days), sa.Integer())
    return sa.type_coerce(
        sa.func.greatest(last_contact_on(claim), approved_on, type_=sa.Date()) + days, sa.Date()
    )


def effective_status(claim: Any, _role: str = "") -> sa.ColumnElement[Any]:
    """`lapse` in SQL, for today: what the claim is now, before anybody has written it down."""
    is_open = claim.status.in_([sa.literal_column(f"'{status}'") for status in OPEN_CLAIMS])
    return sa.case(
        (sa.not_(is_open), claim.status),
        (claim.protected_until < today_sql(), sa.literal_column("'expired'")),
        (contact_due_on(claim) < today_sql(), sa.literal_column("'released'")),
        else_=claim.status,
    )


def stands(claim: Any) -> sa.ColumnElement[bool]:
    """Whether an open claim still holds today."""
    return effective_status(claim).in_([sa.literal_column(f"'{s}'") for s in OPEN_CLAIMS])


def is_protected(claim: Any, _role: str = "") -> sa.ColumnElement[bool]:
    """Whether it is approved and holds today."""
    return effective_status(claim) == sa.literal_column("'active'")


class ClaimCreate(Shape, ClaimBase):
    """A new claim of the caller's, on a lead that the caller owns or is a member of."""

    def check_evidence(self) -> None:
        """422 unless there is one piece of evidence, a visit or a file."""
        if (self.visit_id is None) == (self.evidence_file_id is None):
            name = "visit_id" if self.visit_id is None else "evidence_file_id"
            raise invalid(f"/{name}", "visit_or_file")


class ClaimRead(RecordRead, ClaimBase):
    """A claim as answered; `status` is what was written, `effective_status` what holds today."""

    table: ClassVar[type[SQLModel]] = Claim
    company_id: UUID
    officer_id: UUID
    contacted_on: BusinessDate
    ranks_at: Instant
    status: ClaimStatus
    effective_status: Annotated[ClaimStatus, Computed(effective_status)]
    is_protected: Annotated[bool, Computed(is_protected)]
    last_contact_on: Annotated[BusinessDate, Computed(last_contact_on)]
    contact_due_on: Annotated[BusinessDate, Computed(contact_due_on)]
    protected_until: BusinessDate | None
    renewed_at: Instant | None
    decided_at: Instant | None
    decided_by_id: UUID | None
    decision_comment: str | None
    ended_on: BusinessDate | None
    split_by_id: UUID | None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None


class ClaimQuery(
    list_query(
        ClaimRead,
        filters=("lead_id", "company_id", "officer_id", "status", "protected_until", "created_at"),
        sorts=("created_at", "ranks_at", "protected_until"),
    )
):
    """Parameters of the claim list; one company by `ranks_at` is its order of precedence."""
