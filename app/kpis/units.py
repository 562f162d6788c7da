"""Money as officials write it: 65,432.10 万元, 71.5 亿元, 5,195.25 万美元. For display alone."""

from decimal import Decimal

from app.kpis.attainment import rounded
from app.models.kpis import KpiUnits

_WAN, _YI = 10_000, 100_000_000
_FORMS: dict[KpiUnits, tuple[str, int, str]] = {
    KpiUnits.wan: ("CNY", _WAN, "万元"),
    KpiUnits.yi: ("CNY", _YI, "亿元"),
    KpiUnits.wan_usd: ("USD", _WAN, "万美元"),
}


def display(value: str, currency: str, units: KpiUnits | None) -> str | None:
    """The amount to two decimals half up, 亿 without closing noughts; none in another currency."""
    if units is None or _FORMS[units][0] != currency:
        return None
    _, size, name = _FORMS[units]
    text = f"{rounded(Decimal(value) / size, 2):,}"
    if units is KpiUnits.yi:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {name}"
