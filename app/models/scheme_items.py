"""Items of a scheme: what is measured, against what, for how many points, by which rule."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Row, Shape
from app.core.errors import FieldError, Problem, field_error
from app.core.i18n import LANGUAGES, text
from app.core.types import Code, Name, Points, Quantity, Ratio, choice, numeric
from app.models.development_plans import MetricCode
from app.models.scoring_rules import (
    Composite,
    Efficacy,
    Scoring,
    Steps,
    percent,
    plain,
    rule_text,
)

_HALF, _HUNDRED = Decimal("0.5"), Decimal(100)


class KpiDimension(Code):
    """项目数量, 工作业绩, 质量效果: what pay is built on."""

    quantity = "quantity"
    performance = "performance"
    quality = "quality"


class TargetSource(Code):
    """Where a measure's target comes from."""

    given = "given"
    kpi_targets = "kpi_targets"


Part = Annotated[str, Bounded(max_length=100, pattern=r"^[A-Za-z0-9_>.-]+$")]


class Measure(Shape):
    """A metric, or one dimension of it, with a target in the metric's unit.

    `targets` by subject come before `target_value` for all. From `kpi_targets` is taken what the
    subject is to reach with the whole metric in the scheme's year, as known when it is scored.
    """

    metric: MetricCode
    dimension: Part | None = None
    weight: Ratio | None = None
    target_source: TargetSource = TargetSource.given
    target_value: Quantity | None = None
    targets: dict[UUID, Quantity] = Bounded(default={}, max_length=500)

    def target(self, subject_id: UUID) -> Decimal | None:
        """What is given for a subject to reach; None where that is nothing above 0."""
        value = self.targets.get(subject_id, self.target_value)
        return value or None

    @property
    def is_planned(self) -> bool:
        """Whether the target is that of `kpi_targets`."""
        return self.target_source is TargetSource.kpi_targets

    def faults(self, at: str) -> Iterator[FieldError]:
        """A planned target has one value, and is that of the whole metric."""
        if self.is_planned and (self.targets or self.target_value is not None):
            yield field_error(f"{at}/target_source", "target_given_twice")
        if self.is_planned and self.dimension is not None:
            yield field_error(f"{at}/dimension", "target_of_whole_metric")


class Item(Shape):
    """One line of a scheme. A rule that no metric feeds (`peer`, `promotion`) has no measures."""

    name: Name
    kpi_dimension: KpiDimension
    points: Points = Decimal(0)
    scoring: Scoring
    measures: list[Measure] = Bounded(default=[], max_length=20)
    floor: Points | None = None
    cap: Points | None = None

    def weight(self, place: int) -> Decimal:
        """A measure's part of the item, 0 to 1."""
        given = self.measures[place].weight
        if given is not None:
            return given
        return _HALF if isinstance(self.scoring, Composite) else Decimal(1)

    def faults(self, at: str) -> Iterator[FieldError]:
        """What keeps the item, at a pointer, from being published."""
        least, most = self.scoring.measures
        if not least <= len(self.measures) <= most:
            yield field_error(f"{at}/measures", "measure_count", least=least, most=most, **self._my)
        for place, measure in enumerate(self.measures):
            yield from measure.faults(f"{at}/measures/{place}")
        weights = sum((self.weight(place) for place in range(len(self.measures))), Decimal(0))
        if self.measures and weights != 1:
            yield field_error(f"{at}/measures", "measure_weights_sum", total=weights, **self._my)
        if self.scoring.is_weighted is not bool(self.points):
            code = "points_missing" if self.scoring.is_weighted else "points_outside_total"
            yield field_error(f"{at}/points", code, **self._my)
        steps = self.scoring.steps if isinstance(self.scoring, Steps) else []
        if any(step.points > self.points for step in steps):
            yield field_error(f"{at}/scoring/steps", "steps_above_points", **self._my)
        if isinstance(self.scoring, Efficacy) and self.scoring.base + self.scoring.span != _HUNDRED:
            yield field_error(f"{at}/scoring/span", "efficacy_sum", **self._my)
        if self.floor is not None and self.cap is not None and self.cap < self.floor:
            yield field_error(f"{at}/cap", "cap_below_floor", **self._my)

    def rule_text(self) -> dict[str, str]:
        """The rule with its measures' weights and the item's own limits, in both languages."""
        said = rule_text(self.scoring, self.points)
        return {lang: said[lang] + "".join(self._limits(lang)) for lang in LANGUAGES}

    def _limits(self, lang: str) -> Iterator[str]:
        if len(self.measures) > 1:
            parts = [
                f"{text('metrics', measure.metric, lang=lang)} {percent(self.weight(place))}"
                for place, measure in enumerate(self.measures)
            ]
            yield text("rule_texts", "weights", {"weights": " + ".join(parts)}, lang=lang)
        for name, value in (("floor", self.floor), ("most", self.cap)):
            if value is not None:
                yield text("rule_texts", name, {"points": plain(value)}, lang=lang)

    def bounded(self, points: Decimal) -> Decimal:
        """Points within the item's own floor and cap."""
        points = points if self.floor is None else max(points, self.floor)
        return points if self.cap is None else min(points, self.cap)

    def check_points(self, points: Decimal) -> None:
        """422 for points that the item cannot give to anybody, whatever the numbers are."""
        least, most = map(self.bounded, self.scoring.reach(self.points))
        if not least <= points <= most:
            more = {"least": f"{least:.2f}", "most": f"{most:.2f}", **self._my}
            raise Problem(
                "invalid_values", errors=[field_error("/points", "points_beyond", **more)]
            )

    @property
    def _my(self) -> dict[str, str]:
        return {"name": self.name}


class SchemeItem(Row, table=True):
    """One line as kept; `rule_text` is made from the rule whenever it is written."""

    __tablename__ = "scheme_items"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_scheme_items_place", "scheme_id", "place", unique=True),
    )

    scheme_id: UUID = Field(foreign_key="schemes.id")
    place: int
    name: str
    kpi_dimension: KpiDimension = Field(sa_type=choice(KpiDimension))
    points: Decimal = Field(sa_type=numeric(8, 2))
    scoring: dict[str, Any] = Field(sa_type=JSONB)
    measures: list[dict[str, Any]] = Field(sa_type=JSONB)
    floor: Decimal | None = Field(default=None, sa_type=numeric(8, 2))
    cap: Decimal | None = Field(default=None, sa_type=numeric(8, 2))
    rule_text: dict[str, str] = Field(sa_type=JSONB)

    @classmethod
    def of(cls, item: Item, scheme_id: UUID, place: int) -> "SchemeItem":
        """The row of an item; decimals in JSON are strings."""
        return cls(
            scheme_id=scheme_id,
            place=place,
            **item.model_dump(include={"name", "kpi_dimension", "points", "floor", "cap"}),
            scoring=item.scoring.model_dump(mode="json"),
            measures=[measure.model_dump(mode="json") for measure in item.measures],
            rule_text=item.rule_text(),
        )

    def item(self) -> Item:
        """The item as it was given."""
        return Item.model_validate(self.model_dump(include=set(Item.model_fields)))


class SchemeItemRead(ReadShape):
    """An item as answered: what was given, so that it can be given back."""

    table: ClassVar[type[SQLModel]] = SchemeItem
    name: str
    kpi_dimension: KpiDimension
    points: Points
    scoring: Scoring
    measures: list[Measure]
    floor: Points | None
    cap: Points | None


class RuleTextRead(ReadShape):
    """The words of an item's rule, in both languages."""

    table: ClassVar[type[SQLModel]] = SchemeItem
    place: int
    name: str
    rule_text: dict[str, str]


def sum_faults(items: list[Item], total: Decimal) -> Iterator[FieldError]:
    """Where the points stop being the scheme's total: the item that goes beyond it, or the last."""
    run, last = Decimal(0), len(items) - 1
    reached = [run := run + item.points for item in items]
    if run != total:
        beyond = next((place for place, sum_ in enumerate(reached) if sum_ > total), last)
        name = items[beyond].name if items else "-"
        pointer = f"/items/{max(beyond, 0)}/points"
        yield field_error(pointer, "points_sum", total=run, expected=total, name=name)
