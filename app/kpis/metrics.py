"""What a metric is: a versioned definition with its unit, credit and the SELECT that counts it."""

from dataclasses import dataclass

from app.core.types import Code


class CreditMode(Code):
    """How one fact is divided among officers."""

    shared = "shared"
    participants = "participants"
    owner = "owner"
    unit = "unit"


class Aggregation(Code):
    """How entries become the number."""

    sum = "sum"
    distinct_companies = "distinct_companies"
    ratio = "ratio"


class Family(Code):
    """The kind of subject whose change posts the metric."""

    visit = "visit"
    lead = "lead"
    capital_arrival = "capital_arrival"
    foreign_capital_use = "foreign_capital_use"
    fixed_investment = "fixed_investment"
    funding = "funding"
    company_list = "company_list"
    activity = "activity"
    stationing = "stationing"
    service_task = "service_task"
    commitment = "commitment"
    lead_clock = "lead_clock"
    follow_up = "follow_up"


@dataclass(frozen=True)
class Metric:
    """One definition. `main` is the dimension that gives the headline where there are several.

    A ratio whose two parts change with different subjects names the family and the SELECT of its
    `denominator`; `select` then gives the numerator alone. Its `unit` is that of the value.
    A SELECT joins the version in force of its definition, which the CTE `definitions` brings.
    What a ratio divides is counted in wholes unless its unit is given.
    """

    code: str
    family: Family
    unit: str
    kpi_dimension: str
    credit_mode: CreditMode
    aggregation: Aggregation = Aggregation.sum
    main: str | None = None
    version: int = 1
    select: str = ""
    denominator: tuple[Family, str] | None = None
    numerator_unit: str = ""
    denominator_unit: str = ""

    @property
    def definition_id(self) -> str:
        """Code and version: what a printed number can be traced to."""
        return f"{self.code}@{self.version}"

    @property
    def is_distinct(self) -> bool:
        """Whether the number counts companies."""
        return self.aggregation is Aggregation.distinct_companies

    @property
    def is_ratio(self) -> bool:
        """Whether the number is a numerator over a denominator."""
        return self.aggregation is Aggregation.ratio

    @property
    def families(self) -> tuple[Family, ...]:
        """The kinds of subjects whose changes post it."""
        return (self.family, *([self.denominator[0]] if self.denominator else []))

    def selects(self, family: Family) -> list[tuple[str, str]]:
        """What a family's subjects count here: a SELECT, and which entries of the ledger it is."""
        own = f"metric = '{self.code}'"
        if self.denominator is None:
            return [(self.select, own)] if self.family is family else []
        numerator = (self.family, self.select)
        sides = (("numerator", numerator), ("denominator", self.denominator))
        return [(s, f"{own} AND part = '{part}'") for part, (f, s) in sides if f is family]
