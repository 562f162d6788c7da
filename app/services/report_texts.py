"""How officials write numbers, and the sentences made of them; the words are in `locales`."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.i18n import LANGUAGES, text
from app.core.period import Days
from app.models.kpis import KpiValue
from app.models.reports import ReportNumber, ReportStage

# Unit of a metric and language: from which amount on a larger unit is used, and the decimals that
# keep two of 亿元 and 万元 in either language.
_SCALES: Mapping[tuple[str, str], Sequence[tuple[int, str, int]]] = {
    ("CNY", "zh"): ((10**8, "yi_yuan", 2), (10**4, "wan_yuan", 2), (1, "yuan", 2)),
    ("CNY", "en"): ((10**9, "yi_yuan", 3), (10**6, "wan_yuan", 4), (1, "yuan", 2)),
    ("USD", "zh"): ((10**4, "wan_usd", 2), (1, "usd", 2)),
    ("USD", "en"): ((10**6, "wan_usd", 4), (1, "usd", 2)),
}
_COUNT = ((1, "count", 2),)


def kind_of(lead: Any) -> str:
    """龙头型、旗舰型."""
    flags = (("leading", lead.is_leading), ("flagship", lead.is_flagship))
    return text("report", "listing").join(text("report", name) for name, is_set in flags if is_set)


def plain(number: Decimal, decimals: int) -> str:
    """Half-up, without trailing zeros: 71.50 is 71.5, 12.0000 is 12."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    written = f"{rounded:f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


def displayed(value: KpiValue) -> dict[str, str]:
    """A number with its unit in either language; "—" where there is none."""
    return {lang: amount(value.value, value.unit, lang) for lang in LANGUAGES}


def amount(value: str | None, unit: str, lang: str) -> str:
    """As officials write it: 71.5亿元, 5195.25万美元, 12个."""
    if value is None:
        return "—"
    number = Decimal(value)
    size, words, decimals = _scale(number, unit, lang)
    named = {"number": plain(number / size, decimals), "unit": text("units", unit, lang=lang)}
    return text("report", words, named, lang=lang)


def scale_of(number: Decimal, unit: str, lang: str) -> tuple[int, str]:
    """The unit in which an amount is written: its size and the key of its words."""
    return _scale(number, unit, lang)[:2]


def _scale(number: Decimal, unit: str, lang: str) -> tuple[int, str, int]:
    scales = _SCALES.get((unit, lang), _COUNT)
    return next((scale for scale in scales if abs(number) >= scale[0]), scales[-1])


def sentences(
    days: Days, numbers: Sequence[ReportNumber], stages: Sequence[ReportStage]
) -> dict[str, str]:
    """The report's text in every language."""
    return {lang: _sentences(days, numbers, stages, lang) for lang in LANGUAGES}


def _sentences(
    days: Days, numbers: Sequence[ReportNumber], stages: Sequence[ReportStage], lang: str
) -> str:
    """What counts nothing now and counted nothing a year ago is not spoken of."""
    said = [_clause(n, lang) for n in numbers if _is_told(n)]
    joint = text("report", "semicolon", lang=lang)
    named = {"span": span(days, lang), "clauses": joint.join(said)}
    found = [text("report", "sentence" if said else "nothing", named, lang=lang)]
    keys = [stage for stage in stages if stage.key_count]
    return text("report", "gap", lang=lang).join(
        [*found, *([_projects(keys, lang)] if keys else [])]
    )


def _is_told(number: ReportNumber) -> bool:
    return any(Decimal(value or 0) for value in (number.value, number.previous_value))


def span(days: Days, lang: str) -> str:
    """2019年1—6月."""
    first, last = (text("month_names", str(n), lang=lang) for n in (1, days.end.month))
    named = {"year": days.start.year, "first": first, "last": last}
    return text("report", "span" if days.end.month > 1 else "first_month", named, lang=lang)


def _clause(number: ReportNumber, lang: str) -> str:
    parts = [text("report_clauses", number.metric, {"value": number.printed[lang]}, lang=lang)]
    if number.change_percent is not None:
        parts.append(change(number.change_percent, lang))
    if number.attainment_percent is not None:
        named = {"percent": plain(Decimal(number.attainment_percent), 1)}
        parts.append(text("report", "attained", named, lang=lang))
    return text("report", "comma", lang=lang).join(parts)


def change(percent: str, lang: str) -> str:
    """同比增长12.3%."""
    moved = Decimal(percent)
    key = "rose" if moved > 0 else "fell" if moved < 0 else "same"
    return text("report", key, {"percent": plain(abs(moved), 1)}, lang=lang)


def _projects(stages: Sequence[ReportStage], lang: str) -> str:
    told = [
        text("report", "of_stage", {"stage": text("Stage", s.stage, lang=lang),
                                    "count": s.key_count}, lang=lang)
        for s in stages
    ]  # fmt: skip
    named = {"stages": text("report", "listing", lang=lang).join(told)}
    return text("report", "projects", named, lang=lang)
