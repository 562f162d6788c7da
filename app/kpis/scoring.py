"""Points from numbers: the 13 rule shapes as pure functions over fractions.

Units: `actual` and `target` in the metric's own unit, rates as parts of one, points as the scheme
counts them. Nothing is rounded here but by `printed`, a third is a third. Sources: docs/domain.md,
"Scoring"; the vectors V10 to V17 are arithmetic on published assessment results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.kpis.attainment import Exact, rounded
from app.models import scoring_rules as rules

ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)


@dataclass(frozen=True)
class Measured:
    """One metric of an item for one subject; `field` has the least and the most of all subjects."""

    actual: Fraction
    target: Fraction | None = None
    weight: Fraction = ONE
    field: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Scored:
    """Points of one item; the rate of completion where the rule looks at one."""

    points: Fraction
    rate: Fraction | None = None
    warnings: tuple[str, ...] = ()


def printed(points: Exact) -> Decimal:
    """Points as a card prints and adds them: two decimals, half up."""
    return rounded(points, 2)


def rate_of(actual: Fraction, target: Fraction) -> Fraction:
    """Rate of completion = actual ÷ target, never below 0; `ValueError` without a target."""
    if target <= 0:
        raise ValueError(target)
    return max(ZERO, actual / target)


def ratio_capped(actual: Fraction, target: Fraction, cap: Fraction, points: Fraction) -> Fraction:
    """R1 and R2: min(actual ÷ target, cap) × points; R2's cap is 100 % or 120 % [V11, V12]."""
    return min(rate_of(actual, target), cap) * points


def weighted_rates(parts: Sequence[Measured], cap: Fraction, points: Fraction) -> Fraction:
    """R13: Σ weight × min(rate, cap) × points, weights summing to 1."""
    return sum((_capped(part, cap) * part.weight for part in parts), ZERO) * points


def composite(count: Measured, amount: Measured, cap: Fraction, points: Fraction) -> Fraction:
    """R3: count and amount, each capped, by their weights (50 % and 50 % by default) [V10]."""
    return weighted_rates((count, amount), cap, points)


def relative_to_best(actual: Fraction, best: Fraction, points: Fraction) -> Fraction:
    """R4: actual ÷ best × points; nothing where the best is nothing."""
    return max(ZERO, actual) / best * points if best > 0 else ZERO


def efficacy(
    actual: Fraction, field: Sequence[Fraction], span: Fraction, base: Fraction
) -> Fraction:
    """R5 功效系数法: (x − min) ÷ (max − min) × span + base; all equal: span + base [V14]."""
    low, high = min(field), max(field)
    share = (actual - low) / (high - low) if high > low else ONE
    return share * span + base


def steps(rate: Fraction, table: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """R6: the points of the highest step that the rate reaches; nothing below the lowest."""
    reached = [(at_least, points) for at_least, points in table if rate >= at_least]
    return max(reached)[1] if reached else ZERO


def shortfall(rate: Fraction, per: Fraction, deduct: Fraction, points: Fraction) -> Fraction:
    """R7: points − deduct × whole steps of `per` below 100 %, never below 0."""
    missing = max(ZERO, ONE - rate) // per
    return max(ZERO, points - deduct * missing)


def bonus(actual: Fraction, per_unit: Fraction, cap: Fraction) -> Fraction:
    """R8: min(actual × per unit, cap) [V16]."""
    return min(max(ZERO, actual) * per_unit, cap)


def penalty(actual: Fraction, per_unit: Fraction, cap: Fraction | None) -> Fraction:
    """R9: −actual × per unit, at most the cap; never above 0."""
    lost = max(ZERO, actual) * per_unit
    return -(lost if cap is None else min(lost, cap))


def quota(actual: Fraction, wanted: Fraction, deduct: Fraction, points: Fraction) -> Fraction:
    """R10 定额: points − deduct × units missing from the quota, never below 0."""
    return max(ZERO, points - deduct * max(ZERO, wanted - actual))


def peer(scores: Sequence[Fraction], points: Fraction, *, is_trimmed: bool) -> Fraction:
    """R11: mean of the scores (of 100) × points; from three on without the ends, if trimmed."""
    kept = sorted(scores)[1:-1] if is_trimmed and len(scores) > 2 else scores
    return sum(kept, ZERO) / len(kept) / HUNDRED * points if kept else ZERO


def promoted(grade: str | None, to: str, order: Sequence[str]) -> str:
    """R12: the better of the grade held and the grade given; `order` begins with the best."""
    held = order.index(grade) if grade in order else len(order)
    return order[min(held, order.index(to))]


def grade_of(total: Decimal, grades: Sequence[tuple[str, Decimal]]) -> str | None:
    """The best grade whose threshold the total reaches; none below the lowest."""
    reached = [(at_least, name) for name, at_least in grades if total >= at_least]
    return max(reached)[1] if reached else None


def _capped(part: Measured, cap: Fraction) -> Fraction:
    return min(_rate(part), cap)


def _rate(part: Measured) -> Fraction:
    return rate_of(part.actual, part.target if part.target is not None else ZERO)


def score(
    rule: rules.AnyRule,
    full: Decimal,
    parts: Sequence[Measured],
    entered: Sequence[Decimal] = (),
) -> Scored:
    """An item's points by its rule, of `full` ones; `entered` are scores where no metric counts.

    `ValueError` where a target is missing or not above 0.
    """
    points = Fraction(full)
    if isinstance(rule, (rules.Peer, rules.Promotion)):
        return _entered(rule, points, [Fraction(score) for score in entered])
    if isinstance(rule, (rules.RelativeToBest, rules.Efficacy)):
        return _among(rule, points, parts[0])
    if isinstance(rule, (rules.Bonus, rules.Penalty)):
        count = bonus if isinstance(rule, rules.Bonus) else penalty
        cap = None if rule.cap is None else Fraction(rule.cap)
        return Scored(count(parts[0].actual, Fraction(rule.per_unit), cap))  # pyright: ignore[reportArgumentType]  a bonus has its cap
    return _completed(rule, points, parts)


def _entered(
    rule: rules.Peer | rules.Promotion, points: Fraction, entered: Sequence[Fraction]
) -> Scored:
    if isinstance(rule, rules.Promotion):
        return Scored(ZERO)
    missing = () if entered else ("nothing_entered",)
    return Scored(peer(entered, points, is_trimmed=rule.is_trimmed), warnings=missing)


def _among(rule: rules.RelativeToBest | rules.Efficacy, points: Fraction, part: Measured) -> Scored:
    if isinstance(rule, rules.RelativeToBest):
        return Scored(relative_to_best(part.actual, max(part.field), points))
    equal = ("all_equal",) if min(part.field) == max(part.field) else ()
    share = efficacy(part.actual, part.field, Fraction(rule.span), Fraction(rule.base)) / HUNDRED
    return Scored(share * points, warnings=equal)


def _completed(rule: rules.AnyRule, points: Fraction, parts: Sequence[Measured]) -> Scored:
    rate = sum((_rate(part) * part.weight for part in parts), ZERO)
    if isinstance(rule, rules.Steps):
        table = [(Fraction(step.at_least), Fraction(step.points)) for step in rule.steps]
        return Scored(steps(rate, table), rate)
    if isinstance(rule, rules.Shortfall):
        return Scored(shortfall(rate, Fraction(rule.per), Fraction(rule.deduct), points), rate)
    if isinstance(rule, rules.Quota):
        part, deduct = parts[0], Fraction(rule.deduct)
        return Scored(quota(part.actual, part.target or ZERO, deduct, points), rate)
    cap = Fraction(rule.cap)  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType, reportCallIssue]  R1 to R3, R13
    return Scored(weighted_rates(parts, cap, points), rate)
