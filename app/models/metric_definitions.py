"""Definitions of metrics as data: versions with effective years and parameters, words generated.

Version 1 of every metric came with the metric and holds from the first year on. In a year the
version with the latest first year holds; of two that begin in the same year the later one.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead
from app.core.clock import now
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.types import Code, Instant, Line, Name, choice
from app.models.definition_drafts import PARAMETERS, MetricDefinitionCreate, Year
from app.models.development_plans import MetricCode
from app.models.metric_parameters import Parameters


class DefinitionStatus(Code):
    """A draft counts nowhere; an adopted version is never changed again."""

    draft = "draft"
    adopted = "adopted"


class MetricDefinitionBase(SQLModel):
    """What the assessor sets beside metric and parameters."""

    effective_from_year: Year
    label_zh: Name
    label_en: Name
    source: Line | None = None


class MetricDefinition(Record, MetricDefinitionBase, table=True):
    """One version of one metric; `parameters` as the shape in `defined_metrics` dumps them."""

    __tablename__ = "metric_definitions"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_metric_definitions_definition_version", "metric", "definition_version", unique=True
        ),
    )

    metric: str
    parameters: dict[str, Any] = Field(sa_type=JSONB)
    definition_version: int = 0
    status: DefinitionStatus = Field(
        default=DefinitionStatus.draft, sa_type=choice(DefinitionStatus)
    )
    wording_zh: str = ""
    wording_en: str = ""
    adopted_at: datetime | None = None
    adopted_by_id: UUID | None = Field(default=None, foreign_key="officers.id")

    @classmethod
    def of(cls, payload: MetricDefinitionCreate) -> "MetricDefinition":
        """A draft, put into words."""
        return cls(
            **payload.model_dump(exclude={"parameters"}),
            parameters=payload.parameters.model_dump(mode="json"),
            wording_zh=payload.parameters.wording("zh"),
            wording_en=payload.parameters.wording("en"),
        )

    def adopt(self, officer_id: UUID | None) -> None:
        """From now on it is what counts, from its first year on."""
        if self.status is not DefinitionStatus.draft:
            raise Problem("definition_adopted")
        self.status, self.adopted_at = DefinitionStatus.adopted, now()
        self.adopted_by_id = officer_id


class MetricDefinitionRead(RecordRead, MetricDefinitionBase):
    """A version as answered; the fields of `parameters` are those of the metric's draft."""

    table: ClassVar[type[SQLModel]] = MetricDefinition
    metric: MetricCode
    parameters: dict[str, Any]
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
        sorts=("effective_from_year", "created_at", "definition_version"),
    )
):
    """Parameters of a metric's history."""


def built_in(metric: str) -> Parameters:
    """The parameters of version 1."""
    return PARAMETERS.get(metric, Parameters)()
