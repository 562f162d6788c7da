"""Stage credits: who earns which part of a recognised milestone."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Row
from app.core.types import Share, numeric


class StageCredit(Row, table=True):
    """Who earns which part of a recognised milestone: stamped then, moved by nothing later."""

    __tablename__ = "stage_credits"

    transition_id: UUID = Field(foreign_key="stage_transitions.id", index=True)
    officer_id: UUID = Field(foreign_key="officers.id", index=True)
    role: str
    share: Decimal = Field(sa_type=numeric(5, 2))
    place: int
    team_path: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))


class StageCreditRead(ReadShape):
    """One officer's part in a milestone."""

    table: ClassVar[type[SQLModel]] = StageCredit
    officer_id: UUID
    role: str
    share: Share
