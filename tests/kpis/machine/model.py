"""The facts of a history in plain Python, and the numbers that follow: the API's must agree.

With what locked months make of them: what is new counts today where its own month is locked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.clock import today

ZONE = "00000000-0000-0000-0000-000000000000"
CREDITED = "credited"  # the zone's other total
STAGES = [
    "identified", "contacted", "negotiating", "pre_signing", "signed",
    "registered", "building", "completed", "producing", "at_capacity",
]  # fmt: skip
STATUS_AFTER = {
    "suspend": "suspended", "resume": "active", "terminate": "terminated", "reopen": "active",
}  # fmt: skip
PAIRS = [
    "contacted>negotiating", "negotiating>pre_signing", "negotiating>signed",
    "pre_signing>signed", "signed>registered", "registered>producing",
]  # fmt: skip
THRESHOLDS = (100_000_000, 300_000_000, 500_000_000, 1_000_000_000, 5_000_000_000)
MAIN = {"Q03": "100000000", "R07": "negotiating>signed", "T03": "batches"}
# Ratios without parts; R07 has one per pair of stages.
RATES = {"M07", "P08", "R01", "R02", "R04", "R05", "R10", "R11"}
Key = tuple[str, str, str, str, str, str | None, date]
Placed = tuple[str, tuple[str, ...]]  # an officer and the teams above on that day
Share = tuple[str, tuple[str, ...], Decimal]


@dataclass
class Visit:
    day: date
    kind: str
    mechanism: str
    company: str
    guests: int
    people: list[Placed]
    unit: str | None = None  # the combination of its lead


@dataclass(frozen=True)
class ZoneCredit:
    """Whether a lead lies in the zone, and what percentage of it is credited there."""

    is_located: bool = True
    share: Decimal = Decimal(100)


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
    """A move: `to` is the stage entered or what became of the lead."""

    id: str
    to: str
    amount: Decimal
    owner: Placed
    credits: list[Share]
    unit: str | None = None
    traits: Traits = field(default_factory=Traits)
    reason: str = ""
    zone: ZoneCredit = ZoneCredit()
    day: date = date.min


@dataclass
class Supplement:
    """What was agreed on top of a signing."""

    amount: Decimal
    credits: list[Share]
    is_active: bool = True


@dataclass
class Lead:
    owner: str
    members: list[tuple[str, Decimal]]
    unit: str | None = None
    company: str = ""
    traits: Traits = field(default_factory=Traits)
    zone: ZoneCredit = ZoneCredit()
    received: date = date.min
    track: str = "construction"
    steps: list[Step] = field(default_factory=list)
    reversed: list[Step] = field(default_factory=list)
    agreement: str | None = None  # the investment agreement in force
    supplements: dict[str, Supplement] = field(default_factory=dict)
    is_merged: bool = False

    @property
    def stage(self) -> str:
        """The furthest: what is completed after production began stays beside the way."""
        return max((step.to for step in self.milestones), key=STAGES.index, default="identified")

    @property
    def milestones(self) -> list[Step]:
        return [step for step in self.steps if step.to in STAGES]

    @property
    def status(self) -> str:
        if self.is_merged:
            return "merged"
        moves = [STATUS_AFTER[step.to] for step in self.steps if step.to in STATUS_AFTER]
        return moves[-1] if moves else "active"

    @property
    def signing(self) -> Step:
        return next(step for step in self.milestones if step.to == "signed")

    def has(self, stage: str) -> bool:
        return any(step.to == stage for step in self.milestones)


@dataclass
class Paper:
    """A document at a lead."""

    lead: str
    kind: str


@dataclass
class Promise:
    """A paper promised with a move; `lead` is where it lies, `of` whose move it was."""

    lead: str
    of: Lead
    step: Step
    kind: str
    day: date
    passed_on: date | None = None  # as a night has found it
    is_late: bool = False

    @property
    def is_approved(self) -> bool:
        """As good as its move."""
        return self.step not in self.of.reversed


@dataclass
class Money:
    """An arrival (M02 to M04, M07, R01, R05), foreign capital (M05) or fixed investment (M06)."""

    noun: str
    lead: str
    day: date
    amount: Decimal  # in the metric's currency
    region: str | None = None
    ultimate: str | None = None
    kind: str = "fixed"
    tags: tuple[str, ...] = ()
    is_in_statistics: bool = True
    unit: str | None = None
    is_key_chain: bool = False
    credits: list[Share] = field(default_factory=list)
    is_recognised: bool = False
    zone: ZoneCredit = ZoneCredit()
    signed_on: date = date.min


@dataclass(frozen=True)
class Capital:
    """What M02 counts this year."""

    digits: str = "5301"
    of_ultimate: bool = False
    on_recognition: bool = False
    kinds: tuple[str, ...] = ("fixed", "working")
    excluded: tuple[str, ...] = ()


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
