"""The bridge between a number as it was and as it is: five terms that add up to the difference."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.period import Period
from app.core.types import Code, Instant
from app.models.kpis import KpiPeriod
from app.models.ledger_entries import Scope


class ChangeTerm(Code):
    """Why a subject adds to a number what it did not add before; the first that holds is taken.

    re_defined 口径调整: a version of the definition took it in or out; new 新认定: it counted
    nowhere; reversed 撤销: it counts nowhere any more; re_defined again: another version counts it;
    re_dated 日期调整: as much for the same scope, in another period; re_classified 归类调整: for
    another scope, under another mechanism or dimension, with another share or amount.
    """

    new = "new"
    reversed = "reversed"
    re_defined = "re_defined"
    re_dated = "re_dated"
    re_classified = "re_classified"


class KpiChangeQuery(BaseModel):
    """Which number, and between which instants."""

    model_config = ConfigDict(extra="forbid")

    metric: str
    period: Period
    scope: Scope
    scope_id: UUID
    from_at: Instant = Field(description="The number as it was known then.")
    to_at: Instant | None = Field(default=None, description="Now unless given.")


class KpiChangeSubjectQuery(KpiChangeQuery):
    """Which term."""

    part: str = Field(
        default="value", pattern="^(value|numerator|denominator)$", examples=["value"]
    )
    term: ChangeTerm


class KpiTerm(BaseModel):
    """One term, with the subjects that make it up."""

    term: ChangeTerm
    value: str
    subject_count: int
    drill: str


class KpiChangePart(BaseModel):
    """The number, or one side of a ratio: `value_now` − `value_then` is the sum of the terms."""

    part: str
    value_then: str
    value_now: str
    difference: str
    terms: list[KpiTerm]


class KpiChange(BaseModel):
    """Why a number is another one now."""

    metric: str
    unit: str
    scope: Scope
    scope_id: UUID
    period: KpiPeriod
    from_at: Instant
    to_at: Instant
    parts: list[KpiChangePart]


class KpiChangeSubject(BaseModel):
    """A fact (of a distinct count: a company) and what it adds to the term.

    The entries behind `drill` add up to `value`; of a company they are those of its own record.
    """

    subject_id: UUID
    value: str
    drill: str


class KpiChangeSubjectPage(BaseModel):
    """What a term is made of; the values add up to it."""

    items: list[KpiChangeSubject]
