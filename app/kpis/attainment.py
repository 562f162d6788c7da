"""How much of a target is reached, and whether that is ahead of the year.

Nothing is rounded but what is printed: fractions go in and come out, half a digit is half a digit.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

Exact = Decimal | Fraction
_HALF, _HUNDRED = Fraction(1, 2), Decimal(100)


def rounded(value: Exact, decimals: int) -> Decimal:
    """Half up, as officials round; what rounds to nothing has no sign."""
    with localcontext(prec=60):
        if isinstance(value, Decimal):
            return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
        units = int(abs(value) * 10**decimals + _HALF)
        return Decimal(units if value > 0 else -units).scaleb(-decimals)


def percent(numerator: Exact, denominator: Exact, decimals: int = 1) -> str | None:
    """A rate as it is printed: `98.8 %`; none where there is nothing to divide by."""
    if not denominator:
        return None
    return f"{rounded(Fraction(numerator) / Fraction(denominator) * 100, decimals)} %"


def attainment(value: Exact, target: Decimal) -> Fraction | None:
    """M08: value ÷ target, unrounded; none without a target."""
    return Fraction(value) / Fraction(target) if target else None


def expected(months: int, weights: Sequence[Decimal] = ()) -> Fraction:
    """The part of a year's target that is due by the end of a month: 0 to 1.

    `weights` are percentages of the twelve months; without them the year is linear.
    """
    if not weights:
        return Fraction(months, 12)
    return Fraction(sum(weights[:months], Decimal(0)) / _HUNDRED)


def schedule_gap(attained: Exact, months: int, weights: Sequence[Decimal] = ()) -> Decimal:
    """M09: percentage points ahead (positive) or behind, to two decimals half up."""
    return rounded((Fraction(attained) - expected(months, weights)) * 100, 2)
