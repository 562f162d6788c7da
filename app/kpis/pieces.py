"""The constant pieces of a summary's JSON, cut out of the answer's own shapes.

The shapes are written once with marks where a row's values go and cut at the marks; PostgreSQL
joins the pieces with the values between them. The order of the marks is the order of the shapes'
fields, which `statement` follows.
"""

from typing import Any
from uuid import UUID

from app.kpis.metrics import Aggregation, Metric
from app.kpis.window import Window
from app.models.kpis import KpiPart, KpiStatus, KpiValue
from app.models.ledger_entries import Scope

# A mark that stands for text keeps its quotes; one that may become null brings its own.
_TEXT, _NULLABLE = "~~", "~null~"
_SOMEBODY = UUID(int=2**128 - 1)
# Money to the fen, shares of a lead to the ten-thousandth; all else is counted in wholes.
_DECIMALS = {"CNY": 2, "leads": 4}


def asked(metrics: list[Metric], scope: Scope, window: Window) -> list[dict[str, Any]]:
    """One row per metric: what it is and the pieces `v1`–`v7` of a number, `p1`–`p7` of a part."""
    return [
        {
            "place": place,
            "metric": metric.code,
            "main": metric.main,
            "decimals": _DECIMALS.get(metric.unit, 0),
            "is_ratio": metric.aggregation is Aggregation.ratio,
            "is_distinct": metric.aggregation is Aggregation.distinct_companies,
            **_numbered("v", _value(metric, scope, window)),
            **_numbered("p", _part(metric, scope, window)),
        }
        for place, metric in enumerate(metrics)
    ]


def _numbered(letter: str, pieces: list[str | None]) -> dict[str, str | None]:
    return {f"{letter}{number}": piece for number, piece in enumerate(pieces, 1)}


def _cut(json: str) -> list[str | None]:
    marked = json.replace(str(_SOMEBODY), _TEXT).replace(f'"{_NULLABLE}"', _TEXT)
    return list(marked.split(_TEXT))


def _value(metric: Metric, scope: Scope, window: Window) -> list[str | None]:
    """Marks: value, numerator, denominator, reason, subject, breakdown; the middle for ratios."""
    is_ratio = metric.aggregation is Aggregation.ratio
    shape = KpiValue(
        metric=metric.code,
        value=_NULLABLE if is_ratio else _TEXT,
        unit=metric.unit,
        definition_id=metric.definition_id,
        status=KpiStatus.open,
        credit_mode=metric.credit_mode.value,
        numerator=_TEXT if is_ratio else None,
        denominator=_TEXT if is_ratio else None,
        reason=_NULLABLE if is_ratio else None,
        drill=_drill(metric, scope, window),
        breakdown=[],
    )
    pieces = _cut(shape.model_dump_json().replace("[]", f"[{_TEXT}]"))
    return pieces if is_ratio else [*pieces[:2], None, None, None, *pieces[2:]]


def _drill(metric: Metric, scope: Scope, window: Window) -> str:
    if metric.aggregation is Aggregation.distinct_companies:
        return window.companies(metric.code, scope, _SOMEBODY)
    more = {"dimension": metric.main} if metric.main else {}
    return window.drill(metric.code, scope, _SOMEBODY, **more)


def _part(metric: Metric, scope: Scope, window: Window) -> list[str | None]:
    """Marks: dimension, value, numerator, denominator, subject, dimension."""
    is_ratio = metric.aggregation is Aggregation.ratio
    shape = KpiPart(
        dimension=_TEXT,
        value=_NULLABLE if is_ratio else _TEXT,
        numerator=_TEXT if is_ratio else None,
        denominator=_TEXT if is_ratio else None,
        drill=window.drill(metric.code, scope, _SOMEBODY, dimension=_TEXT),
    )
    pieces = _cut(shape.model_dump_json())
    return pieces if is_ratio else [*pieces[:3], None, None, *pieces[3:]]
