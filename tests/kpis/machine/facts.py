"""The facts of a history in plain Python: visits, leads and their moves, papers, money."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

STAGES = [
    "identified", "contacted", "negotiating", "pre_signing", "signed",
    "registered", "building", "completed", "producing", "at_capacity",
]  # fmt: skip
STATUS_AFTER = {
    "suspend": "suspended", "resume": "active", "terminate": "terminated", "reopen": "active",
}  # fmt: skip
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
    agreed: Decimal = Decimal(0)  # its amount, which a signing anew has to name
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
