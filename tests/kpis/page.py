"""A KPI page once more, in plain Python from nothing but the ledger's rows."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

from app.core.period import parse
from app.kpis.catalogue import METRICS
from app.kpis.metrics import Aggregation, Metric
from app.models.kpis import KpiPage, KpiPart, KpiRow, KpiStatus, KpiSubject, KpiValue
from app.models.ledger_entries import ZONE_ID
from tests.world import World

SCOPES = {
    "officers": "officer", "teams": "team", "combinations": "combination", "zone": "zone",
}  # fmt: skip
Entry = Any


def written(unit: str, quantity: Decimal) -> str:
    return f"{quantity:.{({'CNY': 2, 'USD': 2, 'leads': 4, 'mu': 4}).get(unit, 0)}f}"


def rate(metric: Metric, top: Decimal, bottom: Decimal) -> str | None:
    step = Decimal("0.01") if metric.unit.startswith("CNY") else Decimal("0.0001")
    return str((top / bottom).quantize(step, ROUND_HALF_UP)) if bottom else None


def companies_of(rows: list[Entry]) -> int:
    held: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row["company_id"]] += row["quantity"]
    return sum(quantity > 0 for quantity in held.values())


def part_of(metric: Metric, rows: list[Entry], dimension: str, query: dict[str, str]) -> KpiPart:
    url = "/api/v1/ledger-entries?" + urlencode(query | {"dimension": dimension})
    mine: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["dimension"] == dimension:
            mine[row["part"]] += row["quantity"]
    if metric.aggregation is not Aggregation.ratio:
        return KpiPart(dimension=dimension, value=written(metric.unit, mine["value"]), drill=url)
    top, bottom = mine["numerator"], mine["denominator"]
    return KpiPart(
        dimension=dimension,
        value=rate(metric, top, bottom),
        numerator=written(metric.numerator_unit, top),
        denominator=written(metric.denominator_unit, bottom),
        drill=url,
    )


def value_of(metric: Metric, rows: list[Entry], query: dict[str, str], period: str) -> KpiValue:
    query = {"metric": metric.code, **query}
    main = part_of(metric, rows, metric.main or "", query)
    if metric.main is None:
        main.drill = "/api/v1/ledger-entries?" + urlencode(query)
    if metric.main is None and metric.aggregation is not Aggregation.ratio:
        total = sum((row["quantity"] for row in rows), Decimal(0))
        main.value = written(metric.unit, total)
    if metric.code == "T02":
        more = {name: query[name] for name in ("mechanism", "as_of") if name in query}
        asked = {"metrics": "T02", "scope": query["scope"], "scope_id": query["scope_id"]}
        main.value = str(companies_of(rows))
        main.drill = "/api/v1/kpi-companies?" + urlencode({**asked, "period": period, **more})
    dimensions = sorted({row["dimension"] for row in rows} - {""})
    return KpiValue(
        metric=metric.code,
        value=main.value,
        unit=metric.unit,
        definition_id=f"{metric.code}@1",
        status=KpiStatus.open,
        credit_mode=metric.credit_mode.value,
        numerator=main.numerator,
        denominator=main.denominator,
        reason="denominator_zero" if main.value is None else None,
        drill=main.drill,
        breakdown=[part_of(metric, rows, name, query) for name in dimensions],
    )


async def subjects(world: World, scope: str) -> list[KpiSubject]:
    if scope == "zone":
        return [KpiSubject(id=ZONE_ID, name="The zone", team_id=None)]
    select = {
        "officers": "SELECT id, name, team_id FROM officers"
        " WHERE role IN ('officer', 'team_lead', 'leader') ORDER BY name, id",
        "teams": "SELECT id, name, parent_id AS team_id FROM teams ORDER BY name, id",
        "combinations": "SELECT id, name, team_id FROM combinations ORDER BY name, id",
    }[scope]
    return [KpiSubject(**dict(row)) for row in await world.database.fetch(select)]


def _is_of(row: Entry, start: date) -> bool:
    """A ratio's late entry is of no days that begin after its subject's."""
    return row["subject_on"] is None or row["subject_on"] >= start


async def recomputed(world: World, scope: str, asked: dict[str, str]) -> list[KpiRow]:
    """The rows of a page, from nothing but the ledger."""
    days, found = parse(asked["period"]), []
    more = {name: asked[name] for name in ("mechanism", "as_of") if name in asked}
    if "as_of" in more:
        more["as_of"] = more["as_of"].replace("Z", "+00:00")
    entries = await world.database.fetch(
        "SELECT * FROM ledger_entries WHERE scope = $1 AND counted_on BETWEEN $2 AND $3"
        " AND ($4::text IS NULL OR mechanism = $4)"
        " AND ($5::text IS NULL OR recorded_at <= $5::text::timestamptz)",
        SCOPES[scope], days.start, days.end, more.get("mechanism"), more.get("as_of"),
    )  # fmt: skip
    rows: dict[Any, list[Entry]] = defaultdict(list)
    for entry in entries:
        rows[entry["scope_id"], entry["metric"]].append(entry)
    of_days = {"subjects_from": str(days.start)}
    for subject in await subjects(world, scope):
        query = {
            "scope": SCOPES[scope], "scope_id": str(subject.id),
            "counted_on__gte": str(days.start), "counted_on__lte": str(days.end),
        }  # fmt: skip
        period = f"{days.start}..{days.end}"
        values = [
            value_of(
                metric,
                [row for row in rows[subject.id, metric.code] if _is_of(row, days.start)],
                query | (of_days if metric.is_ratio else {}) | more,
                period,
            )
            for metric in METRICS.values()
        ]
        found.append(KpiRow(subject=subject, values=values))
    return found


async def check(world: World, query: str) -> None:
    """Every scope's page says what the ledger says, in the bytes that its shape would make."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    for scope in SCOPES:
        expected = await recomputed(world, scope, asked)
        for more in ("&expand=breakdown", ""):
            reply = await world.leader.get(f"/kpis/{scope}?{query}{more}")
            page = KpiPage.model_validate_json(reply.content)
            assert page.model_dump_json(exclude_unset=True).encode() == reply.content
            if scope == "zone":
                expected[0].subject.name = page.items[0].subject.name
            assert page.items == expected, (scope, query, more)
            assert (page.period.start, page.period.end) == (
                parse(asked["period"]).start,
                parse(asked["period"]).end,
            )
            for row in expected:
                for value in row.values:
                    value.breakdown = []
