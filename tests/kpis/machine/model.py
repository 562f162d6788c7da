"""The numbers that follow from the facts of a history: the API's must agree.

With what locked months make of them: what is new counts today where its own month is locked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import Capital, Lead, Money, Paper, Promise, Visit

ZONE = "00000000-0000-0000-0000-000000000000"
CREDITED = "credited"  # the zone's other total
PAIRS = [
    "contacted>negotiating", "negotiating>pre_signing", "negotiating>signed",
    "pre_signing>signed", "signed>registered", "registered>producing",
]  # fmt: skip
THRESHOLDS = (100_000_000, 300_000_000, 500_000_000, 1_000_000_000, 5_000_000_000)
MAIN = {"Q03": "100000000", "R07": "negotiating>signed", "T03": "batches"}
# Ratios without parts; R07 has one per pair of stages.
RATES = {"M07", "P08", "R01", "R02", "R04", "R05", "R10", "R11"}
Key = tuple[str, str, str, str, str, str | None, date]


@dataclass
class Model:
    """What happened, and what each metric makes of it."""

    teams: dict[str, tuple[str, ...]]  # officer → team and those above it
    visits: dict[str, Visit] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    thresholds: tuple[int, ...] = THRESHOLDS
    capital: Capital = field(default_factory=Capital)
    open_from: date = date.min  # everything before is locked
    held: dict[Key, Decimal] = field(default_factory=dict)
    entries: list[tuple[Key, date, Decimal]] = field(default_factory=list)

    def is_held(self, promise: Promise) -> bool:
        """Whether the paper is there by now."""
        return Paper(promise.lead, promise.kind) in self.papers

    def overdue(self, lead_id: str) -> list[Promise]:
        """What stands before the next gate of a lead."""
        return [
            promise
            for promise in self.promises
            if promise.lead == lead_id
            and promise.is_approved
            and promise.day < today()
            and not self.is_held(promise)
        ]

    def mature(self) -> None:
        """A night: what passed is noted once and stays; what came since is late."""
        for lead_id, lead in self.leads.items():
            if lead.status == "active":
                for promise in self.overdue(lead_id):
                    promise.passed_on = promise.passed_on or promise.day
        for promise in self.promises:
            promise.is_late |= promise.passed_on is not None and self.is_held(promise)

    def post(self, now: dict[Key, Decimal]) -> None:
        """What is new since the last time counts today where its own month is locked."""
        for key in {*now, *self.held}:
            if missing := now.get(key, Decimal(0)) - self.held.get(key, Decimal(0)):
                day = key[-1] if key[-1] >= self.open_from else today()
                self.entries.append((key, day, missing))
        self.held = now

    def numbers(self, start: date, end: date = date.max) -> dict[tuple[str, str], Any]:
        """By scope id and metric: the headline and the parts that are not zero."""
        totals: dict[Any, Decimal] = defaultdict(Decimal)
        for (_, scope, metric, part, dimension, company, fact_on), day, quantity in self.entries:
            since = fact_on if metric in {*RATES, "R07"} else day
            if start <= since <= day <= end:
                totals[scope, metric, part, dimension, company] += quantity
        sums: dict[tuple[str, str], dict[tuple[str, str], Any]] = defaultdict(dict)
        for (scope, metric, part, dimension, company), total in totals.items():
            if company and total > 0:
                sums[scope, metric].setdefault((part, dimension), set()).add(company)
            elif total and not company:
                sums[scope, metric][part, dimension] = total
        return {key: _answer(key[1], held) for key, held in sums.items()}


def _answer(metric: str, held: dict[tuple[str, str], Any]) -> tuple[Any, dict[str, Any]]:
    if metric == "T02":
        return len(held["value", ""]), {}
    if metric in RATES:
        return _rate(held, ""), {}
    if metric == "R07":
        rates = {pair: _rate(held, pair) for pair in PAIRS if ("denominator", pair) in held}
        return rates.get(MAIN[metric]), rates
    parts = {name: total for (_, name), total in held.items() if name and total}
    plain = held.get(("value", ""), Decimal(0))
    main = parts.get(MAIN[metric]) if metric in MAIN else plain or sum(parts.values())
    return main or 0, parts


def _rate(held: dict[tuple[str, str], Any], pair: str) -> Decimal | None:
    top, bottom = Decimal(held.get(("numerator", pair), 0)), held.get(("denominator", pair))
    return (top / bottom).quantize(Decimal("0.0001"), ROUND_HALF_UP) if bottom else None
