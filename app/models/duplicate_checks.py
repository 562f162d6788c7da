"""Who asked for duplicates of what: the log that also bounds how often one may ask."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, model_validator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.base import Row, Shape
from app.core.clock import now
from app.core.types import Money, Name, choice
from app.models.codes import CountryCode, CreditCode, CurrencyCode, IndustryCode, Lei, RegionCode
from app.models.companies import RegistrationNumber
from app.models.duplicates import DuplicateKind, DuplicateReason

# Our default: no source gives any.
CHECKS_A_MINUTE = 60


class DuplicateCheck(Row, table=True):
    """One question; `subject` is what was asked, `found_count` how many records were named."""

    __tablename__ = "duplicate_checks"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_duplicate_checks_officer_id", "officer_id", "at"),
    )

    officer_id: UUID
    at: datetime = Field(default_factory=now)
    kind: DuplicateKind = Field(sa_type=choice(DuplicateKind))
    subject: dict[str, Any] = Field(sa_type=JSONB)
    found_count: int


class CompanyLook(Shape):
    """What is known of a company."""

    name: Name
    credit_code: CreditCode | None = None
    lei: Lei | None = None
    registration_number: RegistrationNumber | None = None
    country_code: CountryCode = "CN"
    region_code: RegionCode | None = None
    industry_code: IndustryCode | None = None


class LeadLook(Shape):
    """What is known of a lead."""

    name: Name
    company_id: UUID
    industry_code: IndustryCode | None = None
    source_region_code: RegionCode | None = None
    planned_investment: Money | None = None
    currency: CurrencyCode = "CNY"


class DuplicateCheckCreate(Shape):
    """One of the two, as `subject` says."""

    subject: DuplicateKind
    company: CompanyLook | None = None
    lead: LeadLook | None = None

    @model_validator(mode="after")
    def _has_its_subject(self) -> Self:
        given = {name for name in ("company", "lead") if getattr(self, name) is not None}
        if given != {self.subject.value}:
            message = "give exactly the fields of the subject"
            raise ValueError(message)
        return self


class DuplicateCheckRead(BaseModel):
    """The records that may be the same, the strongest level first."""

    reasons: list[DuplicateReason]
