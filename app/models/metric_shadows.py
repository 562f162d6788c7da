"""A version of a definition counted over all facts, beside the ledger: no number reads it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.core.base import Row
from app.core.types import choice, numeric
from app.models.ledger_entries import EntryScope


class MetricShadow(Row, table=True):
    """What was counted: one version, as if it held in all years, over the facts as of an instant.

    Replaced whole when it is counted again.
    """

    __tablename__ = "metric_shadows"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_metric_shadows_definition_id", "definition_id", unique=True),
    )
    is_audited: ClassVar[bool] = False

    definition_id: UUID = Field(foreign_key="metric_definitions.id")
    as_of: datetime
    entry_count: int = Field(sa_type=sa.BigInteger)


class ShadowEntry(Row, table=True):
    """What one fact counts in one scope: by that version, and in the ledger at that instant."""

    __tablename__ = "shadow_entries"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_shadow_entries_definition_id", "definition_id", "counted_on"),
    )
    is_audited: ClassVar[bool] = False

    definition_id: UUID = Field(foreign_key="metric_definitions.id")
    part: str
    dimension: str
    subject_id: UUID
    scope: EntryScope = Field(sa_type=choice(EntryScope))
    scope_id: UUID
    lead_id: UUID | None = None
    company_id: UUID | None = None
    mechanism: str
    counted_on: date
    live_quantity: Decimal = Field(sa_type=numeric(24, 4))
    quantity: Decimal = Field(sa_type=numeric(24, 4))
