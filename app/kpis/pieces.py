"""A summary's JSON from columns of sums: what stays the same is cut out of the answer's own shapes.

Each metric's shape is written once, with marks where a subject's values go. What a whole row shows
around its values is one template, filled per subject; dumping each number by its shape would take
thirty times as long.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from pydantic import BaseModel

from app.kpis.attainment import rounded
from app.kpis.metrics import Aggregation, Metric
from app.kpis.units import display
from app.kpis.window import Window
from app.models.kpis import KpiPart, KpiStatus, KpiUnits, KpiValue
from app.models.ledger_entries import Scope

# Marks: of text, which keeps its quotes, and of what may become null and brings its own.
_TEXT, _NULLABLE = "~~", "~null~"
_SOMEBODY = UUID(int=2**128 - 1)
# Stands for the subject's id, and never in JSON.
_ID = b"\x1d"
_RECORD, _UNIT = b"\x1e", b"\x1f"
# Money to the fen, shares of a lead to the ten-thousandth; all else is counted in wholes.
_DECIMALS = {
    "CNY": 2, "USD": 2, "CNY_per_mu": 2, "mu": 4, "leads": 4, "rate": 4, "leads_per_event": 4,
}  # fmt: skip
# A number as text; of ratios as JSON (quoted, or null), then numerator and denominator.
Cell = tuple[bytes, ...]
Cells = dict[bytes, Cell]


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
        return self.metric.is_ratio

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

    @property
    def nothing(self) -> Cell:
        """The number of a subject without entries."""
        if self.is_ratio:
            top, bottom = self.part_decimals
            return b"null", _zero(top), _zero(bottom)
        return (_zero(self.decimals),)

    @cached_property
    def template(self) -> bytes:
        """With places for value, numerator, denominator, reason (of ratios alone), and more."""
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
        return _template(shape)

    @property
    def _drill(self) -> str:
        if self.is_distinct:
            return self.window.companies(self.metric.code, self.scope, _SOMEBODY)
        more = {"dimension": self.metric.main} if self.metric.main else {}
        return self.window.drill(self.metric.code, self.scope, _SOMEBODY, **more)

    @cached_property
    def _part(self) -> list[bytes]:
        """Cut at the subject; with places for dimension, value, both sides, dimension, more."""
        ratio = {"numerator": _TEXT, "denominator": _TEXT}
        shape = KpiPart(
            dimension=_TEXT,
            value=_NULLABLE if self.is_ratio else _TEXT,
            drill=self.window.drill(self.metric.code, self.scope, _SOMEBODY, dimension=_TEXT),
            **(ratio if self.is_ratio else {}),  # pyright: ignore[reportArgumentType]  text all
        )
        return _template(shape).split(_ID)

    def columns(self, found: "Columns", ids: list[bytes]) -> list[Iterable[bytes]]:
        """What fills the template, a list of all subjects for each place."""
        mine = found.get(self.place.encode(), {})
        numbers, nothing = mine.pop(b"", {}), self.nothing
        cells = [numbers.get(subject, nothing) for subject in ids]
        filled: list[Iterable[bytes]] = list(zip(*cells, strict=True))
        if self.is_ratio:
            filled.append([_reason(cell) for cell in cells])
        return [*filled, self._more(mine, ids, cells)]

    def _more(self, mine: dict[bytes, Cells], ids: list[bytes], cells: list[Cell]) -> list[bytes]:
        """The display text where the unit has one, and the parts where they were asked for."""
        more = [self._shown(cell) for cell in cells] if self.units else [b""] * len(ids)
        if not self.is_broken_down:
            return more
        parts: dict[bytes, list[bytes]] = defaultdict(list)
        for dimension, slices in mine.items():
            in_url = dimension.replace(b">", b"%3E")
            for subject, cell in slices.items():
                values = (dimension, *cell, in_url, self._shown(cell))
                parts[subject].append(subject.join(self._part) % values)
        return [
            b'%b,"breakdown":[%b]' % (shown, b",".join(parts[subject]))
            for shown, subject in zip(more, ids, strict=True)
        ]

    def _shown(self, cell: Cell) -> bytes:
        """The display text of an amount, where its unit has one."""
        is_shown = self.units and not self.is_ratio
        shown = display(cell[0].decode(), self.metric.unit, self.units) if is_shown else None
        return f',"display":"{shown}"'.encode() if shown else b""


# By place and dimension (empty for the number itself), the cells of the subjects with entries.
Columns = dict[bytes, dict[bytes, Cells]]


def _reason(cell: Cell) -> bytes:
    return b'"denominator_zero"' if cell[0] == b"null" else b"null"


def _zero(decimals: int) -> bytes:
    return f"{0:.{decimals}f}".encode()


def _template(shape: BaseModel) -> bytes:
    """The JSON of a shape with places for `%`, the last one before it closes."""
    text = shape.model_dump_json(exclude_unset=True).replace("%", "%%")
    text = text.replace(f'"{_NULLABLE}"', "%b").replace(_TEXT, "%b")
    return text.encode().replace(str(_SOMEBODY).encode(), _ID).removesuffix(b"}") + b"%b}"


def _columns(packed: bytes) -> Columns:
    found: Columns = defaultdict(dict)
    for column in packed.split(_RECORD):
        place, dimension, ids, *cells = column.split(_UNIT)
        values = zip(*(cell.split(b" ") for cell in cells), strict=True)
        found[place][dimension] = dict(zip(ids.split(b" "), values, strict=True))
    return found


def rows_json(subjects: bytes, columns: bytes | None, metrics: Sequence[Pieces]) -> list[bytes]:
    """The rows as JSON, to be joined as they are; arguments as the statement packs them."""
    ids, names, teams = (column.split(_RECORD) for column in subjects.split(_UNIT))
    found = _columns(columns) if columns else {}
    filled = [column for pieces in metrics for column in pieces.columns(found, ids)]
    numbers = b",".join(pieces.template for pieces in metrics)
    row = b',{"subject":{"id":"%b","name":%%b,"team_id":%%b},"values":[%b]}' % (_ID, numbers)
    around_id = row.split(_ID)
    filling = zip(ids, zip(names, teams, *filled, strict=True), strict=True)
    rows = [subject.join(around_id) % values for subject, values in filling]
    return [rows[0].removeprefix(b","), *rows[1:]]
