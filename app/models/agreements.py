"""Agreements with an investor: amounts, deadlines and promises, and which one is in force."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.clock import now, today
from app.core.errors import FieldError, Problem, field_error
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import (
    BusinessDate,
    Code,
    Count,
    ExchangeRate,
    Instant,
    Line,
    Money,
    Name,
    choice,
    numeric,
)
from app.models.agreement_parties import PartyEntry, PartyRead, PartyRole
from app.models.codes import CurrencyCode
from app.models.money import in_yuan
from app.models.pipeline import Track


class AgreementKind(Code):
    """框架协议, 投资协议, 补充协议. A framework agreement never counts as a signing."""

    framework = "framework"
    investment = "investment"
    supplement = "supplement"


class AgreementStatus(Code):
    """A draft may be changed; everything else is history."""

    draft = "draft"
    active = "active"
    superseded = "superseded"
    terminated = "terminated"


class AgreementVerdict(Code):
    """What a leader decides."""

    activate = "activate"
    terminate = "terminate"


Year = Annotated[int, Bounded(strict=True, ge=1949, le=2199)]


class AgreementBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id")
    kind: AgreementKind = Field(sa_type=choice(AgreementKind))
    number: Name = Field(description="As printed on the paper.")
    signed_on: BusinessDate
    amount: Money | None = Field(
        default=None,
        sa_type=numeric(20, 2),
        description="Agreed investment; of a supplement the increment alone.",
    )
    fixed_amount: Money | None = Field(default=None, sa_type=numeric(20, 2))
    currency: CurrencyCode = "CNY"
    exchange_rate: ExchangeRate | None = Field(
        default=None, sa_type=numeric(18, 8), description="Yuan for one unit of `currency`."
    )
    rate_on: BusinessDate | None = None
    register_by: BusinessDate | None = None
    start_by: BusinessDate | None = None
    complete_by: BusinessDate | None = None
    produce_by: BusinessDate | None = None
    capacity_by: BusinessDate | None = None
    promised_output: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Yuan a year, at full capacity."
    )
    promised_tax: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Yuan a year, at full capacity."
    )
    promised_jobs: Count | None = None
    promised_from_year: Year | None = Field(
        default=None, description="The first year for which the promises hold."
    )
    supersedes_id: UUID | None = Field(
        default=None,
        foreign_key="agreements.id",
        description="The agreement that a new version replaces, or that a supplement adds to.",
    )


_ONE = sa.text("kind = 'investment' AND status = 'active'")
_DEADLINES = ("register_by", "start_by", "complete_by", "produce_by", "capacity_by")


class Agreement(Record, AgreementBase, table=True):
    """An agreement; a lead has one active investment agreement."""

    __tablename__ = "agreements"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_agreements_lead_id", "lead_id", unique=True, postgresql_where=_ONE),
        sa.Index("ix_agreements_lead_id", "lead_id", "created_at"),
        sa.Index("ix_agreements_status", "status", "created_at"),
        sa.Index("ix_agreements_signed_on", "signed_on", "id"),
        sa.Index("ix_agreements_created_at", "created_at", "id"),
        sa.Index("ix_agreements_supersedes_id", "supersedes_id"),
    )

    status: AgreementStatus = Field(default=AgreementStatus.draft, sa_type=choice(AgreementStatus))
    amount_cny: Decimal | None = Field(default=None, sa_type=numeric(20, 2))
    recognised_at: datetime | None = None
    recognised_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    terminated_at: datetime | None = None
    terminated_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None

    def check_entries(self) -> None:
        """422 naming every date and amount that contradicts another; converts the amount."""
        faults = self._date_faults() + self._money_faults()
        if faults:
            raise Problem("invalid_values", errors=faults)
        self.amount_cny = in_yuan(self.amount, self.currency, self.exchange_rate)

    def _date_faults(self) -> list[FieldError]:
        found = []
        if self.signed_on > today():
            found.append(field_error("/signed_on", "date_in_future"))
        last: date = self.signed_on
        for name in _DEADLINES:
            day = getattr(self, name)
            if day is not None and day < last:
                found.append(field_error(f"/{name}", "deadline_before", last=last.isoformat()))
            last = day or last
        return found

    def _money_faults(self) -> list[FieldError]:
        found = []
        if self.fixed_amount is not None and (
            self.amount is None or self.fixed_amount > self.amount
        ):
            found.append(field_error("/fixed_amount", "fixed_above_agreed"))
        if self.currency != "CNY":
            found += [
                field_error(f"/{name}", "rate_needed")
                for name in ("exchange_rate", "rate_on")
                if getattr(self, name) is None
            ]
        return found

    def gaps(self, track: Track | None, roles: Collection[PartyRole]) -> list[FieldError]:
        """What an agreement lacks to come into force, its evidence and its base apart."""
        needed = {
            AgreementKind.framework: [],
            AgreementKind.supplement: ["amount", "supersedes_id"],
            AgreementKind.investment: ["amount", "produce_by"]
            + ([] if track is Track.opening else ["start_by"]),
        }[self.kind]
        found = [
            field_error(f"/{name}", "missing") for name in needed if getattr(self, name) is None
        ]
        if not {PartyRole.zone, PartyRole.investor} <= set(roles):
            found.append(field_error("/parties", "both_sides_needed"))
        return found

    def activate(self, officer_id: UUID) -> None:
        """Into force."""
        self.status = AgreementStatus.active
        self.recognised_at, self.recognised_by_id = now(), officer_id

    def terminate(self, officer_id: UUID) -> None:
        """Out of force, without a successor."""
        self.status = AgreementStatus.terminated
        self.terminated_at, self.terminated_by_id = now(), officer_id


Parties = Annotated[list[PartyEntry], Bounded(max_length=20)]


class AgreementCreate(Shape, AgreementBase):
    """A draft."""

    parties: Parties = []


class AgreementUpdate(
    patch_of(AgreementCreate, without=frozenset({"lead_id", "kind"})),
):
    """Changes of a draft; `parties` replaces all of them."""


class AgreementDecision(Shape):
    """A leader's decision on somebody else's agreement."""

    decision: AgreementVerdict
    comment: Line | None = None


class AgreementRead(RecordRead, AgreementBase):
    """An agreement as answered."""

    table: ClassVar[type[SQLModel]] = Agreement
    status: AgreementStatus
    amount_cny: Money | None
    recognised_at: Instant | None
    recognised_by_id: UUID | None
    terminated_at: Instant | None
    terminated_by_id: UUID | None
    decision_comment: str | None
    parties: Annotated[list[PartyRead], Children("agreement_id", "place")]


class AgreementQuery(
    list_query(
        AgreementRead,
        filters=("lead_id", "kind", "status", "signed_on", "supersedes_id"),
        sorts=("created_at", "signed_on"),
    )
):
    """Parameters of the list of agreements."""
