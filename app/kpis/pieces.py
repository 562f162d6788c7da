"""A summary's JSON from rows of sums: the constant pieces are cut out of the answer's own shapes.

The shapes are written once per metric, with marks where a row's values go, and cut at the marks; a
number is then a join of strings. Dumping each number by its shape would take ten times as long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.kpis.attainment import rounded
from app.kpis.metrics import Aggregation, Metric
from app.kpis.units import display
from app.kpis.window import Window
from app.models.kpis import KpiPart, KpiStatus, KpiUnits, KpiValue
from app.models.ledger_entries import Scope

# A mark that stands for text keeps its quotes; one that may become null brings its own.
_TEXT, _NULLABLE = "~~", "~null~"
_SOMEBODY = UUID(int=2**128 - 1)
# Money to the fen, shares of a lead to the ten-thousandth; all else is counted in wholes.
_DECIMALS = {
    "CNY": 2, "USD": 2, "CNY_per_mu": 2, "mu": 4, "leads": 4, "rate": 4, "leads_per_event": 4,
}  # fmt: skip
# Place of the metric, dimension, value; of ratios also numerator and denominator. The dimension is
# empty on the number itself, the value where a ratio has none.
Cell = Sequence[str]


def written(unit: str, quantity: Decimal) -> str:
    """A quantity with the decimals of its unit, half up."""
    return str(rounded(quantity, _DECIMALS.get(unit, 0)))


def decimals_of(metric: Metric) -> int:
    """Of the metric's unit."""
    return _DECIMALS.get(metric.unit, 0)


def part_decimals_of(metric: Metric) -> tuple[int, int]:
    """Of a ratio's numerator and denominator."""
    top, bottom = metric.numerator_unit, metric.denominator_unit
    return _DECIMALS.get(top, 0), _DECIMALS.get(bottom, 0)


@dataclass(frozen=True)
class Pieces:
    """One metric in one window: how its number and the parts of it are written."""

    place: str
    metric: Metric
    scope: Scope
    window: Window
    is_broken_down: bool
    units: KpiUnits | None = None

    @cached_property
    def is_ratio(self) -> bool:
        """Whether the number is a rate."""
        return self.metric.aggregation is Aggregation.ratio

    @property
    def is_distinct(self) -> bool:
        """Whether the number counts companies."""
        return self.metric.aggregation is Aggregation.distinct_companies

    @property
    def decimals(self) -> int:
        """Of the unit."""
        return decimals_of(self.metric)

    @property
    def part_decimals(self) -> tuple[int, int]:
        """Of a ratio's numerator and denominator."""
        return part_decimals_of(self.metric)

    @cached_property
    def nothing(self) -> Cell:
        """The number of a subject without entries."""
        if self.is_ratio:
            top, bottom = self.part_decimals
            return ("", "", "", f"{0:.{top}f}", f"{0:.{bottom}f}")
        return ("", "", f"{0:.{self.decimals}f}")

    @cached_property
    def _number(self) -> list[str]:
        """Cut at value, numerator, denominator, reason (these three of ratios only), subject."""
        ratio = {"numerator": _TEXT, "denominator": _TEXT, "reason": _NULLABLE}
        shape = KpiValue(
            metric=self.metric.code,
            value=_NULLABLE if self.is_ratio else _TEXT,
            unit=self.metric.unit,
            definition_id=self.metric.definition_id,
            status=KpiStatus.closed if self.window.is_closed else KpiStatus.open,
            credit_mode=self.metric.credit_mode.value,
            drill=self._drill,
            **(ratio if self.is_ratio else {}),  # pyright: ignore[reportArgumentType]  text all
        )
        return _cut(shape)

    @property
    def _drill(self) -> str:
        if self.is_distinct:
            return self.window.companies(self.metric.code, self.scope, _SOMEBODY)
        more = {"dimension": self.metric.main} if self.metric.main else {}
        return self.window.drill(self.metric.code, self.scope, _SOMEBODY, **more)

    @cached_property
    def _part(self) -> list[str]:
        """Cut at dimension, value, numerator and denominator (of ratios), subject, dimension."""
        ratio = {"numerator": _TEXT, "denominator": _TEXT}
        shape = KpiPart(
            dimension=_TEXT,
            value=_NULLABLE if self.is_ratio else _TEXT,
            drill=self.window.drill(self.metric.code, self.scope, _SOMEBODY, dimension=_TEXT),
            **(ratio if self.is_ratio else {}),  # pyright: ignore[reportArgumentType]  text all
        )
        return _cut(shape)

    def number(self, subject: str, cell: Cell, cells: Sequence[Cell]) -> str:
        """The number of one subject; its parts, where they were asked for, are among `cells`."""
        if not self.is_ratio:
            first, second, last = self._number
            text = self._shown(f"{first}{cell[2]}{second}{subject}{last}", cell[2])
        else:
            _, _, value, top, bottom = cell
            reason = "null" if value else '"denominator_zero"'
            text = _join(self._number, _quoted(value), top, bottom, reason, subject)
        if not self.is_broken_down:
            return text
        parts = [self._slice(subject, c) for c in cells if c[0] == self.place and c[1]]
        return f'{text[:-1]},"breakdown":[{",".join(parts)}]}}'

    def _slice(self, subject: str, cell: Cell) -> str:
        _, dimension, value, *ratio = cell
        value = _quoted(value) if self.is_ratio else value
        escaped = dimension.replace(">", "%3E")
        text = _join(self._part, dimension, value, *ratio, subject, escaped)
        return text if self.is_ratio else self._shown(text, value)

    def _shown(self, text: str, value: str) -> str:
        """The number with its display text, where its unit has one."""
        shown = display(value, self.metric.unit, self.units) if self.units else None
        return f'{text[:-1]},"display":"{shown}"}}' if shown else text


def _cut(shape: BaseModel) -> list[str]:
    """The JSON of a shape around its marks, without what this metric does not carry."""
    text = shape.model_dump_json(exclude_unset=True)
    return text.replace(str(_SOMEBODY), _TEXT).replace(f'"{_NULLABLE}"', _TEXT).split(_TEXT)


def _join(pieces: list[str], *values: str) -> str:
    marked = (f"{piece}{value}" for piece, value in zip(pieces, values, strict=False))
    return f"{''.join(marked)}{pieces[-1]}"


def _quoted(value: str) -> str:
    return f'"{value}"' if value else "null"


def row_json(row: Any, metrics: Sequence[Pieces]) -> str:
    """One subject (`id`, `name`, `team_id`) with its `cells`, as a `KpiRow` in JSON."""
    subject, cells = str(row["id"]), row["cells"]
    found = [cell.split("\x1f") for cell in cells.split("\x1e")] if cells else []
    numbers = {cell[0]: cell for cell in found if not cell[1]}
    written = [
        pieces.number(subject, numbers.get(pieces.place) or pieces.nothing, found)
        for pieces in metrics
    ]
    team = f'"{row["team_id"]}"' if row["team_id"] else "null"
    name = encode_basestring(row["name"])
    return (
        f'{{"subject":{{"id":"{subject}","name":{name},"team_id":{team}}},'
        f'"values":[{",".join(written)}]}}'
    )
