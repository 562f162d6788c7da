"""到位资金: money that reached the project company, by where its payer comes from."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Shape, patch_of
from app.core.clock import today
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Computed
from app.core.types import BusinessDate, Code, Money, Name, choice, numeric
from app.models.codes import CountryCode, CurrencyCode, RegionCode
from app.models.leads import Lead
from app.models.money_facts import (
    FILTERS,
    FactStatus,
    MoneyFact,
    MoneyFactBase,
    MoneyFactRead,
    RatedBase,
    counted_amount,
    indexes,
)
from app.models.reference import region_prefix


class CapitalKind(Code):
    """固定 for plant and equipment, 流动 for the running business."""

    fixed = "fixed"
    working = "working"


class ExcludedIndustry(Code):
    """What 省外产业到位资金 leaves out since 2024: 房地产, 基础设施, 金融."""

    real_estate = "real_estate"
    infrastructure = "infrastructure"
    finance = "finance"


class MoneyWarning(Code):
    """What deserves a second look and is not refused."""

    arrivals_above_plan = "arrivals_above_plan"


Tags = Annotated[
    list[ExcludedIndustry],
    Bounded(max_length=len(ExcludedIndustry)),
    AfterValidator(lambda tags: list(dict.fromkeys(tags))),
]


class CapitalArrivalBase(MoneyFactBase, RatedBase):
    """What a caller sets; regions belong to the mainland, other payers have a country alone."""

    arrived_on: BusinessDate = Field(default_factory=today)
    currency: CurrencyCode = "CNY"
    kind: CapitalKind = Field(sa_type=choice(CapitalKind))
    payer_name: Name
    payer_country_code: CountryCode = "CN"
    payer_region_code: RegionCode | None = None
    ultimate_country_code: CountryCode | None = None
    ultimate_region_code: RegionCode | None = None
    excluded_tags: Tags = Field(default_factory=list, sa_type=ARRAY(sa.Text))


class CapitalArrival(MoneyFact, CapitalArrivalBase, table=True):
    """One arrival; `amount_cny` is what counts."""

    __tablename__ = "capital_arrivals"
    __table_args__: ClassVar[Any] = (
        *indexes("capital_arrivals", "arrived_on"),
        # For codes that begin alike, in whatever order the database sorts text.
        sa.Index(
            "ix_capital_arrivals_payer_region_code",
            "payer_region_code",
            "id",
            postgresql_ops={"payer_region_code": "text_pattern_ops"},
        ),
    )
    event_field: ClassVar[str] = "arrived_on"

    amount_cny: Decimal = Field(default=Decimal(0), sa_type=numeric(20, 2))

    def settle(self) -> None:
        """Also the places and the amount in yuan."""
        super().settle()
        self._check_place("payer")
        if self.ultimate_country_code or self.ultimate_region_code:
            self._check_place("ultimate")
        self.amount_cny = counted_amount(self, "CNY")

    def _check_place(self, whose: str) -> None:
        """A mainland region down to the city: a province alone leaves 市外 undecided."""
        country, region = getattr(self, f"{whose}_country_code"), f"{whose}_region_code"
        code = getattr(self, region)
        if country != "CN" and code is not None:
            raise invalid(f"/{region}", "region_outside_mainland")
        if country == "CN" and code is None:
            raise invalid(f"/{region}", "missing")
        if code is not None and code.endswith("0000"):
            raise invalid(f"/{region}", "region_needs_city")


class CapitalArrivalCreate(Shape, CapitalArrivalBase):
    """A new arrival."""


class CapitalArrivalUpdate(patch_of(CapitalArrivalCreate, without=frozenset({"lead_id"}))):
    """Changes of a pending arrival; its lead stays."""


def _warnings(arrival: Any, _role: str) -> sa.ColumnElement[Any]:
    """Above plan: what is recognised of the lead, this one included, is over 120 % of it."""
    other: Any = aliased(CapitalArrival)
    counted = sa.or_(other.status == FactStatus.recognised.value, other.id == arrival.id)
    total = select(sa.func.sum(other.amount_cny)).where(other.lead_id == arrival.lead_id, counted)
    limit = select(col(Lead.planned_investment) * sa.literal_column("1.2")).where(
        col(Lead.id) == arrival.lead_id, col(Lead.currency) == sa.literal_column("'CNY'")
    )
    live = [
        sa.literal_column(f"'{status}'") for status in (FactStatus.pending, FactStatus.recognised)
    ]
    is_live = arrival.status.in_(live)
    return sa.case(
        (
            sa.and_(is_live, total.scalar_subquery() > limit.scalar_subquery()),
            _json([*MoneyWarning]),
        ),
        else_=_json([]),
    )


def _json(codes: list[MoneyWarning]) -> sa.ColumnElement[Any]:
    quoted = ",".join(f'"{code}"' for code in codes)
    return sa.literal_column(f"'[{quoted}]'::json")


class CapitalArrivalRead(MoneyFactRead, CapitalArrivalBase):
    """An arrival as answered."""

    table: ClassVar[type[SQLModel]] = CapitalArrival
    company_id: UUID  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]  set once typed
    amount_cny: Money
    warnings: Annotated[list[MoneyWarning], Computed(_warnings)]


class CapitalArrivalQuery(
    list_query(
        CapitalArrivalRead,
        filters=(*FILTERS, "arrived_on", "kind", "payer_country_code"),
        trees={"payer_region_code": region_prefix},
        sorts=("arrived_on", "created_at"),
    )
):
    """Parameters of the list of arrivals."""
