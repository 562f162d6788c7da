"""Numbers for scoring: a KPI summary of the whole zone in one statement, by subject and metric."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.core.period import Days
from app.kpis import summary
from app.kpis.catalogue import METRICS
from app.kpis.window import Window
from app.models.kpis import KpiPage, KpiPart, KpiQuery, KpiValue
from app.models.ledger_entries import Scope


@dataclass(frozen=True)
class Number:
    """One number of a subject: as it is, and as it is `printed`, of a rate with both sides.

    None where a ratio has nothing to divide by.
    """

    actual: Fraction | None
    printed: str | None
    unit: str
    definition_id: str
    drill: str
    numerator: str | None = None
    denominator: str | None = None


def exact(value: KpiValue | KpiPart) -> Fraction | None:
    """A number unrounded: of a rate its sides, which the ledger has in full, divided."""
    if value.value is None:
        return None
    if value.numerator is None or value.denominator is None:
        return Fraction(value.value)
    return Fraction(value.numerator) / Fraction(value.denominator)


class Numbers:
    """The numbers of every subject; what nobody has is 0.

    `is_printed` takes rates as they are written, as they were scored before they had sides.
    """

    def __init__(
        self, scope: Scope, days: Days, as_of: datetime, *, is_printed: bool = False
    ) -> None:
        self.scope, self.days, self.as_of, self.is_printed = scope, days, as_of, is_printed
        self.values: dict[tuple[UUID, str], KpiValue] = {}
        self.added: dict[tuple[UUID, str], Decimal] = {}

    async def read(self, connection: Any, metrics: list[str]) -> None:
        """Fill from the ledger: one statement whatever the number of metrics and subjects."""
        if not metrics:
            return
        query = KpiQuery(period=self.days, metrics=metrics, expand=["breakdown"], as_of=self.as_of)
        body = await summary.summary(connection, _Everything(), self.scope, query)
        for row in KpiPage.model_validate_json(body).items:
            for value in row.values:
                self.values[row.subject.id, value.metric] = value

    def of(self, subject_id: UUID, metric: str, dimension: str | None) -> Number:
        """One number, with the URL whose rows add up to it as they were known then."""
        definition = METRICS[metric]
        value = self.values.get((subject_id, metric))
        parts = value.breakdown if value else []
        found = value if dimension is None else next(
            (part for part in parts if part.dimension == dimension), None
        )  # fmt: skip
        if found and self.is_printed:
            found = found.model_copy(update={"numerator": None, "denominator": None})
        raw, actual = (found.value, exact(found)) if found else ("0", Fraction(0))
        more = self.added.get((subject_id, metric), Decimal(0))
        drill = found.drill if found else self._drill(subject_id, metric, dimension)
        held_by = value.definition_id if value else definition.definition_id
        return Number(
            actual=None if actual is None else actual + Fraction(more),
            printed=None if raw is None else f"{Decimal(raw) + more}",
            unit=definition.unit,
            definition_id=held_by,
            drill=drill,
            numerator=found.numerator if found else None,
            denominator=found.denominator if found else None,
        )

    def _drill(self, subject_id: UUID, metric: str, dimension: str | None) -> str:
        window = Window(self.days, self.as_of, None, is_past=True)
        more = {"dimension": dimension} if dimension else {}
        return window.drill(metric, self.scope, subject_id, **more)


class _Everything:
    """A reader of the whole zone: a rank needs everybody's numbers, whoever asks for it."""

    id, team_ids, sees_zone, leads_team = UUID(int=0), (), True, False
