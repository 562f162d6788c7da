"""KPI targets 目标值: what a metric is to reach in a year, for whom, and by which curve."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import StringConstraints
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape, patch_of
from app.core.clock import now
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import Code, Instant, Line, Quantity, choice, numeric
from app.models.development_plans import MetricCode, PlanYear
from app.models.ledger_entries import ZONE_ID, Scope

MONTHS = 12


class TargetCurve(Code):
    """How a year's target spreads over its months."""

    linear = "linear"
    monthly = "monthly"


Weight = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$")]
Weights = Annotated[list[Weight], Bounded(min_length=MONTHS, max_length=MONTHS)]


class KpiTargetBase(SQLModel):
    """What a caller sets."""

    metric: MetricCode
    scope: Scope = Field(sa_type=choice(Scope))
    scope_id: UUID = Field(
        default=ZONE_ID, description="Of the officer, team or combination; the zone needs none."
    )
    year: PlanYear
    value: Quantity = Field(
        sa_type=numeric(24, 4), description="For the whole year, in the metric's own unit."
    )
    curve: TargetCurve = Field(default=TargetCurve.linear, sa_type=choice(TargetCurve))
    weights: Weights | None = Field(
        default=None,
        sa_type=ARRAY(sa.Text),
        description="With `monthly`: percent of each month, January first, 100 in all.",
    )
    reason: Line | None = Field(default=None, description="Why it is this; needed to change it.")


class KpiTarget(Record, KpiTargetBase, table=True):
    """One target as it stands; every version of it is kept."""

    __tablename__ = "kpi_targets"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_kpi_targets_scope", "year", "scope", "scope_id", "metric", unique=True),
        sa.Index("ix_kpi_targets_scope_id", "scope_id"),
        sa.Index("ix_kpi_targets_created_at", "created_at", "id"),
    )

    unit: str

    def check_curve(self) -> None:
        """Twelve weights of 100 in all go with `monthly`, none with `linear`."""
        if self.curve is TargetCurve.monthly and self.weights is None:
            raise invalid("/weights", "missing")
        if self.curve is TargetCurve.linear and self.weights is not None:
            raise invalid("/weights", "weights_not_needed")
        total = sum(map(Decimal, self.weights or ["100"]))
        if total != 100:
            raise invalid("/weights", "weights_sum", total=str(total))


class KpiTargetVersion(Row, table=True):
    """A target as it was set once."""

    __tablename__ = "kpi_target_versions"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_kpi_target_versions_number", "target_id", "number", unique=True),
    )

    target_id: UUID = Field(foreign_key="kpi_targets.id")
    number: int
    value: Decimal = Field(sa_type=numeric(24, 4))
    curve: TargetCurve = Field(sa_type=choice(TargetCurve))
    weights: list[str] | None = Field(default=None, sa_type=ARRAY(sa.Text))
    reason: str | None = None
    set_by_id: UUID = Field(foreign_key="officers.id")
    set_at: datetime = Field(default_factory=now)


class KpiTargetCreate(Shape, KpiTargetBase):
    """A new target."""


class KpiTargetUpload(KpiTargetCreate):
    """A target of a batch; one that is there is replaced only in the version that is named."""

    replaces_version: Annotated[int, Bounded(strict=True, ge=1, le=1_000_000)] | None = None


_FIXED = frozenset({"metric", "scope", "scope_id", "year"})


class KpiTargetUpdate(patch_of(KpiTargetCreate, without=_FIXED)):
    """Another value or curve, with its reason."""


class KpiTargetVersionRead(ReadShape):
    """A version as answered."""

    table: ClassVar[type[SQLModel]] = KpiTargetVersion
    number: int
    value: Quantity
    curve: TargetCurve
    weights: list[Weight] | None
    reason: str | None
    set_by_id: UUID
    set_at: Instant


class KpiTargetRead(RecordRead, KpiTargetBase):
    """A target as answered, with all its versions."""

    table: ClassVar[type[SQLModel]] = KpiTarget
    unit: str
    versions: Annotated[list[KpiTargetVersionRead], Children("target_id", "number")]


class KpiTargetQuery(
    list_query(
        KpiTargetRead,
        filters=("metric", "scope", "scope_id", "year"),
        sorts=("year", "created_at"),
    )
):
    """Parameters of the list of targets."""
