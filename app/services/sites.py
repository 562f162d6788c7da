"""Sites: what they are, and how much of them is free."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.errors import Problem, field_error, invalid
from app.core.reading import Caller as Reading
from app.core.reading import read_one
from app.models.areas import area_of, in_square_metres
from app.models.parks import Park
from app.models.site_availability import FROM, TO, SiteAvailability, tightest
from app.models.sites import Site, SiteCreate, SiteUpdate
from app.services.access import Caller, claimed

_LEAST = tightest(Site, FROM, TO).lateral()
_TIGHTEST = (
    sa.select(_LEAST.c.day, _LEAST.c.free)
    .select_from(sa.join(Site, _LEAST, sa.true()))
    .where(col(Site.id) == sa.bindparam("site_id", type_=sa.Uuid))
)


async def create(session: AsyncSession, payload: SiteCreate) -> Site:
    """A new site in a park."""
    park = await session.get(Park, payload.park_id)
    if park is None:
        raise invalid("/park_id", "reference_not_found")
    site = Site.model_validate(payload, update={"area_m2": area_of(payload)})
    site.check_price()
    site.check_place(park)
    session.add(site)
    await session.flush()
    return site


async def update(
    session: AsyncSession, caller: Caller, site_id: UUID, payload: SiteUpdate, if_match: int
) -> None:
    """Change a site; 409 where it would be smaller or later than what is reserved from today on."""
    changes = payload.changes()
    fields = frozenset(changes) | ({"area_m2"} if "area_mu" in changes else frozenset())
    site = await claimed(session, Site, caller, site_id, if_match, fields=fields)
    changed = site.apply(in_square_metres(changes, site.area_m2))
    site.check_price()
    await session.flush()
    if changed & {"area_m2", "available_from"}:
        day, free = await least_free(session, site, today(), None)
        if free < 0:
            error = field_error("/area_m2", "area_reserved", day=day, missing=-free)
            raise Problem("site_overbooked", errors=[error])


async def least_free(
    session: AsyncSession, site: Site, start: date, end: date | None
) -> tuple[date, Decimal]:
    """The first of a span's days on which least of a site is free, and how many m².

    Below 0 where more is reserved than there is. Its row has to be locked by who acts on it.
    """
    binds = {"site_id": site.id, "from_on": start, "to_on": end}
    connection = await session.connection()
    row = (await connection.execute(_TIGHTEST, binds)).one()
    return row.day, row.free


async def availability(pool: Any, caller: Reading, site_id: UUID, span: dict[str, Any]) -> bytes:
    """The steps of the free area over a span as JSON (UTF-8); 404."""
    body, _ = await read_one(pool, SiteAvailability, caller, site_id, binds=span)
    return body
