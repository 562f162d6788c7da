"""Definitions of metrics as data: versions with effective years and parameters, words generated.

Version 1 of every metric is built in and holds until the first year of the next version. Of two
versions that begin in the same year the later one holds.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.i18n import label
from app.core.listing import list_query
from app.core.types import Code, Instant, Line, Name, choice
from app.models.capital_arrivals import CapitalKind, Tags

# Each threshold is a part of Q03; this one gives its headline.
HEADLINE = 100_000_000


class DefinedMetric(Code):
    """The metrics whose definition takes parameters: 市外到位资金 and signings above thresholds."""

    capital = "M02"
    thresholds = "Q03"


class OriginScope(Code):
    """Which border money has to cross: 市外 or 省外."""

    city = "city"
    province = "province"


class OriginOf(Code):
    """Whose place is asked for; without an ultimate investor it is the payer's."""

    payer = "payer"
    ultimate = "ultimate"


class CountingDate(Code):
    """The day that a fact counts on."""

    event = "event"
    recognised = "recognised"


class DefinitionStatus(Code):
    """A draft counts nowhere; an adopted version is never changed again."""

    draft = "draft"
    adopted = "adopted"


Year = Annotated[int, Bounded(strict=True, ge=1990, le=2100)]
Yuan = Annotated[int, Bounded(strict=True, ge=1, le=10**15)]


class MetricDefinitionBase(SQLModel):
    """What the assessor sets; `thresholds` are Q03's, in yuan, all else is M02's."""

    metric: DefinedMetric = Field(sa_type=choice(DefinedMetric))
    effective_from_year: Year
    label_zh: Name
    label_en: Name
    source: Line | None = None
    origin_scope: OriginScope = Field(default=OriginScope.city, sa_type=choice(OriginScope))
    origin_of: OriginOf = Field(default=OriginOf.payer, sa_type=choice(OriginOf))
    counting_date: CountingDate = Field(default=CountingDate.event, sa_type=choice(CountingDate))
    kinds: Annotated[list[CapitalKind], Bounded(max_length=2)] = Field(
        default_factory=lambda: [*CapitalKind], sa_type=ARRAY(sa.Text)
    )
    excluded_tags: Tags = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    thresholds: Annotated[list[Yuan], Bounded(max_length=10)] = Field(
        default_factory=list, sa_type=ARRAY(sa.BigInteger)
    )


class MetricDefinition(Record, MetricDefinitionBase, table=True):
    """One version of one metric."""

    __tablename__ = "metric_definitions"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_metric_definitions_definition_version", "metric", "definition_version", unique=True
        ),
    )

    definition_version: int = 0
    status: DefinitionStatus = Field(
        default=DefinitionStatus.draft, sa_type=choice(DefinitionStatus)
    )
    wording_zh: str = ""
    wording_en: str = ""
    adopted_at: datetime | None = None
    adopted_by_id: UUID | None = Field(default=None, foreign_key="officers.id")

    def settle(self) -> None:
        """Check the parameters and put them into words."""
        if self.metric is DefinedMetric.thresholds and HEADLINE not in self.thresholds:
            raise invalid("/thresholds", "headline_threshold")
        if self.metric is DefinedMetric.capital and self.thresholds:
            raise invalid("/thresholds/0", "not_of_metric")
        self.thresholds = sorted(set(self.thresholds))
        self.wording_zh, self.wording_en = self._worded("zh"), self._worded("en")

    def _worded(self, lang: str) -> str:
        comma, stop = ("、", "；") if lang == "zh" else (", ", "; ")
        if self.metric is DefinedMetric.thresholds:
            return comma.join(f"≥ {yuan / HEADLINE:g} 亿元" for yuan in self.thresholds)
        said = [
            label("OriginScope", self.origin_scope)[lang],
            label("OriginOf", self.origin_of)[lang],
            label("CountingDate", self.counting_date)[lang],
            comma.join(label("CapitalKind", kind)[lang] for kind in self.kinds),
        ]
        if self.excluded_tags:
            without = comma.join(label("ExcludedIndustry", t)[lang] for t in self.excluded_tags)
            said.append(f"{'不含' if lang == 'zh' else 'without '}{without}")
        return stop.join(said)

    def adopt(self, officer_id: UUID) -> None:
        """From now on it is what counts, from its first year on."""
        if self.status is not DefinitionStatus.draft:
            raise Problem("definition_adopted")
        self.status, self.adopted_at = DefinitionStatus.adopted, now()
        self.adopted_by_id = officer_id


class MetricDefinitionCreate(Shape, MetricDefinitionBase):
    """A draft."""


class MetricDefinitionRead(RecordRead, MetricDefinitionBase):
    """A version as answered."""

    table: ClassVar[type[SQLModel]] = MetricDefinition
    definition_version: int
    status: DefinitionStatus
    wording_zh: str
    wording_en: str
    adopted_at: Instant | None
    adopted_by_id: UUID | None


class MetricDefinitionQuery(
    list_query(
        MetricDefinitionRead,
        filters=("metric", "status", "effective_from_year"),
        sorts=("effective_from_year", "created_at"),
    )
):
    """Parameters of a metric's history."""
