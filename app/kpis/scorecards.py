"""Cards of a whole field of subjects from their numbers: pure, so that a dry run is a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from app.core.errors import FieldError, field_error
from app.kpis.attainment import rounded
from app.kpis.numbers import Number, Numbers
from app.kpis.rankings import listed, ranks
from app.kpis.scoring import ZERO, Measured, Scored, grade_of, printed, promoted, score
from app.models.scheme_items import Item, Measure, SchemeItem
from app.models.schemes import Scheme
from app.models.scorecard_inputs import InputKind, ScorecardInput
from app.models.scorecards import Listing, MeasureLine, ScoredSubject, ScoreLine, Snapshot
from app.models.scoring_lists import ListRule, condition_text
from app.models.scoring_rules import Promotion

_ZERO = Decimal(0)


class Goal(NamedTuple):
    """What a measure is to reach, and which version of the KPI target says so."""

    value: Decimal | None
    version: int | None = None


_NO_GOAL = Goal(None)
# What the scheme's year asks for: by subject and metric.
Goals = Mapping[tuple[UUID, str], Goal]


@dataclass
class Field:
    """Everybody who is scored, by which scheme, from which numbers, entries and KPI targets."""

    scheme: Scheme
    rows: Sequence[SchemeItem]
    subjects: Sequence[ScoredSubject]
    numbers: Numbers
    inputs: Sequence[ScorecardInput] = ()
    goals: Goals = field(default_factory=dict)
    faults: list[FieldError] = field(default_factory=list)
    _fields: dict[tuple[str, str | None], tuple[Fraction, ...]] = field(default_factory=dict)

    def snapshots(self) -> list[Snapshot]:
        """The card of every subject, by rank; `faults` name the items that cannot be scored."""
        items = [row.item() for row in self.rows]
        lines = {s.id: self._lines(s, items) for s in self.subjects}
        if self.faults:
            return []
        totals = {s: sum((Decimal(li.points) for li in ls), _ZERO) for s, ls in lines.items()}
        rules = [ListRule.model_validate(rule) for rule in self.scheme.lists]
        found = listed(rules, totals, {s: _shares(items, ls) for s, ls in lines.items()})
        places = ranks(totals)
        cards = [
            Snapshot(
                scheme_id=self.scheme.id,
                scheme_name=self.scheme.name,
                period=f"{self.numbers.days.start}..{self.numbers.days.end}",
                as_of=self.numbers.as_of,
                subject=subject,
                lines=lines[subject.id],
                total=f"{totals[subject.id]:.2f}",
                rank=places[subject.id],
                subject_count=len(totals),
                grade=self._grade(subject, items, totals[subject.id]),
                listings=[_listing(rule) for rule in found[subject.id]],
            )
            for subject in self.subjects
        ]
        return sorted(cards, key=lambda card: (card.rank, card.subject.name, card.subject.id))

    def _lines(self, subject: ScoredSubject, items: list[Item]) -> list[ScoreLine]:
        pairs = enumerate(zip(items, self.rows, strict=True))
        return [self._line(subject, place, item, row) for place, (item, row) in pairs]

    def _line(self, subject: ScoredSubject, place: int, item: Item, row: SchemeItem) -> ScoreLine:
        numbers = [self.numbers.of(subject.id, m.metric, m.dimension) for m in item.measures]
        entries = self._entries(subject.id, place)
        entered = [e.value for e in entries if e.kind is not InputKind.correction]
        found = self._scored(subject, place, item, numbers, entered)
        correction = next((e for e in entries if e.kind is InputKind.correction), None)
        return ScoreLine(
            place=place,
            name=item.name,
            kpi_dimension=item.kpi_dimension,
            rule=item.scoring.rule,
            rule_text=row.rule_text,
            full_points=f"{item.points:.2f}",
            rate=None if found.rate is None else f"{rounded(found.rate, 4)}",
            points=f"{correction.value if correction else item.bounded(printed(found.points)):.2f}",
            measures=[
                _measure_line(measure, number, self._goal(measure, subject.id))
                for measure, number in zip(item.measures, numbers, strict=True)
            ],
            entered=[f"{value:.2f}" for value in entered],
            correction=correction.reason if correction else None,
            warnings=_warnings(found, numbers) + self._unset(subject, item) + self._unheard(item),
        )

    def _scored(
        self,
        subject: ScoredSubject,
        place: int,
        item: Item,
        numbers: list[Number],
        entered: list[Decimal],
    ) -> Scored:
        parts = [
            Measured(
                number.actual or ZERO,
                None if (goal := self._goal(measure, subject.id).value) is None else Fraction(goal),
                Fraction(item.weight(at)),
                self._all(measure),
            )
            for at, (measure, number) in enumerate(zip(item.measures, numbers, strict=True))
        ]
        try:
            return score(item.scoring, item.points, parts, entered)
        except ValueError:
            self._miss(place, item, subject)
            return Scored(ZERO)

    def _miss(self, place: int, item: Item, subject: ScoredSubject) -> None:
        pointer = f"/items/{place}/measures"
        if pointer not in {fault.pointer for fault in self.faults}:
            words = {"name": item.name, "subject": subject.name}
            self.faults.append(field_error(pointer, "target_missing", **words))

    def _goal(self, measure: Measure, subject_id: UUID) -> Goal:
        if measure.is_planned:
            return self.goals.get((subject_id, measure.metric), _NO_GOAL)
        return Goal(measure.target(subject_id))

    def _unset(self, subject: ScoredSubject, item: Item) -> list[str]:
        """A rule that needs no target is scored without; the card says that none is set."""
        planned = [measure for measure in item.measures if measure.is_planned]
        is_set = all(self._goal(measure, subject.id).value for measure in planned)
        return [] if is_set else ["target_missing"]

    def _unheard(self, item: Item) -> list[str]:
        """A dimension in which nobody counts anything may be one that no definition knows."""
        of_parts = [measure for measure in item.measures if measure.dimension is not None]
        return [] if all(any(self._all(measure)) for measure in of_parts) else ["nothing_counted"]

    def _all(self, measure: Measure) -> tuple[Fraction, ...]:
        """The least and the most that anybody has: the field that relative rules look at."""
        key = (measure.metric, measure.dimension)
        if key not in self._fields:
            numbers = [self.numbers.of(subject.id, *key) for subject in self.subjects]
            held = [number.actual or ZERO for number in numbers]
            self._fields[key] = min(held), max(held)
        return self._fields[key]

    def _entries(self, subject_id: UUID, place: int) -> list[ScorecardInput]:
        """Entries for an item of a subject, the newest first."""
        mine = [e for e in self.inputs if (e.subject_id, e.place) == (subject_id, place)]
        return sorted(mine, key=lambda e: e.id, reverse=True)

    def _grade(self, subject: ScoredSubject, items: list[Item], total: Decimal) -> str | None:
        grades = [(g["name"], Decimal(g["at_least"])) for g in self.scheme.grades]
        grade = grade_of(total, grades)
        order = [name for name, _ in sorted(grades, key=lambda pair: -pair[1])]
        for place, item in enumerate(items):
            entries = self._entries(subject.id, place)
            if isinstance(item.scoring, Promotion) and any(e.value for e in entries):
                grade = promoted(grade, item.scoring.grade, order)
        return grade


def _measure_line(measure: Measure, number: Number, goal: Goal) -> MeasureLine:
    return MeasureLine(
        metric=measure.metric,
        dimension=measure.dimension,
        actual=number.printed,
        numerator=number.numerator,
        denominator=number.denominator,
        target=None if goal.value is None else f"{goal.value:.4f}",
        target_version=goal.version,
        unit=number.unit,
        definition_id=number.definition_id,
        drill=number.drill,
    )


def _warnings(found: Scored, numbers: list[Number]) -> list[str]:
    empty = ["denominator_zero"] if any(number.actual is None for number in numbers) else []
    return [*found.warnings, *empty]


def _shares(items: list[Item], lines: list[ScoreLine]) -> list[Decimal]:
    """Points ÷ full points of every item that is part of the total."""
    pairs = zip(items, lines, strict=True)
    return [Decimal(line.points) / item.points for item, line in pairs if item.points]


def _listing(rule: ListRule) -> Listing:
    return Listing(colour=rule.colour, name=rule.name, reason=condition_text(rule.when))
