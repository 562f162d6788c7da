"""Deadlines that have passed: which start was due, written down once and never taken back."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.core.base import Row
from app.core.clock import now


class PassedDeadline(Row, table=True):
    """The agreed day of a start, as it stood when it passed; a later extension does not undo it."""

    __tablename__ = "passed_deadlines"
    is_audited: ClassVar[bool] = False

    transition_id: UUID = Field(
        foreign_key="stage_transitions.id", unique=True, description="The signing."
    )
    start_by: date
    noted_at: datetime = Field(
        default_factory=now, sa_column_kwargs={"server_default": sa.text("now()")}
    )
