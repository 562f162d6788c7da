"""Who earns which part of a lead where nobody says otherwise: versions, each from a day on."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Line, Share, numeric
from app.models.lead_members import WHOLE, LeadMemberRole


def _part() -> Any:
    return Field(sa_type=numeric(5, 2))


class CreditPolicyBase(SQLModel):
    """What the assessor sets: percent by role, 100.00 in all; supporters share theirs equally."""

    effective_on: BusinessDate
    first_contact: Share = _part()
    lead_negotiator: Share = _part()
    supporter: Share = _part()
    steward: Share = _part()
    source: Line | None = None


class CreditPolicy(Record, CreditPolicyBase, table=True):
    """One version, never changed: the latest first day holds, of one day the later written."""

    __tablename__ = "credit_policies"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_credit_policies_effective_on", "effective_on", "id"),
    )

    effective_on: date

    @property
    def parts(self) -> dict[LeadMemberRole, Decimal]:
        """Percent by role."""
        return {role: getattr(self, role.value) for role in LeadMemberRole}


class CreditPolicyCreate(Shape, CreditPolicyBase):
    """The next version, from today on at the earliest."""

    def check(self) -> None:
        """422 where the parts are not exactly the whole, or the day is over."""
        total = sum((getattr(self, role.value) for role in LeadMemberRole), Decimal(0))
        if total != WHOLE:
            raise invalid("/first_contact", "shares_sum", total=f"{total:.2f}")
        if self.effective_on < today():
            raise invalid("/effective_on", "date_in_past")


class CreditPolicyRead(RecordRead, CreditPolicyBase):
    """A version as answered."""

    table: ClassVar[type[SQLModel]] = CreditPolicy


class CreditPolicyQuery(
    list_query(CreditPolicyRead, filters=("effective_on",), sorts=("effective_on", "created_at"))
):
    """Parameters of the policy's history."""
