"""The KPI ledger: what each fact counts for whom. Appended to, never updated or deleted."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import PlainSerializer
from sqlmodel import Field, SQLModel, col

from app.core.base import ReadShape, Row
from app.core.clock import now
from app.core.listing import Filter, list_query
from app.core.shapes import Computed, visible
from app.core.types import BusinessDate, Code, Instant, choice, numeric
from app.models.leads import Lead
from app.models.roles import Role

# The zone is the one scope without a row of its own.
ZONE_ID = UUID(int=0)
Quantity = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.4f}", return_type=str)]


class Scope(Code):
    """Whose number an entry adds to."""

    officer = "officer"
    team = "team"
    combination = "combination"
    zone = "zone"


class EntryScope(Code):
    """The scopes, and what lies between the zone's two totals.

    `credit_difference` is what is credited to the zone less what is located in it; nothing where
    both are the same.
    """

    officer = "officer"
    team = "team"
    combination = "combination"
    zone = "zone"
    credit_difference = "credit_difference"


class LedgerEntry(Row, table=True):
    """One posted difference; all columns but `quantity` and `recorded_at` say what it is about.

    `fact_on` is the day that the definition says, `counted_on` the one that it counts on. They
    differ where the month was locked before: `adjusts_period` is the first day of that month.
    Of a ratio such an entry has its `fact_on` as `subject_on` too: a period counts it only if it
    holds that day of the subject as well.
    `is_redefinition` says that no fact changed: a version of the definition was adopted.
    `reverses_id` is the entry whose quantity this one takes back, whole or in part; no foreign key,
    since nothing is ever deleted here. Null where it takes nothing back, or was posted before the
    column came.
    """

    __tablename__ = "ledger_entries"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_ledger_entries_subject_id", "subject_id"),
        sa.Index("ix_ledger_entries_counted_on", "counted_on", "id"),
        sa.Index(
            "ix_ledger_entries_adjusts_period",
            "adjusts_period",
            "counted_on",
            "id",
            postgresql_where=sa.text("adjusts_period IS NOT NULL"),
        ),
        sa.Index(
            "ix_ledger_entries_subject_on",
            "scope",
            "metric",
            "counted_on",
            "subject_on",
            postgresql_where=sa.text("subject_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_ledger_entries_scope",
            "scope",
            "scope_id",
            "metric",
            "counted_on",
            postgresql_include=[
                "part",
                "dimension",
                "company_id",
                "quantity",
                "recorded_at",
            ],
        ),
    )
    is_audited: ClassVar[bool] = False

    metric: str
    definition_version: int
    part: str
    dimension: str
    subject_id: UUID
    scope: EntryScope = Field(sa_type=choice(EntryScope))
    scope_id: UUID
    lead_id: UUID | None = None
    company_id: UUID | None = None
    mechanism: str
    counted_on: date
    fact_on: date
    adjusts_period: date | None = None
    subject_on: date | None = None
    reverses_id: UUID | None = None
    is_redefinition: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    quantity: Decimal = Field(sa_type=numeric(24, 4))
    recorded_at: datetime = Field(
        default_factory=now,
        sa_column_kwargs={"server_default": sa.text("clock_timestamp()")},
    )


def _of_visible_lead(name: str) -> Computed:
    """Null for a team lead where the entry tells of a lead restricted to others: the sum stays."""

    def column(entry: Any, role: str) -> sa.ColumnElement[Any]:
        if role != Role.team_lead:
            return getattr(entry, name)
        seen = sa.select(col(Lead.id)).where(col(Lead.id) == entry.lead_id, *visible(Lead, role))
        return sa.case((sa.or_(entry.lead_id.is_(None), seen.exists()), getattr(entry, name)))

    return Computed(column)


class LedgerEntryRead(ReadShape):
    """An entry as answered; `quantity` in the metric's unit, negative where it takes back."""

    table: ClassVar[type[SQLModel]] = LedgerEntry
    id: UUID
    metric: str
    definition_version: int
    part: str
    dimension: str
    subject_id: UUID
    scope: EntryScope
    scope_id: UUID
    lead_id: Annotated[UUID | None, _of_visible_lead("lead_id")]
    company_id: Annotated[UUID | None, _of_visible_lead("company_id")]
    mechanism: str
    counted_on: BusinessDate
    fact_on: BusinessDate
    adjusts_period: BusinessDate | None
    subject_on: BusinessDate | None
    reverses_id: UUID | None
    is_redefinition: bool
    quantity: Quantity
    recorded_at: Instant


def _is_of_period(entry: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    """Whether a period that begins on a day counts an entry that is counted in it."""
    return (entry.subject_on >= sa.bindparam(name, type_=sa.Date)).is_not(sa.false())


_Listed = list_query(
    LedgerEntryRead,
    filters=(
        "metric",
        "part",
        "dimension",
        "subject_id",
        "scope",
        "scope_id",
        "mechanism",
        "counted_on",
        "adjusts_period",
        "recorded_at",
    ),
    sorts=("counted_on", "recorded_at", "quantity"),
)


class LedgerEntryQuery(_Listed):
    """Parameters of the drill-down; `as_of` leaves out what was recorded after that instant.

    `recorded_after` leaves out the rest, `subjects_from` late entries of a ratio whose subjects
    have their day (`subject_on`) before it.
    """

    filters: ClassVar[dict[str, Filter]] = {
        **_Listed.filters,
        "as_of": Filter("recorded_at", "until"),
        "recorded_after": Filter("recorded_at", "after"),
        "subjects_from": Filter("subject_on", "gte", condition=_is_of_period),
    }

    as_of: Instant | None = None
    recorded_after: Instant | None = None
    subjects_from: BusinessDate | None = None
