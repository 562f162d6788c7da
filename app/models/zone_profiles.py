"""The zone's own profile: one row that definitions go by, so that no query holds a city's code."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.types import Money, Name, numeric
from app.models.codes import CityCode


class ZoneProfileBase(SQLModel):
    """What a caller sets."""

    name: Name
    city_code: CityCode = Field(
        description="First four digits of the zone's city (GB/T 2260). 市外 is what does not begin "
        "with them, 省外 what does not begin with the first two."
    )
    negotiator_qualification_above: Money | None = Field(
        default=None,
        sa_type=numeric(20, 2),
        description="Yuan of planned investment from which only the qualified lead a negotiation.",
    )


class ZoneProfile(Record, ZoneProfileBase, table=True):
    """The one row; migrations bring it."""

    __tablename__ = "zone_profiles"
    __table_args__: ClassVar[Any] = (sa.Index("uq_zone_profiles", sa.text("(true)"), unique=True),)


class ZoneProfileCreate(Shape, ZoneProfileBase):
    """The whole profile."""


class ZoneProfileUpdate(patch_of(ZoneProfileCreate)):
    """Changes of the profile."""


class ZoneProfileRead(RecordRead, ZoneProfileBase):
    """The profile as answered."""

    table: ClassVar[type[SQLModel]] = ZoneProfile


class ZoneProfileQuery(list_query(ZoneProfileRead, filters=("name",), sorts=("created_at",))):
    """Parameters of the list, which has one row."""
