"""What the three money facts share: amounts, the life from pending to reversed, and the credit.

到位资金, 实际利用外资 and 固定资产投资 count once somebody else recognised them; what was
recognised is corrected by reversal only.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row
from app.core.clock import now, today
from app.core.errors import Problem, field_error, invalid
from app.core.shapes import Children, Expand
from app.core.types import (
    BusinessDate,
    Code,
    ExchangeRate,
    Instant,
    Line,
    Money,
    Notes,
    Share,
    choice,
    numeric,
)
from app.models.companies import CompanyStub
from app.models.leads import Lead, LeadStub
from app.models.periods import LateReason
from app.models.zone_credits import ZoneCredit

PositiveMoney = Annotated[Money, Bounded(gt=0)]
_FEN, _CEILING = Decimal("0.01"), Decimal(10) ** 18


class FactStatus(Code):
    """Only `recognised` counts; `reversed` counted once."""

    pending = "pending"
    recognised = "recognised"
    rejected = "rejected"
    reversed = "reversed"


class MoneyFactBase(SQLModel):
    """What a caller sets of every money fact."""

    lead_id: UUID = Field(foreign_key="leads.id")
    company_id: UUID | None = Field(
        default=None,
        foreign_key="companies.id",
        nullable=False,
        description="Project company or investor; the lead's own unless given.",
    )
    amount: PositiveMoney = Field(sa_type=numeric(20, 2))
    notes: Notes | None = None
    late_reason: LateReason | None = None


class MoneyFact(Record, MoneyFactBase, ZoneCredit):
    """One fact: its event day, the instant it was typed (`created_at`), that of recognition.

    What it counts for is stamped at recognition, so that what happens to the lead later moves no
    number: day of signing, mechanism, combination, and whether its chain is a key industry's.
    """

    event_field: ClassVar[str]

    status: FactStatus = Field(default=FactStatus.pending, sa_type=choice(FactStatus))
    recognised_at: datetime | None = None
    recognised_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    decision_comment: str | None = None
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None
    mechanism: str
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    lead_signed_on: date | None = None
    is_key_chain: bool = False
    is_demo: bool = False

    @property
    def event_on(self) -> date:
        """When it happened: the day that it counts on."""
        return getattr(self, self.event_field)

    def settle(self) -> None:
        """Check the entries against each other and stamp what follows from them."""
        if self.event_on > today():
            raise invalid(f"/{self.event_field}", "date_in_future")
        if self.company_id is None:
            raise invalid("/company_id", "missing")

    def check_status(self, wanted: FactStatus) -> None:
        """409 where the fact is not in the state that a step starts from."""
        if self.status is not wanted:
            raise Problem("fact_decided", status=self.status)

    def recognise(
        self, officer_id: UUID, lead: Lead, signed_on: date, *, is_key_chain: bool
    ) -> None:
        """From now on it counts, for what the lead is now."""
        self.status, self.lead_signed_on = FactStatus.recognised, signed_on
        self.recognised_at, self.recognised_by_id = now(), officer_id
        self.mechanism, self.combination_id = lead.mechanism, lead.combination_id
        self.is_located_in_zone = lead.is_located_in_zone
        self.credited_share = lead.credited_share
        self.is_key_chain = is_key_chain

    def reverse(self, officer_id: UUID, reason: str) -> None:
        """It stays and counts no more."""
        self.status, self.reversal_reason = FactStatus.reversed, reason
        self.reversed_at, self.reversed_by_id = now(), officer_id


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """`amount` at a rate, half up to 0.01; 422 where the column could not hold it."""
    with localcontext(prec=60):
        found = (amount * rate).quantize(_FEN, ROUND_HALF_UP)
    if found >= _CEILING:
        raise invalid("/amount", "value_refused")
    return found


class RatedBase(SQLModel):
    """The rate at which an amount in another currency is counted."""

    exchange_rate: ExchangeRate | None = Field(default=None, sa_type=numeric(18, 8))
    rate_on: BusinessDate | None = None
    rate_source: Line | None = None


def counted_amount(fact: Any, currency: str) -> Decimal:
    """The amount in the currency that is counted; 422 where the rate is missing or pointless."""
    rate = {name: getattr(fact, name) for name in RatedBase.model_fields}
    if fact.currency == currency:
        _refuse(rate, "rate_not_needed", is_missing=False)
        return fact.amount
    _refuse(rate, "rate_needed", is_missing=True)
    if fact.rate_on > today():
        raise invalid("/rate_on", "date_in_future")
    return converted(fact.amount, fact.exchange_rate)


def _refuse(rate: dict[str, Any], code: str, *, is_missing: bool) -> None:
    faulty = [name for name, value in rate.items() if (value is None) is is_missing]
    if faulty:
        raise Problem("invalid_values", errors=[field_error(f"/{name}", code) for name in faulty])


class MoneyCredit(Row, table=True):
    """Who earns which part of a money fact: the roles on its event day, stamped at recognition."""

    __tablename__ = "money_credits"

    fact_id: UUID = Field(index=True)
    officer_id: UUID = Field(foreign_key="officers.id", index=True)
    role: str
    share: Decimal = Field(sa_type=numeric(5, 2))
    place: int
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))


class MoneyCreditRead(ReadShape):
    """One officer's part in a money fact."""

    table: ClassVar[type[SQLModel]] = MoneyCredit
    officer_id: UUID
    role: str
    share: Share


class MoneyFactRead(RecordRead, ZoneCredit):
    """What is answered of every money fact beside its own entries."""

    company_id: UUID
    status: FactStatus
    recognised_at: Instant | None
    recognised_by_id: UUID | None
    decision_comment: str | None
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    mechanism: str
    combination_id: UUID | None
    is_demo: bool
    credits: Annotated[list[MoneyCreditRead], Children("fact_id", "place")]
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None
    company: Annotated[CompanyStub | None, Expand("company_id")] = None


# Filters that every list of money facts knows.
FILTERS = (
    "lead_id", "company_id", "combination_id", "status", "amount", "created_by_id",
    "recognised_by_id", "created_at", "is_demo",
)  # fmt: skip


def indexes(table: str, event: str) -> tuple[sa.Index, ...]:
    """What the lists and the sums of a lead go by."""
    return (
        sa.Index(f"ix_{table}_lead_id", "lead_id", event, "id"),
        sa.Index(f"ix_{table}_company_id", "company_id", event, "id"),
        sa.Index(f"ix_{table}_combination_id", "combination_id", event, "id"),
        sa.Index(f"ix_{table}_{event}", event, "id"),
        sa.Index(f"ix_{table}_created_at", "created_at", "id"),
    )
