"""How much of a target is reached, and whether that is ahead of the year."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

_HUNDRED = Decimal(100)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, as officials round; what rounds to nothing has no sign."""
    with localcontext(prec=60):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def percent(numerator: Decimal, denominator: Decimal, decimals: int = 1) -> str | None:
    """A rate as it is printed: `98.8 %`; none where there is nothing to divide by."""
    if not denominator:
        return None
    with localcontext(prec=60):
        return f"{rounded(numerator / denominator * _HUNDRED, decimals)} %"


def attainment(value: Decimal, target: Decimal) -> Decimal | None:
    """M08: value ÷ target, unrounded; none without a target."""
    return value / target if target else None


def expected(months: int, weights: Sequence[Decimal] = ()) -> Decimal:
    """The part of a year's target that is due by the end of a month: 0 to 1.

    `weights` are percentages of the twelve months; without them the year is linear.
    """
    if not weights:
        return Decimal(months) / 12
    return sum(weights[:months], Decimal(0)) / _HUNDRED


def schedule_gap(attained: Decimal, months: int, weights: Sequence[Decimal] = ()) -> Decimal:
    """M09: percentage points ahead (positive) or behind, to two decimals half up."""
    return rounded((attained - expected(months, weights)) * _HUNDRED, 2)
