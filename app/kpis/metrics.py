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
    funding = "funding"
    company_list = "company_list"


@dataclass(frozen=True)
class Metric:
    """One definition. `main` is the dimension that gives the headline where there are several."""

    code: str
    family: Family
    unit: str
    kpi_dimension: str
    credit_mode: CreditMode
    aggregation: Aggregation = Aggregation.sum
    main: str | None = None
    version: int = 1
    select: str = ""

    @property
    def definition_id(self) -> str:
        """Code and version: what a printed number can be traced to."""
        return f"{self.code}@{self.version}"
