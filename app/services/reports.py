"""The year-to-date report: every number is a KPI answer, all of them from one snapshot."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from app.core.clock import today
from app.core.errors import Problem
from app.core.i18n import label
from app.core.period import Days
from app.kpis.attainments import targets_of
from app.kpis.summary import summary
from app.models.kpis import KpiPage, KpiPeriod, KpiQuery, KpiRow, KpiValue
from app.models.ledger_entries import ZONE_ID, Scope
from app.models.mechanisms import Mechanism
from app.models.pipeline import Stage
from app.models.reports import (
    ReportLead,
    ReportMechanism,
    ReportMonth,
    ReportNumber,
    ReportQuery,
    ReportStage,
    YearTarget,
    YearToDateReport,
)
from app.services.report_rows import key_projects, stage_counts, statement_of
from app.services.report_texts import displayed, sentences

# In the order in which the founding article tells them; none has dimensions.
METRICS = ("M02", "M05", "M06", "Q02", "M01")
_TENTH = Decimal("0.1")


class Asked:
    """One report being gathered: who asks on which connection, for whom the headline counts."""

    def __init__(self, connection: Any, caller: Any, query: ReportQuery) -> None:
        self.connection, self.caller, self.query = connection, caller, query
        self.scope = Scope.zone if caller.sees_zone else Scope.officer
        self.subject_id = caller.id
        if caller.leads_team and caller.team_id:
            self.scope, self.subject_id = Scope.team, caller.team_id

    async def page(self, scope: Scope, days: Days, mechanism: Mechanism | None = None) -> KpiPage:
        """The KPI API's own answer."""
        query = KpiQuery.model_construct(
            period=days, metrics=list(METRICS), mechanism=mechanism, expand=[],
            as_of=self.query.as_of,
        )  # fmt: skip
        return KpiPage.model_validate_json(
            await summary(self.connection, self.caller, scope, query)
        )

    async def headline(self, days: Days, mechanism: Mechanism | None = None) -> KpiRow:
        """The numbers of the zone, the team or the officer."""
        return self.own(await self.page(self.scope, days, mechanism))

    async def targets(self) -> dict[str, YearTarget]:
        """Those of the year and of the headline's scope, by metric, as known then."""
        owner = ZONE_ID if self.scope is Scope.zone else self.subject_id
        held = await targets_of(
            self.connection, self.query.period, self.scope, METRICS, self.query.as_of
        )
        return {
            metric: YearTarget(row["value"], tuple(map(Decimal, row["weights"] or ())))
            for metric, row in held.get(str(owner), {}).items()
        }

    def own(self, page: KpiPage) -> KpiRow:
        """The headline's row of a page."""
        for row in page.items:
            if self.scope is Scope.zone or row.subject.id == self.subject_id:
                return row
        raise Problem("not_found")


async def year_to_date(connection: Any, caller: Any, query: ReportQuery) -> YearToDateReport:
    """The whole report on one connection, which holds a snapshot; 422 for another period."""
    months, asked = query.months, Asked(connection, caller, query)
    targets = await asked.targets()
    now = await asked.page(asked.scope, query.period)
    row, before = asked.own(now), await asked.headline(query.previous)
    stages = await _stages(connection, caller)
    numbers = [
        _number(value, old, targets.get(value.metric))
        for value, old in zip(row.values, before.values, strict=True)
    ]
    capital = targets.get(METRICS[0])
    return YearToDateReport(
        period=now.period,
        previous=_period(query.previous),
        as_of=now.as_of,
        is_settled=now.is_settled,
        scope=asked.scope,
        subject=row.subject,
        text=sentences(query.period, numbers, stages),
        numbers=numbers,
        months=[
            ReportMonth(month=month.start, values=(await asked.headline(month)).values)
            for month in months
        ],
        month_targets=[str(part) for part in capital.months(len(months))] if capital else [],
        mechanisms=[
            ReportMechanism(mechanism=by, values=(await asked.headline(query.period, by)).values)
            for by in Mechanism
        ],
        teams=_with_numbers((await asked.page(Scope.team, query.period)).items),
        combinations=_with_numbers((await asked.page(Scope.combination, query.period)).items),
        stages_on=today(),
        stages=stages,
    )


def _period(days: Days) -> KpiPeriod:
    return KpiPeriod(text=days.text, start=days.start, end=days.end)


def _number(value: KpiValue, before: KpiValue, target: YearTarget | None) -> ReportNumber:
    change, reason = changed(value.value, before.value)
    return ReportNumber(
        **value.model_dump(),
        label=label("metrics", value.metric),
        printed=displayed(value),
        previous_value=before.value,
        previous_drill=before.drill,
        change_percent=change,
        change_reason=reason,
        target_value=str(target.value) if target else None,
        attainment_percent=_percent(value.value, target.value) if target else None,
    )


def changed(value: str | None, before: str | None) -> tuple[str | None, str | None]:
    """Percent above the year before, one decimal, half-up; or the reason why there is none."""
    if value is None or before is None:
        return None, "no_value"
    old = Decimal(before)
    if old <= 0:
        return None, "previous_not_positive"
    return _percent(str(Decimal(value) - old), old), None


def _percent(part: str | None, whole: Decimal) -> str | None:
    if part is None or whole <= 0:
        return None
    return str((Decimal(part) * 100 / whole).quantize(_TENTH, ROUND_HALF_UP))


def _with_numbers(rows: Sequence[KpiRow]) -> list[KpiRow]:
    """Without those who have nothing to show; most capital first."""
    told = [row for row in rows if any(Decimal(v.value or 0) for v in row.values)]
    return sorted(told, key=lambda row: -Decimal(row.values[0].value or 0))


async def _stages(connection: Any, caller: Any) -> list[ReportStage]:
    counts, projects = [
        await connection.fetch(statement.sql, *statement.arguments(caller.binds))
        for statement in (statement_of(made, caller.role) for made in (stage_counts, key_projects))
    ]
    by_stage = {row["stage"]: row for row in counts}
    named = {
        stage: [ReportLead(**row) for row in map(dict, rows)]
        for stage, rows in groupby(projects, lambda row: row["stage"])
    }
    return [
        ReportStage(
            stage=stage,
            lead_count=by_stage[stage]["lead_count"] if stage in by_stage else 0,
            key_count=by_stage[stage]["key_count"] if stage in by_stage else 0,
            projects=named.get(stage, []),
        )
        for stage in Stage
    ]
