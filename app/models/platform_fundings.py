"""Platform fundings: what a platform company has paid; corrected by reversal alone."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Instant, Line, Money, choice, numeric
from app.models.periods import LateReason


class FundingStatus(Code):
    """A payment that was recorded counts until it is reversed."""

    counted = "counted"
    reversed = "reversed"


class PlatformFundingBase(SQLModel):
    """What a caller records. Platform companies are the zone's own and pay in yuan."""

    platform_company_id: UUID = Field(foreign_key="platform_companies.id")
    combination_id: UUID | None = Field(
        default=None,
        foreign_key="combinations.id",
        description="The unit paid for; the only active one of the platform company unless given.",
    )
    paid_on: BusinessDate = Field(default_factory=today)
    amount: Money = Field(sa_type=numeric(20, 2), description="In yuan.")
    purpose: Line
    late_reason: LateReason | None = None


class PlatformFunding(Record, PlatformFundingBase, table=True):
    """One payment; the teams above its unit's team are stamped on it."""

    __tablename__ = "platform_fundings"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_platform_fundings_platform_company_id", "platform_company_id", "paid_on"),
        sa.Index("ix_platform_fundings_combination_id", "combination_id", "paid_on"),
        sa.Index("ix_platform_fundings_paid_on", "paid_on", "id"),
        sa.Index("ix_platform_fundings_created_at", "created_at", "id"),
        sa.CheckConstraint("amount > 0", name="amount"),
    )

    status: FundingStatus = Field(default=FundingStatus.counted, sa_type=choice(FundingStatus))
    team_path: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    reversed_at: datetime | None = None
    reversed_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    reversal_reason: str | None = None
    is_demo: bool = False

    def check_entries(self) -> None:
        """Something has been paid, not later than today."""
        if self.paid_on > today():
            raise invalid("/paid_on", "date_in_future")
        if self.amount <= Decimal(0):
            raise invalid("/amount", "amount_not_positive")

    def check_open(self) -> None:
        """A reversed payment is history."""
        if self.status is FundingStatus.reversed:
            raise Problem("funding_reversed")


class PlatformFundingCreate(Shape, PlatformFundingBase):
    """A payment."""


class PlatformFundingRead(RecordRead, PlatformFundingBase):
    """A payment as answered."""

    table: ClassVar[type[SQLModel]] = PlatformFunding
    status: FundingStatus
    reversed_at: Instant | None
    reversed_by_id: UUID | None
    reversal_reason: str | None
    is_demo: bool


class PlatformFundingQuery(
    list_query(
        PlatformFundingRead,
        filters=("platform_company_id", "combination_id", "paid_on", "status", "is_demo"),
        sorts=("paid_on", "created_at"),
    )
):
    """Parameters of the list of payments."""
