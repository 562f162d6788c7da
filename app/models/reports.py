"""Shapes of the year-to-date report: sentences, and the numbers they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import invalid_parameter
from app.core.period import Days, Period
from app.core.types import Instant
from app.models.kpis import KpiPeriod, KpiRow, KpiSubject, KpiValue
from app.models.ledger_entries import Scope
from app.models.mechanisms import Mechanism
from app.models.pipeline import Stage


class ReportQuery(BaseModel):
    """Which year to date."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    as_of: Instant | None = Field(default=None, description="What was known then.")

    @property
    def months(self) -> list[Days]:
        """January to the last month asked for; 422 for days that no year begins with."""
        year = self.period.start.year
        found = [months_of(year, month, month) for month in range(1, 13)]
        found = [month for month in found if month.end <= self.period.end]
        if not found or (found[0].start, found[-1].end) != (self.period.start, self.period.end):
            raise invalid_parameter("period", "not_year_to_date")
        return found

    def check(self) -> None:
        """422 for a period that is no year to date."""
        _ = self.months

    @property
    def previous(self) -> Days:
        """The same months of the year before."""
        return months_of(self.period.start.year - 1, 1, self.period.end.month)


def months_of(year: int, first: int, last: int) -> Days:
    """Whole months of a year."""
    ends_on = date(year + last // 12, last % 12 + 1, 1).toordinal() - 1
    return Days(
        date(year, first, 1), date.fromordinal(ends_on), f"{year}-{first:02}..{year}-{last:02}"
    )


@dataclass(frozen=True)
class YearTarget:
    """What a year is to bring, and twelve percentages of it, January first; none: a twelfth."""

    value: Decimal
    weights: Sequence[Decimal] = ()

    def months(self, count: int) -> list[Decimal]:
        """What falls to each of the first months, rounded so that a whole year adds up."""
        weights = self.weights or [Decimal(100) / 12] * 12
        sums = [self.value * sum(weights[:month]) / 100 for month in range(count + 1)]
        cut = [each.quantize(Decimal("0.01"), ROUND_HALF_UP) for each in sums]
        return [after - before for before, after in pairwise(cut)]


class ReportNumber(KpiValue):
    """A number of the report: the KPI answer, how officials write it, and the year before.

    `change_percent` has one decimal, half-up; it is null with a `change_reason` where the year
    before counts nothing. `target_value` is the year's target and `attainment_percent` the part of
    it that is reached; both are null where nobody has set one.
    """

    label: dict[str, str]
    printed: dict[str, str]
    previous_value: str | None
    previous_drill: str
    change_percent: str | None
    change_reason: str | None
    target_value: str | None = None
    attainment_percent: str | None = None


class ReportMonth(BaseModel):
    """The numbers of one month."""

    month: date
    values: list[KpiValue]


class ReportMechanism(BaseModel):
    """The numbers that one mechanism brought."""

    mechanism: Mechanism
    values: list[KpiValue]


class ReportLead(BaseModel):
    """A key project: 龙头型 or 旗舰型."""

    id: UUID
    code: str
    name: str
    is_leading: bool
    is_flagship: bool


class ReportStage(BaseModel):
    """Active leads in one stage; of them, by name, the key projects (the largest hundred)."""

    stage: Stage
    lead_count: int
    key_count: int
    projects: list[ReportLead]


class YearToDateReport(BaseModel):
    """What the caller may see of January to a month; `text` says it in the officials' style.

    Stages are those of `stages_on`, the day of the answer, whatever the period.
    """

    period: KpiPeriod
    previous: KpiPeriod
    as_of: Instant
    is_settled: bool
    scope: Scope
    subject: KpiSubject
    text: dict[str, str]
    numbers: list[ReportNumber]
    months: list[ReportMonth]
    month_targets: list[str] = Field(
        description="What the target's curve asks of each month in out-of-city capital, yuan;"
        " empty where nobody has set a target."
    )
    mechanisms: list[ReportMechanism]
    teams: list[KpiRow]
    combinations: list[KpiRow]
    stages_on: date
    stages: list[ReportStage]

    @property
    def days(self) -> Days:
        """The period."""
        return Days(self.period.start, self.period.end, self.period.text)
