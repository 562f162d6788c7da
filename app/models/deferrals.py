"""Deferrals 容缺: a gate's item promised by a day; whoever recognises the move approves them."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.clock import today_sql
from app.core.errors import FieldError, field_error
from app.core.listing import list_query
from app.core.shapes import Computed
from app.core.types import BusinessDate, Line, choice
from app.models.gate_facts import is_held
from app.models.gates import GateItem, GateRule
from app.models.pipeline import Stage, TransitionStatus
from app.models.stage_transitions import StageTransition


class DeferralBase(SQLModel):
    """What a caller promises."""

    item: GateItem = Field(sa_type=choice(GateItem))
    promised_on: BusinessDate
    reason: Line


class Deferral(Record, DeferralBase, table=True):
    """One promise, made with a stage transition and as good as that."""

    __tablename__ = "deferrals"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_deferrals_transition_id", "transition_id", "item", unique=True),
        sa.Index("ix_deferrals_lead_id", "lead_id", "promised_on"),
        sa.Index("ix_deferrals_promised_on", "promised_on", "id"),
        sa.Index("ix_deferrals_created_at", "created_at", "id"),
    )

    lead_id: UUID = Field(foreign_key="leads.id")
    transition_id: UUID = Field(foreign_key="stage_transitions.id")
    stage: Stage = Field(sa_type=choice(Stage))
    extended_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    extension_reason: str | None = None


class DeferralCreate(Shape, DeferralBase):
    """A promise, as part of a request for a move."""

    def faults(self, at: int, rules: dict[GateItem, GateRule], event_on: date) -> list[FieldError]:
        """What speaks against it; `at` is its place in the request."""
        pointer, rule = f"/deferrals/{at}", rules.get(self.item)
        if rule is None or not rule.is_deferrable:
            return [field_error(f"{pointer}/item", "not_deferrable", item=self.item)]
        days = (self.promised_on - event_on).days
        if not 0 < days <= rule.longest_days:
            return [
                field_error(f"{pointer}/promised_on", "promise_too_far", days=rule.longest_days)
            ]
        return []


class DeferralExtension(Shape):
    """Another day for a promise."""

    promised_on: BusinessDate
    reason: Line


def _of_transition(name: str) -> Computed:
    def column(row: Any, _role: str) -> sa.ColumnElement[Any]:
        found = select(getattr(StageTransition, name))
        return found.where(col(StageTransition.id) == row.transition_id).scalar_subquery()

    return Computed(column)


def _approved(row: Any) -> sa.ColumnElement[bool]:
    recognised = sa.literal_column(f"'{TransitionStatus.recognised}'")
    return (
        select(StageTransition.id)
        .where(
            col(StageTransition.id) == row.transition_id, col(StageTransition.status) == recognised
        )
        .exists()
    )


def overdue(row: Any) -> sa.ColumnElement[bool]:
    """Approved, not kept, and its day is over."""
    return sa.and_(_approved(row), row.promised_on < today_sql(), sa.not_(is_held(row)))


class DeferralRead(RecordRead, DeferralBase):
    """A promise as answered; it is kept by what the gate asks for, not by hand."""

    table: ClassVar[type[SQLModel]] = Deferral
    lead_id: UUID
    transition_id: UUID
    stage: Stage
    is_approved: Annotated[bool, Computed(lambda row, _role: _approved(row))]
    approved_by_id: Annotated[UUID | None, _of_transition("recognised_by_id")]
    is_kept: Annotated[bool, Computed(lambda row, _role: is_held(row))]
    is_overdue: Annotated[bool, Computed(lambda row, _role: overdue(row))]
    extended_by_id: UUID | None
    extension_reason: str | None


class DeferralQuery(
    list_query(
        DeferralRead,
        filters=("lead_id", "transition_id", "item", "stage", "promised_on"),
        sorts=("promised_on", "created_at"),
    )
):
    """Parameters of the list of promises."""
