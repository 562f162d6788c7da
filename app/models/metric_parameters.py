"""What an assessment office may set of each metric's definition; the defaults are version 1.

A parameter that a metric does not name here is the metric itself: another one would be another
metric. Money in yuan, days of grace in calendar days.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic import Field as Bounded
from pydantic_core import PydanticCustomError

from app.core.base import Shape
from app.core.i18n import label, text
from app.core.types import Code
from app.models.pipeline import Stage, order

# Each threshold and each pair is a part of its metric; these give the headlines.
HEADLINE = 100_000_000
MAIN_PAIR = "negotiating>signed"


class OriginScope(Code):
    """Which border money has to cross: 市外 or 省外."""

    city = "city"
    province = "province"


class OriginOf(Code):
    """Whose place is asked for; without an ultimate investor it is the payer's."""

    payer = "payer"
    ultimate = "ultimate"


class CountingDate(Code):
    """The day that a fact counts on."""

    event = "event"
    recognised = "recognised"


class LeadFlag(Code):
    """龙头型, 旗舰型."""

    leading = "leading"
    flagship = "flagship"


class Fulfilment(Code):
    """What shows that a signing is being fulfilled; any one of those named is enough."""

    registered = "registered"
    arrived = "arrived"


def once(values: list[Any]) -> list[Any]:
    """Each value once, in the order given."""
    return list(dict.fromkeys(values))


def _with_headline(steps: list[int]) -> list[int]:
    if HEADLINE not in steps:
        raise PydanticCustomError("headline_threshold", "must include 100000000")
    return sorted(set(steps))


def _pair(pair: str) -> str:
    source, _, target = pair.partition(">")
    if not ({source, target} <= set(Stage) and order(Stage(source)) < order(Stage(target))):
        raise PydanticCustomError("stage_pair", "must be an earlier and a later stage: a>b")
    return pair


def _with_main(pairs: list[str]) -> list[str]:
    if MAIN_PAIR not in pairs:
        raise PydanticCustomError("main_pair", "must include negotiating>signed")
    return once(pairs)


SOME = (Bounded(min_length=1, max_length=20), AfterValidator(once))
Yuan = Annotated[int, Bounded(strict=True, ge=1, le=10**15)]
Thresholds = Annotated[list[Yuan], Bounded(max_length=10), AfterValidator(_with_headline)]
Pair = Annotated[str, Bounded(max_length=40, examples=[MAIN_PAIR]), AfterValidator(_pair)]
Pairs = Annotated[list[Pair], Bounded(max_length=20), AfterValidator(_with_main)]
GraceDays = Annotated[int, Bounded(strict=True, ge=0, le=366)]
WorkingDays = Annotated[int, Bounded(strict=True, ge=1, le=20)]
Days = Annotated[int, Bounded(strict=True, ge=1, le=21)]
Years = Annotated[int, Bounded(strict=True, ge=1, le=10)]


class Parameters(Shape):
    """What a version sets; none of it where a metric has no parameters."""

    def wording(self, lang: str) -> str:
        """Generated from the values, in the order of the fields; empty lists say nothing."""
        said = [_said(name, getattr(self, name), lang) for name in type(self).model_fields]
        stop = "；" if lang == "zh" else "; "
        return stop.join(filter(None, said)) or text(
            "wording", "nothing" if said else "none", lang=lang
        )


def _said(name: str, value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return text("wording", name if value else f"not_{name}", lang=lang)
    comma = "、" if lang == "zh" else ", "
    values = value if isinstance(value, list) else [value]
    words = comma.join(_word(name, one, lang) for one in values)
    return words and text("wording", name, {"value": words}, lang=lang)


def _word(name: str, value: Any, lang: str) -> str:
    if isinstance(value, Code):
        return label(type(value).__name__, value)[lang]
    if name == "pairs":
        return " → ".join(label("Stage", stage)[lang] for stage in value.split(">"))
    return f"≥ {Decimal(value) / HEADLINE:f} 亿元" if name == "thresholds" else str(value)
