"""KPI sums by month: entries wait in `kpi_pending` until they are folded into the sums."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.types import choice, numeric
from app.models.ledger_entries import EntryScope


class MonthKey(SQLModel):
    """What a sum is about; `mechanism` is empty on the sum over all mechanisms.

    The key's order is how summaries are read: a month of all subjects, or months of one subject.
    """

    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]  tables name it

    scope: EntryScope = Field(sa_type=choice(EntryScope), primary_key=True)
    mechanism: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    scope_id: UUID = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    definition_version: int = Field(primary_key=True)


class KpiMonth(MonthKey, table=True):
    """A folded sum; `company_count` counts the key's companies whose own sum is positive.

    The others say by how many more companies the quarter (half, year) counts up to the end of this
    month than up to its beginning: the steps from its first month on add up to a distinct count.
    """

    __tablename__ = "kpi_months"
    # One metric of all subjects: their rows are few among those of all metrics.
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_kpi_months_metric", "scope", "mechanism", "month", "metric"),
    )
    is_audited: ClassVar[bool] = False

    quantity: Decimal = Field(sa_type=numeric(24, 4))
    company_count: int
    quarter_company_count: int
    half_company_count: int
    year_company_count: int


class KpiCompanyMonth(MonthKey, table=True):
    """A folded sum of one company; kept for the metrics that count distinct companies."""

    __tablename__ = "kpi_company_months"
    # A fold looks at the year of each company that it touches.
    __table_args__: ClassVar[Any] = (
        sa.PrimaryKeyConstraint(
            "scope", "mechanism", "scope_id", "metric", "part", "dimension",
            "definition_version", "company_id", "month",
        ),
    )  # fmt: skip
    is_audited: ClassVar[bool] = False

    company_id: UUID = Field(primary_key=True)
    quantity: Decimal = Field(sa_type=numeric(24, 4))


class KpiPending(SQLModel, table=True):
    """What an entry adds, until it is folded; appended to by writers, emptied by the folder."""

    __tablename__ = "kpi_pending"  # pyright: ignore[reportAssignmentType]  a plain string
    is_audited: ClassVar[bool] = False

    id: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    scope: EntryScope = Field(sa_type=choice(EntryScope))
    mechanism: str
    month: date
    scope_id: UUID
    metric: str
    part: str
    dimension: str
    definition_version: int
    company_id: UUID | None = None
    quantity: Decimal = Field(sa_type=numeric(24, 4))
