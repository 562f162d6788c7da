"""What a summary is asked for: the metrics, the days, and where their rows can be opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from app.core.clock import now
from app.core.errors import invalid_parameter, unknown_name
from app.core.period import Days
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Metric
from app.models.kpis import CreditBasis, KpiQuery
from app.models.ledger_entries import EntryScope, Scope

PREFIX = "/api/v1"
EXPANDS = ("breakdown",)
_DAY = timedelta(days=1)
# Months of what each column of `kpi_months` counts the companies of.
_SPANS = {
    "company_count": 1,
    "quarter_company_count": 3,
    "half_company_count": 6,
    "year_company_count": 12,
}


@dataclass(frozen=True)
class Window:
    """Which entries are summed; `is_closed` says that none will be added."""

    days: Days
    as_of: datetime
    mechanism: str | None
    is_past: bool = False
    is_closed: bool = False
    basis: CreditBasis | None = None

    @property
    def is_credited(self) -> bool:
        """Whether the zone's number is what is credited to it."""
        return self.basis is CreditBasis.credited

    @property
    def narrowing(self) -> dict[str, str]:
        """Parameters beside the days, so that a drill shows what the number was summed from."""
        by_mechanism = {"mechanism": self.mechanism} if self.mechanism else {}
        return by_mechanism | ({"as_of": self.as_of.isoformat()} if self.is_past else {})

    def subjects(self, metric: str) -> dict[str, str]:
        """Of a ratio, the parameter that leaves out late entries of earlier subjects."""
        start = self.days.start.isoformat()
        return {"subjects_from": start} if METRICS[metric].is_ratio else {}

    def drill(self, metric: str, scope: Scope, scope_id: UUID, **more: str) -> str:
        """The URL whose rows add up to the number."""
        both = {"scope__in": f"{EntryScope.zone},{EntryScope.credit_difference}"}
        query = {
            "metric": metric,
            **(both if self.is_credited else {"scope": scope.value}),
            "scope_id": str(scope_id),
            "counted_on__gte": self.days.start.isoformat(),
            "counted_on__lte": self.days.end.isoformat(),
            **self.subjects(metric),
            **self.narrowing,
            **more,
        }
        return f"{PREFIX}/ledger-entries?{urlencode(query)}"

    def companies(self, metric: str, scope: Scope, scope_id: UUID) -> str:
        """The URL of the companies that a distinct count counts."""
        query = {
            "metrics": metric,
            "scope": scope.value,
            "scope_id": str(scope_id),
            "period": f"{self.days.start}..{self.days.end}",
            **self.narrowing,
        }
        return f"{PREFIX}/kpi-companies?{urlencode(query)}"

    def months(self) -> list[date]:
        """The whole months inside the days, by their first day; none for a past instant."""
        if self.is_past:
            return []
        last = _first_of_month(self.days.end + _DAY)
        month, found = _first_of_month(self.days.start - _DAY, 1), list[date]()
        while month < last:
            found.append(month)
            month = _first_of_month(month, 1)
        return found

    def kept_count(self) -> str:
        """The column of `kpi_months` whose steps count these days' companies; empty for none.

        A span's steps begin with its first month: they count a whole span, and it to date.
        """
        months = self.months()
        if not months or self.edges():
            return ""
        names = (name for name, size in _SPANS.items() if _is_within(months, size))
        return next(names, "")

    def edges(self) -> list[tuple[date, date]]:
        """The days that no whole month covers, as closed ranges."""
        months = self.months()
        if not months:
            return [(self.days.start, self.days.end)]
        after = _first_of_month(months[-1], 1)
        ranges = [(self.days.start, months[0] - _DAY), (after, self.days.end)]
        return [(start, end) for start, end in ranges if start <= end]


def _is_within(months: list[date], size: int) -> bool:
    first = months[0].month
    return (first - 1) % size == 0 and len(months) <= size


def _first_of_month(day: date, later: int = 0) -> date:
    month = day.year * 12 + day.month - 1 + later
    return date(month // 12, month % 12 + 1, 1)


def metrics_asked(names: Sequence[str]) -> list[Metric]:
    """The metrics by code, all of them where none is named; 422 for an unknown code."""
    for name in names:
        if name not in METRICS:
            raise unknown_name("metrics", "unknown_name", name, METRICS)
    return [METRICS[name] for name in names] if names else list(METRICS.values())


def expands_asked(names: Sequence[str]) -> set[str]:
    """What is to be embedded; 422 for what cannot be."""
    for name in names:
        if name not in EXPANDS:
            raise unknown_name("expand", "unknown_name", name, EXPANDS)
    return set(names)


def window_of(query: KpiQuery) -> Window:
    """The window asked for; an instant in the future is refused."""
    if query.as_of is not None and query.as_of > now():
        raise invalid_parameter("as_of", "date_in_future")
    mechanism = query.mechanism.value if query.mechanism else None
    is_past, basis = query.as_of is not None, getattr(query, "credit_basis", None)
    return Window(query.period, query.as_of or now(), mechanism, is_past=is_past, basis=basis)
