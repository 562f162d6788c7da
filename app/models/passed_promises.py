"""Promises of a gate whose day has passed without the item: written down once, never taken back."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.core.base import Row
from app.core.clock import now


class PassedPromise(Row, table=True):
    """The promised day, as it stood when it passed; `brought_on` is the night that found it."""

    __tablename__ = "passed_promises"
    is_audited: ClassVar[bool] = False

    deferral_id: UUID = Field(foreign_key="deferrals.id", unique=True)
    promised_on: date
    brought_on: date | None = None
    noted_at: datetime = Field(
        default_factory=now, sa_column_kwargs={"server_default": sa.text("now()")}
    )
