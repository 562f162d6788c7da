"""Parks of facts A15 and A16, with made-up sites and what is reserved of them.

Names, areas of the two areas and what is full are published; every site is invented.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from app.demo.people import Zone, demo_id
from app.models.areas import square_metres
from app.models.leads import Lead
from app.models.parks import Park, ParkKind
from app.models.pipeline import Stage
from app.models.roles import Role
from app.models.site_reservations import ReservationStatus, SiteReservation
from app.models.sites import PriceUnit, Site, SiteKind

WEST, EAST = "西区（五华黑林铺）", "东区（呈贡马金铺）"
# Name, region (GB/T 2260), m² as published (5 and 86.88 km²), whether full.
_AREAS = ((WEST, "530102", "5000000", True), (EAST, "530114", "86880000", False))
_PARKS = (
    ("贵金属产业园区", "在建"),
    ("电子商务产业园", "在建"),
    ("云硅智能科技小镇", "拟启动"),
    ("军民融合科技创新园", "拟启动"),
)
_RENT, _SALE, _LAND = (
    PriceUnit.yuan_per_m2_month, PriceUnit.yuan_per_m2, PriceUnit.yuan_per_mu
)  # fmt: skip
# Area, code, name, kind, m², kVA, height, load, price, unit, available from, industries.
_Row = tuple[
    str, str, str, SiteKind, Decimal, str | None, str | None, str | None, str, PriceUnit,
    date | None, tuple[str, ...],
]  # fmt: skip
_SITES: tuple[_Row, ...] = (
    (WEST, "W-01", "研发办公楼一号楼", SiteKind.office, Decimal(12000), "1600", "3.6", "0.3",
     "42", _RENT, None, ()),
    (WEST, "W-02", "标准厂房二号楼", SiteKind.factory, Decimal(8600), "2000", "6", "1",
     "25", _RENT, None, ("C",)),
    (WEST, "W-03", "软件孵化楼", SiteKind.incubator, Decimal(3000), "630", "3.3", "0.3",
     "30", _RENT, None, ("I", "M")),
    (EAST, "E-01", "生物医药实验楼", SiteKind.lab, Decimal(9500), "2500", "4.5", "0.5",
     "48", _RENT, None, ("C27", "M73")),
    (EAST, "E-02", "重载厂房", SiteKind.factory, Decimal(24000), "6300", "12", "3",
     "3800", _SALE, date(2027, 7, 1), ("C",)),
    (EAST, "E-D1", "工业用地一号地块", SiteKind.land, square_metres(Decimal(150)), None, None,
     None, "350000", _LAND, None, ("C",)),
    (EAST, "E-D2", "工业用地二号地块", SiteKind.land, square_metres(Decimal(80)), None, None,
     None, "350000", _LAND, None, ("C32", "C34", "C39")),
)  # fmt: skip
# Site, m², whether confirmed: for the first leads that are about to sign.
_TAKEN = (("E-01", "4000", True), ("E-D1", "40000", True), ("W-01", "2500", False))
# Land of leads that build on it, in m².
_SETTLED = (("E-D2", "20000"), ("E-D2", "10000"))
_SINCE, _UNTIL, _TYPED = date(2026, 10, 1), date(2026, 12, 31), datetime(2026, 10, 1, 2, tzinfo=UTC)


# The parks of the article that their names give to an industry (A16).
_PARK_OF = {"金属新材料": "贵金属产业园区", "电子商务": "电子商务产业园"}


async def add_sites(zone: Zone, leads: list[Lead]) -> int:
    """Write parks, sites and reservations; counts sites."""
    parks = {name: _park(zone, name, ParkKind.specialised_park, notes) for name, notes in _PARKS}
    for name, region, area, is_full in _AREAS:
        parks[name] = _park(zone, name, ParkKind.area)
        parks[name].region_code, parks[name].area_m2 = region, Decimal(area)
        parks[name].is_full = is_full
    await zone.session.flush()
    for unit, park in _PARK_OF.items():
        zone.units[unit].park_id = parks[park].id
    sites = {row[1]: _site(zone, parks[row[0]], row) for row in _SITES}
    await zone.session.flush()
    signing = [lead for lead in leads if lead.stage is Stage.pre_signing and lead.company_id]
    for lead, (code, area, is_confirmed) in zip(signing, _TAKEN, strict=False):
        _reserve(zone, sites[code], lead, Decimal(area), is_confirmed=is_confirmed)
    settled = [lead for lead in leads if lead.stage is Stage.building and lead.agreed_amount]
    for lead, (code, area) in zip(settled, _SETTLED, strict=False):
        _reserve(zone, sites[code], lead, Decimal(area), is_confirmed=True)
    await zone.session.flush()
    return len(sites)


def _park(zone: Zone, name: str, kind: ParkKind, notes: str | None = None) -> Park:
    park = Park(id=demo_id("park", name), name=name, kind=kind, notes=notes, is_demo=True)
    zone.session.add(park)
    return park


def _site(zone: Zone, park: Park, row: _Row) -> Site:
    _, code, name, kind, area, power, height, load, price, unit, opens, industries = row
    site = Site(
        id=demo_id("site", code),
        park_id=park.id,
        code=code,
        name=name,
        kind=kind,
        area_m2=area,
        power_kva=_decimal(power),
        ceiling_height_m=_decimal(height),
        floor_load_t_m2=_decimal(load),
        price=Decimal(price),
        price_unit=unit,
        available_from=opens,
        industry_codes=list(industries),
        notes="演示数据，并非真实载体。",
        is_demo=True,
    )
    zone.session.add(site)
    return site


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _reserve(zone: Zone, site: Site, lead: Lead, area: Decimal, *, is_confirmed: bool) -> None:
    leader = next(officer for officer in zone.officers if officer.role is Role.leader)
    row = SiteReservation(
        id=demo_id("reservation", site.code, lead.id),
        site_id=site.id,
        lead_id=lead.id,
        area_m2=area,
        from_on=_SINCE,
        expires_on=_UNTIL,
        created_at=_TYPED,
        created_by_id=lead.owner_id,
    )
    if is_confirmed:
        row.status, row.expires_on = ReservationStatus.confirmed, None
        row.confirmed_at, row.confirmed_by_id = _TYPED, leader.id
    zone.session.add(row)
