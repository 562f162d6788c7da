"""The KPIs once more, in plain Python over plain facts: the API's numbers must agree.

With what locked months make of them: what is new counts today where its own month is locked.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from app.core.clock import today

ZONE = "00000000-0000-0000-0000-000000000000"
STAGES = [
    "identified", "contacted", "negotiating", "pre_signing", "signed",
    "registered", "building", "completed", "producing", "at_capacity",
]  # fmt: skip
PAIRS = [
    "contacted>negotiating", "negotiating>pre_signing", "negotiating>signed",
    "pre_signing>signed", "signed>registered", "registered>producing",
]  # fmt: skip
THRESHOLDS = (100_000_000, 300_000_000, 500_000_000, 1_000_000_000, 5_000_000_000)
MAIN = {"Q03": "100000000", "R07": "negotiating>signed", "T03": "batches"}
FLAGS = {
    (True, True): "both", (True, False): "leading", (False, True): "flagship", (False, False): "",
}  # fmt: skip
FEN = Decimal("0.01")
Key = tuple[str, str, str, str, str, str | None, date]


@dataclass
class Visit:
    day: date
    kind: str
    mechanism: str
    company: str
    guests: int
    people: list[tuple[str, tuple[str, ...]]]  # each with the teams above on that day
    unit: str | None = None  # the combination of its lead


@dataclass
class Traits:
    """What signing keeps of a lead."""

    is_leading: bool = False
    is_flagship: bool = False
    is_internal: bool = False
    has_node: bool = False
    node_status: str | None = None


@dataclass
class Step:
    id: str
    to: str
    amount: Decimal
    owner: tuple[str, tuple[str, ...]]
    credits: list[tuple[str, tuple[str, ...], Decimal]]
    unit: str | None = None
    traits: Traits = field(default_factory=Traits)


@dataclass
class Lead:
    owner: str
    members: list[tuple[str, Decimal]]
    unit: str | None = None
    company: str = ""
    traits: Traits = field(default_factory=Traits)
    steps: list[Step] = field(default_factory=list)

    @property
    def stage(self) -> str:
        return self.steps[-1].to if self.steps else "identified"


@dataclass
class Model:
    """What happened, and what each metric makes of it."""

    teams: dict[str, tuple[str, ...]]  # officer → team and those above it
    visits: dict[str, Visit] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)
    thresholds: tuple[int, ...] = THRESHOLDS
    open_from: date = date.min  # everything before is locked
    held: dict[Key, Decimal] = field(default_factory=dict)
    entries: list[tuple[Key, date, Decimal]] = field(default_factory=list)

    def counted(self) -> dict[Key, Decimal]:
        """What all facts count: subject, scope id, metric, part, dimension, company (T02), day."""
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for visit_id, visit in self.visits.items():
            for scope, metric, part, dimension, quantity in _of_visit(visit):
                company = quantity if metric == "T02" else None
                key = (visit_id, scope, metric, part, dimension, company, visit.day)
                found[key] += 1 if company else quantity
        for lead_id, lead in self.leads.items():
            for scope, metric, part, dimension, quantity in self._of_lead(lead):
                found[lead_id, scope, metric, part, dimension, None, today()] += quantity
        return found

    def _of_lead(self, lead: Lead) -> Iterator[tuple[str, str, str, str, Any]]:
        for step in lead.steps:
            yield from _conversions(lead, step)
            if step.to == "signed":
                yield from _signing(step, self.thresholds)
                yield from _fit(step)

    def post(self) -> None:
        """What is new since the last time counts today where its own month is locked."""
        now = self.counted()
        for key in {*now, *self.held}:
            if missing := now.get(key, Decimal(0)) - self.held.get(key, Decimal(0)):
                day = key[-1] if key[-1] >= self.open_from else today()
                self.entries.append((key, day, missing))
        self.held = now

    def numbers(self, start: date, end: date = date.max) -> dict[tuple[str, str], Any]:
        """By scope id and metric: the headline and the parts that are not zero."""
        totals: dict[Any, Decimal] = defaultdict(Decimal)
        for (_, scope, metric, part, dimension, company, _), day, quantity in self.entries:
            if start <= day <= end:
                totals[scope, metric, part, dimension, company] += quantity
        sums: dict[tuple[str, str], dict[tuple[str, str], Any]] = defaultdict(dict)
        for (scope, metric, part, dimension, company), total in totals.items():
            if company and total > 0:
                sums[scope, metric].setdefault((part, dimension), set()).add(company)
            elif total and not company:
                sums[scope, metric][part, dimension] = total
        return {key: _answer(key[1], held) for key, held in sums.items()}


def _scopes(people: list[tuple[str, tuple[str, ...]]], unit: str | None) -> set[str]:
    return (
        {ZONE}
        | ({unit} if unit else set())
        | {scope for officer, teams in people for scope in (officer, *teams)}
    )


def _of_visit(visit: Visit) -> Iterator[tuple[str, str, str, str, Any]]:
    for scope in _scopes(visit.people, visit.unit):
        yield scope, "T09", "value", visit.kind, 1
        if visit.kind in {"outbound", "local"}:
            yield scope, "T02", "value", "", visit.company
        if visit.kind == "inbound":
            yield scope, "T03", "value", "batches", 1
            yield scope, "T03", "value", "persons", visit.guests
        if visit.mechanism == "leader_led":
            yield scope, "T05", "value", "", 1


def _signing(step: Step, thresholds: tuple[int, ...]) -> Iterator[tuple[str, str, str, str, Any]]:
    parts = [part for part in step.credits if part[2] > 0]
    cuts = [(step.amount * share / 100).quantize(FEN, ROUND_DOWN) for _, _, share in parts]
    cuts[-1] += step.amount - sum(cuts)
    for (officer, teams, share), money in zip(parts, cuts, strict=True):
        for scope in (officer, *teams, *([step.unit] if step.unit else []), ZONE):
            yield scope, "Q02", "value", "", share / 100
            yield scope, "M01", "value", "", money
            if step.traits.is_internal:
                yield scope, "Q12", "value", "", share / 100
            if flags := FLAGS[step.traits.is_leading, step.traits.is_flagship]:
                yield scope, "Q11", "value", flags, share / 100
            for threshold in thresholds:
                if step.amount >= threshold:
                    yield scope, "Q03", "value", str(threshold), share / 100


def _fit(step: Step) -> Iterator[tuple[str, str, str, str, Any]]:
    tops = {"R10": step.traits.has_node, "R11": step.traits.node_status in {"missing", "weak"}}
    for scope in _scopes([step.owner], step.unit):
        for metric, is_top in tops.items():
            yield scope, metric, "denominator", "", 1
            if is_top:
                yield scope, metric, "numerator", "", 1


def _conversions(lead: Lead, step: Step) -> Iterator[tuple[str, str, str, str, Any]]:
    furthest = STAGES.index(lead.stage)
    for pair in PAIRS:
        source, target = pair.split(">")
        if step.to == source:
            for scope in _scopes([step.owner], step.unit):
                yield scope, "R07", "denominator", pair, 1
                if furthest >= STAGES.index(target):
                    yield scope, "R07", "numerator", pair, 1


def _answer(metric: str, held: dict[tuple[str, str], Any]) -> tuple[Any, dict[str, Any]]:
    if metric == "T02":
        return len(held["value", ""]), {}
    if metric in {"R10", "R11"}:
        return _rate(held, ""), {}
    if metric == "R07":
        parts = {pair: _rate(held, pair) for pair in PAIRS if ("denominator", pair) in held}
    else:
        parts = {name: total for (_, name), total in held.items() if name and total}
    plain = held.get(("value", ""), Decimal(0))
    main = parts.get(MAIN[metric]) if metric in MAIN else plain or sum(parts.values())
    return main or (None if metric == "R07" and main is None else 0), parts


def _rate(held: dict[tuple[str, str], Any], pair: str) -> Decimal:
    top = Decimal(held.get(("numerator", pair), 0))
    return (top / held["denominator", pair]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
