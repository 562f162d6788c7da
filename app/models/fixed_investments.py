"""固定资产投资: what was invested in fixed assets in one month, in yuan."""

from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.base import Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Flag
from app.models.money_facts import FILTERS, MoneyFact, MoneyFactBase, MoneyFactRead, indexes


class FixedInvestmentBase(MoneyFactBase):
    """What a caller sets; `amount` is the month's own, not the sum so far."""

    month: BusinessDate = Field(description="The month's first day.")
    is_in_statistics: Flag = Field(default=False, description="入统: counted by the statisticians.")


class FixedInvestment(MoneyFact, FixedInvestmentBase, table=True):
    """One month's increment of one lead."""

    __tablename__ = "fixed_investments"
    __table_args__: ClassVar[Any] = indexes("fixed_investments", "month")
    event_field: ClassVar[str] = "month"

    def settle(self) -> None:
        """Also that the month is named by its first day."""
        super().settle()
        if self.month.day != 1:
            raise invalid("/month", "first_of_month")


class FixedInvestmentCreate(Shape, FixedInvestmentBase):
    """A new increment."""


class FixedInvestmentUpdate(patch_of(FixedInvestmentCreate, without=frozenset({"lead_id"}))):
    """Changes of a pending increment; its lead stays."""


class FixedInvestmentRead(MoneyFactRead, FixedInvestmentBase):
    """An increment as answered."""

    table: ClassVar[type[SQLModel]] = FixedInvestment
    company_id: UUID  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]  set once typed


class FixedInvestmentQuery(
    list_query(
        FixedInvestmentRead,
        filters=(*FILTERS, "month", "is_in_statistics"),
        sorts=("month", "created_at"),
    )
):
    """Parameters of the list of increments."""
