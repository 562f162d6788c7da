"""Parks 专业园区: the zone's areas 片区 and the specialised parks in them."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.types import VISIBLE, Area, Code, Flag, Name, Notes, choice, numeric
from app.models.codes import RegionCode
from app.models.reference import region_prefix


class ParkKind(Code):
    """An area of the zone, or a park made for one industry."""

    area = "area"
    specialised_park = "specialised_park"


# What people write on a plan: B-07, 东区3号.
PlaceCode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=VISIBLE)
]


class ParkBase(SQLModel):
    """What a caller sets."""

    name: Name
    code: PlaceCode | None = None
    kind: ParkKind = Field(default=ParkKind.specialised_park, sa_type=choice(ParkKind))
    parent_id: UUID | None = Field(
        default=None,
        foreign_key="parks.id",
        index=True,
        description="The area that a specialised park lies in.",
    )
    area_m2: Area | None = Field(default=None, sa_type=numeric(14, 2))
    region_code: RegionCode | None = None
    is_full: Flag = Field(default=False, description="No land is left: buildings only.")
    notes: Notes | None = None


class Park(Record, Searchable, ParkBase, table=True):
    """One park; areas have none above them, so that the tree has two levels."""

    __tablename__ = "parks"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_parks_name", "name", unique=True),
        sa.Index("uq_parks_code", "code", unique=True),
    )

    is_demo: bool = False


class ParkCreate(Shape, ParkBase):
    """A new park."""


class ParkUpdate(patch_of(ParkCreate, without=frozenset({"kind"}))):
    """Changes of a park."""


class ParkRead(RecordRead, ParkBase):
    """A park as answered."""

    table: ClassVar[type[SQLModel]] = Park
    is_demo: bool


class ParkQuery(
    list_query(
        ParkRead,
        filters=("name", "code", "kind", "parent_id", "area_m2", "is_full", "is_demo"),
        trees={"region_code": region_prefix},
        sorts=("name", "area_m2", "created_at"),
        default=("name",),
        search=True,
    )
):
    """Parameters of the list of parks."""
