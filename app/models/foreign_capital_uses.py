"""实际利用外资: foreign capital used, counted in US dollars; 港澳台 count as foreign."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.base import Shape, patch_of
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import BusinessDate, Code, Money, Name, choice, numeric
from app.models.codes import CountryCode, CurrencyCode
from app.models.money_facts import (
    FILTERS,
    MoneyFact,
    MoneyFactBase,
    MoneyFactRead,
    RatedBase,
    counted_amount,
    indexes,
)


class ForeignCapitalForm(Code):
    """现汇, 实物, 技术, 利润再投资, 股东贷款."""

    cash = "cash"
    kind = "kind"
    technology = "technology"
    reinvested_profit = "reinvested_profit"
    shareholder_loan = "shareholder_loan"


class ForeignCapitalUseBase(MoneyFactBase, RatedBase):
    """What a caller sets; the rate is in dollars for one unit of `currency`."""

    used_on: BusinessDate = Field(default_factory=today)
    currency: CurrencyCode = "USD"
    form: ForeignCapitalForm = Field(sa_type=choice(ForeignCapitalForm))
    payer_name: Name
    payer_country_code: CountryCode


class ForeignCapitalUse(MoneyFact, ForeignCapitalUseBase, table=True):
    """One use; `amount_usd` is what counts."""

    __tablename__ = "foreign_capital_uses"
    __table_args__: ClassVar[Any] = indexes("foreign_capital_uses", "used_on")
    event_field: ClassVar[str] = "used_on"

    amount_usd: Decimal = Field(default=Decimal(0), sa_type=numeric(20, 2))

    def settle(self) -> None:
        """Also the payer's country and the amount in dollars."""
        super().settle()
        if self.payer_country_code == "CN":
            raise invalid("/payer_country_code", "payer_not_foreign")
        self.amount_usd = counted_amount(self, "USD")


class ForeignCapitalUseCreate(Shape, ForeignCapitalUseBase):
    """A new use of foreign capital."""


class ForeignCapitalUseUpdate(patch_of(ForeignCapitalUseCreate, without=frozenset({"lead_id"}))):
    """Changes of a pending use; its lead stays."""


class ForeignCapitalUseRead(MoneyFactRead, ForeignCapitalUseBase):
    """A use as answered."""

    table: ClassVar[type[SQLModel]] = ForeignCapitalUse
    company_id: UUID  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]  set once typed
    amount_usd: Money


class ForeignCapitalUseQuery(
    list_query(
        ForeignCapitalUseRead,
        filters=(*FILTERS, "used_on", "form", "payer_country_code"),
        sorts=("used_on", "created_at"),
    )
):
    """Parameters of the list of uses."""
