"""Where a lead lands and how much of it is credited to the zone: two questions, kept apart.

Districts may credit one lead fully on both sides (飞地, Kunming 2024): what lies in the zone counts
once in its total, what is credited to it is a number of its own (docs/domain.md, "Credit").
"""

from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.types import Flag, Share, numeric

CREDIT = ("is_located_in_zone", "credited_share")


class ZoneCredit(SQLModel):
    """What a lead says, and what a milestone or money fact was stamped with."""

    is_located_in_zone: Flag = Field(
        default=True,
        sa_column_kwargs={"server_default": sa.true()},
        description="False for what lands in another district, whoever brought it.",
    )
    credited_share: Share = Field(
        default=Decimal("100.00"),
        sa_type=numeric(5, 2),
        sa_column_kwargs={"server_default": "100"},
        description="Percent of it that is credited to the zone, whatever other districts count.",
    )
