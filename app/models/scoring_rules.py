"""The 13 shapes in which Chinese assessment schemes give points, complete by type.

Every parameter that a rule needs is a field without which it is refused; the words of a rule are
made from them (`rule_text`), never typed. Sources of the shapes: docs/domain.md, "Scoring".
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Bounded

from app.core.base import Shape
from app.core.i18n import LANGUAGES, text
from app.core.types import Code, Flag, Line, Name, Points, Rate

_MOST_POINTS = Decimal("999999.99")


class ScoringRule(Code):
    """How points are given."""

    ratio_capped = "ratio_capped"
    item_cap = "item_cap"
    composite = "composite"
    relative_to_best = "relative_to_best"
    efficacy = "efficacy"
    steps = "steps"
    shortfall = "shortfall"
    bonus = "bonus"
    penalty = "penalty"
    quota = "quota"
    peer = "peer"
    promotion = "promotion"
    weighted_rates = "weighted_rates"


class Rule(Shape):
    """What all rules share.

    `measures` is how many metrics an item has at least and at most; `has_target` whether each
    needs a target; `is_weighted` whether the item's points are part of the scheme's total.
    """

    measures: ClassVar[tuple[int, int]] = (1, 1)
    has_target: ClassVar[bool] = True
    is_weighted: ClassVar[bool] = True

    def reach(self, points: Decimal) -> tuple[Decimal, Decimal]:
        """The fewest and the most points that an item worth so many can have."""
        return Decimal(0), points


class Capped(Rule):
    """A rate of completion that may be let above 100 %."""

    cap: Rate = Decimal(1)

    def reach(self, points: Decimal) -> tuple[Decimal, Decimal]:
        """Up to the cap."""
        return Decimal(0), self.cap * points


class RatioCapped(Capped):
    """R1: the rate of completion, up to a cap."""

    rule: Literal[ScoringRule.ratio_capped]


class ItemCap(Rule):
    """R2: the rate of completion, up to the item's own cap of 100 % or 120 %."""

    rule: Literal[ScoringRule.item_cap]
    cap: Literal["1.00", "1.20"]

    def reach(self, points: Decimal) -> tuple[Decimal, Decimal]:
        """Up to the cap."""
        return Decimal(0), Decimal(self.cap) * points


class Composite(Capped):
    """R3: a count and an amount, half and half unless their measures weigh otherwise."""

    rule: Literal[ScoringRule.composite]
    measures: ClassVar[tuple[int, int]] = (2, 2)


class RelativeToBest(Rule):
    """R4: the part of what the best subject reached."""

    rule: Literal[ScoringRule.relative_to_best]
    has_target: ClassVar[bool] = False


class Efficacy(Rule):
    """R5 功效系数法: from the lowest subject, who gets `base` of 100, to the highest: all of it."""

    rule: Literal[ScoringRule.efficacy]
    base: Points = Decimal(60)
    span: Points = Decimal(40)
    has_target: ClassVar[bool] = False


class Step(Shape):
    """From a rate of completion on, so many points."""

    at_least: Rate
    points: Points


class Steps(Rule):
    """R6: a table of steps; below the lowest there is nothing."""

    rule: Literal[ScoringRule.steps]
    steps: Annotated[list[Step], Bounded(min_length=1, max_length=20)]


class Shortfall(Rule):
    """R7: full points less a deduction for each whole `per` below the target, never below 0."""

    rule: Literal[ScoringRule.shortfall]
    per: Annotated[Rate, Bounded(gt=0)]
    deduct: Points


class Bonus(Rule):
    """R8: points per unit, up to a cap, beyond the scheme's total."""

    rule: Literal[ScoringRule.bonus]
    per_unit: Points
    cap: Points
    has_target: ClassVar[bool] = False
    is_weighted: ClassVar[bool] = False

    def reach(self, points: Decimal) -> tuple[Decimal, Decimal]:
        """Beside the total: up to the cap."""
        return points, self.cap


class Penalty(Rule):
    """R9: points taken away per unit, up to a cap where there is one."""

    rule: Literal[ScoringRule.penalty]
    per_unit: Points
    cap: Points | None = None
    has_target: ClassVar[bool] = False
    is_weighted: ClassVar[bool] = False

    def reach(self, points: Decimal) -> tuple[Decimal, Decimal]:
        """Beside the total: down to the cap, as far as points go without one."""
        return -(_MOST_POINTS if self.cap is None else self.cap), points


class Quota(Rule):
    """R10: full points for the quota, `deduct` less for each unit missing, never below 0."""

    rule: Literal[ScoringRule.quota]
    deduct: Points


class Peer(Rule):
    """R11: the mean of scores out of 100 that were entered; trimmed of the ends from three on."""

    rule: Literal[ScoringRule.peer]
    is_trimmed: Flag = False
    measures: ClassVar[tuple[int, int]] = (0, 0)


class Promotion(Rule):
    """R12: who is named for it gets at least this grade, whatever the points."""

    rule: Literal[ScoringRule.promotion]
    grade: Name
    reason: Line
    measures: ClassVar[tuple[int, int]] = (0, 0)
    is_weighted: ClassVar[bool] = False


class WeightedRates(Capped):
    """R13: several rates of completion, each up to a cap, by their weights."""

    rule: Literal[ScoringRule.weighted_rates]
    cap: Rate = Decimal("1.2")
    measures: ClassVar[tuple[int, int]] = (1, 20)


AnyRule = (
    RatioCapped | ItemCap | Composite | RelativeToBest | Efficacy | Steps | Shortfall
    | Bonus | Penalty | Quota | Peer | Promotion | WeightedRates
)  # fmt: skip
Scoring = Annotated[AnyRule, Bounded(discriminator="rule")]


def percent(rate: Decimal) -> str:
    """A rate in the words of a scheme: 1.2 is `120%`."""
    return f"{plain(rate * 100)}%"


def plain(value: Decimal) -> str:
    """A decimal without trailing zeros or exponent."""
    return f"{value.normalize():f}"


def _words(rule: AnyRule, lang: str) -> dict[str, str]:
    """The parameters of a rule as its text writes them; a part of one is a percentage."""
    found = dict[str, str]()
    for name, value in rule:
        if name == "steps":
            lines = [
                text("rule_texts", "step", _step(step), lang=lang)
                for step in sorted(value, key=lambda s: s.at_least)
            ]
            found[name] = ("；" if lang == "zh" else "; ").join(lines)
        elif isinstance(rule, ItemCap) and name == "cap":
            found[name] = percent(Decimal(value))
        elif isinstance(value, Decimal):
            is_rate = name == "per" or (name == "cap" and not isinstance(rule, (Bonus, Penalty)))
            found[name] = percent(value) if is_rate else plain(value)
        else:
            found[name] = str(value)
    return found


def _step(step: Step) -> dict[str, str]:
    return {"at_least": percent(step.at_least), "points": plain(step.points)}


def rule_text(rule: AnyRule, points: Decimal) -> dict[str, str]:
    """The rule in both languages, from its parameters and the item's points."""
    key = rule.rule.value
    if isinstance(rule, Penalty) and rule.cap is not None:
        key = "penalty_capped"
    if isinstance(rule, Peer) and rule.is_trimmed:
        key = "peer_trimmed"
    return {
        lang: text("rule_texts", key, {**_words(rule, lang), "full": plain(points)}, lang=lang)
        for lang in LANGUAGES
    }
