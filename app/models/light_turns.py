"""Lights that turned: on which day a lead had gone too long, for its owner of that night."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.base import Row
from app.core.clock import now
from app.core.types import choice
from app.models.progress import Light, LightReason


class LightTurn(Row, table=True):
    """One light of one spell; `window_on` is the day that the spell is counted from."""

    __tablename__ = "light_turns"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_light_turns_lead_id", "lead_id", "reason", "light", "window_on", unique=True),
    )
    is_audited: ClassVar[bool] = False

    lead_id: UUID = Field(foreign_key="leads.id")
    light: Light = Field(sa_type=choice(Light))
    reason: LightReason = Field(sa_type=choice(LightReason))
    window_on: date
    turned_on: date
    owner_id: UUID = Field(foreign_key="officers.id")
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    mechanism: str
    company_id: UUID | None = Field(default=None, foreign_key="companies.id")
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    noted_at: datetime = Field(
        default_factory=now, sa_column_kwargs={"server_default": sa.text("now()")}
    )
