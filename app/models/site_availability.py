"""How much of a site is free on which day, and the search for a site by what is needed.

One sweep over the days on which something changes: the site opens, a reservation begins or ends.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel

from app.core.base import ReadShape
from app.core.clock import today
from app.core.errors import invalid_parameter
from app.core.listing import Filter, list_query
from app.core.shapes import Computed
from app.core.types import FIRST_DAY, LAST_DAY, Area, BusinessDate, numeric
from app.models.codes import IndustryCode
from app.models.site_reservations import SiteReservation, is_live
from app.models.sites import Site, SiteRead


def free_steps(site: Any, start: Any, end: Any) -> sa.Subquery:
    """`day`, `free`: how many m² of a site (the table or its alias) are free from that day on.

    The first step is on `start`, none after `end` (SQL dates); below 0 where more is reserved
    than there is.
    """
    edges = _edges(site, start, end)
    free = sa.func.sum(sa.func.sum(edges.c.area)).over(order_by=edges.c.day)
    steps = sa.select(edges.c.day, free.label("free")).group_by(edges.c.day)
    return steps.having(sa.or_(sa.func.sum(edges.c.area) != 0, edges.c.day == start)).subquery()


def _edges(site: Any, start: Any, end: Any) -> sa.Subquery:
    """Each day with what is added or taken away: the site itself, and each reservation twice."""
    row: Any = aliased(SiteReservation)
    opens = sa.func.greatest(site.available_from, start)
    touches = [
        row.site_id == site.id, is_live(row), row.from_on <= end,
        sa.or_(row.to_on.is_(None), row.to_on >= start),
    ]  # fmt: skip
    parts = (
        sa.select(start.label("day"), sa.literal_column("0").label("area")),
        sa.select(opens, site.area_m2).where(opens <= end).correlate(site),
        sa.select(sa.func.greatest(row.from_on, start), -row.area_m2).where(*touches),
        sa.select(row.to_on + 1, row.area_m2).where(*touches, row.to_on < end),
    )
    return sa.union_all(*(part.correlate(site) for part in parts)).subquery()


def tightest(site: Any, start: Any, end: Any) -> sa.Select[Any, Any]:
    """The first of the days from `start` to `end` on which least is free, and how much."""
    steps = free_steps(site, start, end)
    return sa.select(steps.c.day, steps.c.free).order_by(steps.c.free, steps.c.day).limit(1)


def _day(name: str) -> sa.ColumnElement[date]:
    return sa.bindparam(name, type_=sa.Date)


FROM, TO = _day("from_on"), sa.func.coalesce(_day("to_on"), LAST_DAY)


def _steps_json(site: Any, _role: str) -> sa.ColumnElement[Any]:
    steps = free_steps(site, FROM, TO)
    free = sa.cast(sa.cast(sa.func.greatest(steps.c.free, 0), numeric(14, 2)), sa.Text)
    step = sa.func.json_build_object("from_on", steps.c.day, "free_area_m2", free)
    rows = sa.func.json_agg(aggregate_order_by(step, steps.c.day), type_=sa.JSON())
    return sa.select(rows).select_from(steps).scalar_subquery()


class FreeStep(BaseModel):
    """So much is free from this day on, up to the next step."""

    from_on: date
    free_area_m2: Area


class SiteAvailability(ReadShape):
    """What of a site is free over a span, nothing before the site is available."""

    table: ClassVar[type[SQLModel]] = Site
    id: UUID
    area_m2: Area
    available_from: BusinessDate | None
    steps: Annotated[list[FreeStep], Computed(_steps_json)]


class AvailabilityQuery(BaseModel):
    """The span that is asked for; both days count."""

    model_config = ConfigDict(extra="forbid")

    from_on: BusinessDate | None = Field(default=None, description="Today unless given.")
    to_on: BusinessDate | None = Field(default=None, description="Open unless given.")

    def span(self) -> dict[str, Any]:
        """Its days; 422 where it ends before it begins."""
        start = _begin(self.from_on, self.to_on, "to_on")
        return {"from_on": start, "to_on": self.to_on}


def _begin(start: date | None, end: date | None, name: str) -> date:
    """The first day of a span, today unless given; 422 at the parameter of the last one."""
    if start and end and end < start:
        raise invalid_parameter(name, "to_before_from")
    return start or min(today(), end or LAST_DAY)


def _is_free(site: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    until = sa.func.coalesce(_day("free_to"), LAST_DAY)
    least = tightest(site, _day("free_from"), until)
    free = least.with_only_columns(least.selected_columns["free"]).scalar_subquery()
    return sa.and_(site.is_active, free >= sa.bindparam(name, type_=numeric(14, 2)))


def _allows(site: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    allowed = sa.func.unnest(site.industry_codes).column_valued("allowed")
    fits = sa.func.starts_with(sa.bindparam(name, type_=sa.Text), allowed)
    none = sa.func.cardinality(site.industry_codes) == 0
    return sa.or_(none, sa.select(allowed).where(fits).exists())


def _is_available(site: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    opens = sa.func.coalesce(site.available_from, FIRST_DAY)
    return sa.and_(site.is_active, opens <= _day(name))


def _part_of_span(_site: Any, _role: str, _name: str) -> sa.ColumnElement[bool]:
    return sa.true()


_Listed = list_query(
    SiteRead,
    filters=(
        "park_id",
        "code",
        "name",
        "kind",
        "area_m2",
        "power_kva",
        "ceiling_height_m",
        "floor_load_t_m2",
        "price",
        "price_unit",
        "available_from",
        "is_active",
        "is_demo",
    ),
    sorts=("name", "area_m2", "price", "available_from", "created_at"),
    default=("name",),
    search=True,
)


class SiteQuery(_Listed):
    """Parameters of the search for a site."""

    filters: ClassVar[dict[str, Filter]] = {
        **_Listed.filters,
        "allows_industry": Filter("allows_industry", "eq", condition=_allows),
        "available_on": Filter("available_on", "eq", condition=_is_available),
        "free_area_m2__gte": Filter("free_area_m2", "gte", condition=_is_free),
        "free_from": Filter("free_from", "eq", condition=_part_of_span),
        "free_to": Filter("free_to", "eq", condition=_part_of_span),
    }

    allows_industry: IndustryCode | None = Field(
        default=None, description="Sites that allow this industry, or one that it belongs to."
    )
    available_on: BusinessDate | None = None
    free_area_m2__gte: Area | None = Field(
        default=None, description="Free on every day of the span; anything at all unless given."
    )
    free_from: BusinessDate | None = Field(default=None, description="Today unless given.")
    free_to: BusinessDate | None = Field(default=None, description="Open unless given.")

    @model_validator(mode="after")
    def _complete_span(self) -> Self:
        """A span is asked for by any part of it."""
        if self.free_area_m2__gte or self.free_from or self.free_to:
            self.free_from = _begin(self.free_from, self.free_to, "free_to")
            self.free_area_m2__gte = self.free_area_m2__gte or Decimal("0.01")
        return self
