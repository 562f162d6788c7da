"""Red and black lists: rules that put a subject on one, and what keeps it off."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Bounded
from pydantic import Strict

from app.core.base import Shape
from app.core.i18n import LANGUAGES, text
from app.core.types import Code, Name, Points, Ratio
from app.models.scoring_rules import percent, plain


class ListColour(Code):
    """Praise and warning."""

    red = "red"
    black = "black"


class ListCondition(Code):
    """What a rule of a list looks at."""

    top = "top"
    bottom = "bottom"
    best_share = "best_share"
    worst_share = "worst_share"
    item_below = "item_below"
    total_below = "total_below"


HowMany = Annotated[int, Strict(), Bounded(ge=1, le=1000)]


class Placed(Shape):
    """Among the first or the last so many by rank."""

    condition: Literal[ListCondition.top, ListCondition.bottom]
    count: HowMany


class Ranked(Shape):
    """Among the best or the worst part of all by rank, 0.1 for a tenth."""

    condition: Literal[ListCondition.best_share, ListCondition.worst_share]
    share: Ratio


class ItemBelow(Shape):
    """Any item with less than this part of its full points."""

    condition: Literal[ListCondition.item_below]
    share: Ratio


class TotalBelow(Shape):
    """Fewer points in all."""

    condition: Literal[ListCondition.total_below]
    points: Points


AnyCondition = Placed | Ranked | ItemBelow | TotalBelow
Condition = Annotated[AnyCondition, Bounded(discriminator="condition")]


class ListRule(Shape):
    """Who fulfils `when` and none of the `exclusions` is on the list."""

    colour: ListColour
    name: Name
    when: Condition
    exclusions: list[Condition] = Bounded(default=[], max_length=10)


def condition_text(condition: AnyCondition) -> dict[str, str]:
    """A condition in both languages, from its parameters."""
    words = {
        name: percent(value) if name == "share" else plain(Decimal(value))
        for name, value in condition
        if name != "condition"
    }
    key = condition.condition.value
    return {lang: text("list_texts", key, words, lang=lang) for lang in LANGUAGES}
