"""Ranks and lists of a scored field: pure functions over totals."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from app.models.scoring_lists import (
    AnyCondition,
    ItemBelow,
    ListCondition,
    ListRule,
    Placed,
    TotalBelow,
)


def ranks(totals: Mapping[UUID, Decimal]) -> dict[UUID, int]:
    """Standard competition ranking: ties share a rank and the next ranks are skipped, 1-2-2-4."""
    order = sorted(totals.values(), reverse=True)
    return {subject: order.index(total) + 1 for subject, total in totals.items()}


def listed(
    rules: Sequence[ListRule],
    totals: Mapping[UUID, Decimal],
    shares: Mapping[UUID, Sequence[Decimal]],
) -> dict[UUID, list[ListRule]]:
    """The rules that put each subject on a list. `shares` are its points ÷ full, item by item."""
    up = ranks(totals)
    down = ranks({subject: -total for subject, total in totals.items()})

    def holds(subject: UUID, condition: AnyCondition) -> bool:
        if isinstance(condition, ItemBelow):
            return any(share < condition.share for share in shares[subject])
        if isinstance(condition, TotalBelow):
            return totals[subject] < condition.points
        best = condition.condition in {ListCondition.top, ListCondition.best_share}
        rank = (up if best else down)[subject]
        if isinstance(condition, Placed):
            return rank <= condition.count
        return rank <= condition.share * len(totals)

    return {
        subject: [
            rule
            for rule in rules
            if holds(subject, rule.when)
            and not any(holds(subject, condition) for condition in rule.exclusions)
        ]
        for subject in totals
    }
