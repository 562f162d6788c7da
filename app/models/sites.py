"""Sites 载体: land, factories, offices, laboratories and incubators that investors can move to."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.search import Searchable
from app.core.types import (
    Area,
    BusinessDate,
    Code,
    Flag,
    Money,
    Name,
    Notes,
    Size,
    choice,
    numeric,
)
from app.models.areas import AreaGiven, InMu
from app.models.chain_nodes import IndustryCodes
from app.models.parks import Park, PlaceCode


class SiteKind(Code):
    """What stands there."""

    land = "land"
    factory = "factory"
    office = "office"
    lab = "lab"
    incubator = "incubator"


class PriceUnit(Code):
    """What the price is for."""

    yuan_per_m2_month = "yuan_per_m2_month"
    yuan_per_m2 = "yuan_per_m2"
    yuan_per_mu = "yuan_per_mu"


class SiteBase(SQLModel):
    """What a caller sets beside the area."""

    park_id: UUID = Field(foreign_key="parks.id")
    code: PlaceCode
    name: Name
    kind: SiteKind = Field(sa_type=choice(SiteKind))
    power_kva: Size | None = Field(default=None, sa_type=numeric(10, 2))
    ceiling_height_m: Size | None = Field(default=None, sa_type=numeric(10, 2))
    floor_load_t_m2: Size | None = Field(default=None, sa_type=numeric(10, 2))
    price: Money | None = Field(default=None, sa_type=numeric(20, 2), description="In yuan.")
    price_unit: PriceUnit | None = Field(default=None, sa_type=choice(PriceUnit))
    available_from: BusinessDate | None = Field(
        default=None, description="The first day on which it can be used; null: already."
    )
    industry_codes: IndustryCodes = Field(
        default_factory=list,
        sa_type=ARRAY(sa.Text),
        description="Industries allowed there, GB/T 4754-2017, with all below them; empty: all.",
    )
    is_active: Flag = True
    notes: Notes | None = None


class Site(Record, Searchable, SiteBase, table=True):
    """One site; what of it is taken is in its reservations, which lock its row."""

    __tablename__ = "sites"
    __table_args__: ClassVar[Any] = (sa.Index("uq_sites_code", "park_id", "code", unique=True),)

    area_m2: Decimal = Field(sa_type=numeric(14, 2))
    is_demo: bool = False

    def check_price(self) -> None:
        """422 where a price has no unit, or a unit no price."""
        if (self.price is None) != (self.price_unit is None):
            raise invalid("/price_unit", "price_with_unit")

    def check_place(self, park: Park) -> None:
        """422 where a full park would get new land."""
        if park.is_full and self.kind is SiteKind.land:
            raise invalid("/kind", "park_full")

    def check_open(self, day: date) -> None:
        """422 where nobody can move in on a day, whatever is free."""
        if not self.is_active:
            raise invalid("/site_id", "site_inactive")
        if self.available_from is not None and day < self.available_from:
            raise invalid("/from_on", "site_not_yet", day=self.available_from)


class SiteCreate(Shape, SiteBase, AreaGiven):
    """A new site."""


class SiteUpdate(patch_of(SiteCreate, without=frozenset({"park_id", "kind"}))):
    """Changes of a site; where it is and what stands there stay."""


class SiteRead(RecordRead, SiteBase):
    """A site as answered."""

    table: ClassVar[type[SQLModel]] = Site
    area_m2: Area
    area_mu: InMu
    is_demo: bool


class SiteStub(ReadShape):
    """A site inside another record."""

    table: ClassVar[type[SQLModel]] = Site
    id: UUID
    park_id: UUID
    code: str
    name: str
    kind: SiteKind
