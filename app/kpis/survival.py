"""How long something lasts where some of it still goes on.

E. L. Kaplan, P. Meier: Nonparametric Estimation from Incomplete Observations, JASA 53 (1958).
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple


class Step(NamedTuple):
    """The part that lasts longer than `days`, from then on until the next step."""

    days: int
    survival: Fraction

    @property
    def as_decimal(self) -> Decimal:
        """The part, to many more digits than are shown."""
        return Decimal(self.survival.numerator) / Decimal(self.survival.denominator)


def kaplan_meier(stays: Iterable[tuple[int, bool]]) -> list[Step]:
    """A step at every duration at which one ended; a stay is its days and whether it ended.

    One that was only seen so long counts as at risk on its last day and no longer.
    """
    stays = list(stays)
    ends = Counter(days for days, has_ended in stays if has_ended)
    survival, steps = Fraction(1), list[Step]()
    for days in sorted(ends):
        at_risk = sum(seen >= days for seen, _ in stays)
        survival *= 1 - Fraction(ends[days], at_risk)
        steps.append(Step(days, survival))
    return steps


def median(steps: Iterable[Step]) -> int | None:
    """The first duration that no more than half outlast; none where more than half always do."""
    return next((days for days, survival in steps if survival <= Fraction(1, 2)), None)
