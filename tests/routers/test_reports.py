"""The year-to-date report: its sentences and numbers are what the KPI API says."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.core.export import snapshot
from app.core.i18n import language
from app.models.reports import ReportQuery, YearTarget
from app.models.roles import Role
from app.services import report_pages, report_workbooks
from app.services.access import Caller
from app.services.report_texts import amount
from app.services.reports import year_to_date
from tests.routers.reports import HALF, REPORT, a_half_year, page, workbook
from tests.routers.test_money_facts import recognised
from tests.world import World, problem

METRICS = ["M02", "M05", "M06", "Q02", "M01"]
ZH = {"Accept-Language": "zh"}


async def test_the_sentences_are_those_of_officials(world: World) -> None:
    await a_half_year(world)
    report = await world.leader.seen(f"{REPORT}?{HALF}")
    # (50,000,000.00 + 62,345,678.90) ÷ 100,000,000.00 = 1.1234567890.
    assert report["text"] == {
        "zh": "2026年1—6月，引进市外到位资金1.12亿元，同比增长12.3%；"
        "实际利用外资5195.25万美元。目前推进中的重点项目：签约1个。",
        "en": "January–June 2026: out-of-city capital arrived CNY 112.3457 million,"
        " up 12.3% year on year; foreign capital used USD 51.9525 million."
        " Key projects under way: Signed 1.",
    }
    first, foreign, *_ = report["numbers"]
    assert (first["previous_value"], first["change_percent"]) == ("100000000.00", "12.3")
    assert (foreign["change_percent"], foreign["change_reason"]) == (
        None,
        "previous_not_positive",
    )
    assert report["previous"]["text"] == "2025-01..2025-06"


async def test_falling_to_nothing_is_said_and_never_having_had_any_is_not(world: World) -> None:
    lead = await world.lead_at("signed")
    await recognised(world, lead=lead, arrived_on="2025-01-02", amount="10000.00")
    report = await world.leader.seen(f"{REPORT}?period=2026-01")
    assert report["text"]["zh"] == "2026年1月，引进市外到位资金0元，同比下降100%。"
    empty = await world.leader.seen(f"{REPORT}?period=2024-01..2024-03")
    assert empty["text"] == {
        "zh": "2024年1—3月，尚无已认定的数据。",
        "en": "January–March 2024: nothing has been recognised yet.",
    }
    assert [n["value"] for n in empty["numbers"]] == ["0.00", "0.00", "0.00", "0.0000", "0.00"]
    assert "无数据" in await page(world.leader, "period=2024-01..2024-03")
    assert (await workbook(world.leader, "period=2024-01..2024-03"))["明细"].max_row == 1


async def test_every_number_is_the_kpi_apis_and_opens(world: World) -> None:
    await a_half_year(world)
    report = await world.leader.seen(f"{REPORT}?{HALF}")
    (kpis,) = (await world.kpis("zone", HALF)).values()
    assert [n["metric"] for n in report["numbers"]] == METRICS
    for number in report["numbers"]:
        kpi = kpis[number["metric"]]
        for key in ("value", "unit", "definition_id", "status", "credit_mode", "drill"):
            assert number[key] == kpi[key], key
        rows = await world.opened(number["drill"])
        assert sum(Decimal(row["quantity"]) for row in rows) == Decimal(number["value"])
        for parts in (report["months"], report["mechanisms"]):
            told = [v for part in parts for v in part["values"] if v["metric"] == kpi["metric"]]
            assert sum(Decimal(v["value"]) for v in told) == Decimal(kpi["value"])
    months = [month["values"][0]["value"] for month in report["months"]]
    assert months == ["50000000.00", "0.00", "62345678.90", "0.00", "0.00", "0.00"]
    teams = await world.kpis("teams", HALF)
    assert {t["subject"]["name"] for t in report["teams"]} == {"bio", "bureau"}
    for team in report["teams"]:
        values = teams[team["subject"]["id"]]
        assert [v["value"] for v in team["values"]] == [values[m]["value"] for m in METRICS]


async def test_each_sees_the_own_numbers(world: World) -> None:
    await a_half_year(world)
    shown = {
        name: await getattr(world, name).seen(f"{REPORT}?{HALF}")
        for name in ("leader", "team_lead", "other_lead", "officer", "colleague")
    }
    told = {name: (r["scope"], r["numbers"][0]["value"]) for name, r in shown.items()}
    assert told == {
        "leader": ("zone", "112345678.90"),
        "team_lead": ("team", "112345678.90"),
        "other_lead": ("team", "0.00"),
        "officer": ("officer", "112345678.90"),
        "colleague": ("officer", "0.00"),
    }
    assert {name: len(r["teams"]) for name, r in shown.items()} == {
        "leader": 2, "team_lead": 1, "other_lead": 0, "officer": 0, "colleague": 0,
    }  # fmt: skip
    counted = {name: sum(s["key_count"] for s in r["stages"]) for name, r in shown.items()}
    assert counted == {
        "leader": 1, "team_lead": 1, "other_lead": 0, "officer": 1, "colleague": 0,
    }  # fmt: skip


async def test_a_restricted_lead_counts_and_is_not_named(world: World) -> None:
    lead = await a_half_year(world, name="秘密项目", is_restricted=True)
    company = (await world.leader.seen(f"/companies/{lead['company_id']}"))["name"]
    hidden = await workbook(world.team_lead)
    assert hidden["汇总"]["D3"].value == 112345678.9
    rows = list(hidden["明细"].iter_rows(min_row=2, values_only=True))
    assert sum(row[7] for row in rows if row[1] == "M02@1") == 112345678.9
    assert {row[4:7] for row in rows} == {(None, None, None)}
    assert "秘密" not in await page(world.team_lead)
    shown = (await workbook(world.leader))["明细"].iter_rows(min_row=2, values_only=True)
    assert {row[4:7] for row in shown} == {(lead["code"], "秘密项目", company)}


async def test_what_was_known_then(world: World) -> None:
    year = {"metric": "M02", "scope": "zone", "year": 2026, "value": "1000.0000"}
    target = await world.assessor.made("/kpi-targets", year)
    lead = await world.lead_at("signed")
    await recognised(world, lead=lead, arrived_on="2026-01-15", amount="100.00")
    then = await world.instant()
    await recognised(world, lead=lead, arrived_on="2026-01-16", amount="11.00")
    change = {"value": "100.0000", "reason": "年中调整"}
    await world.assessor.patch(f"/kpi-targets/{target['id']}", change, '"v1"')
    asked = f"{HALF}&as_of={then}"
    report = await world.leader.seen(f"{REPORT}?{asked}")
    assert report["numbers"][0]["value"] == "100.00"
    assert report["numbers"][0]["attainment_percent"] == "10.0"
    now = await world.leader.seen(f"{REPORT}?{HALF}")
    assert now["numbers"][0]["attainment_percent"] == "111.0"
    assert report["months"][0]["values"][0]["value"] == "100.00"
    rows = (await workbook(world.leader, asked))["明细"].iter_rows(min_row=2, values_only=True)
    assert sum(row[7] for row in rows if row[1] == "M02@1") == 100


async def test_a_target_is_attained_in_text_page_and_workbook(world: World) -> None:
    """112,345,678.90 of 200 million are 56.2 %; a twelfth is 16,666,666.67, half a year 1 亿元."""
    await a_half_year(world)
    caller = Caller(UUID(world.leader.id), Role.leader, "", None, ())
    query = ReportQuery.model_validate({"period": "2026-01..2026-06"})
    year = {"metric": "M02", "scope": "zone", "year": 2026, "value": "200000000.0000"}
    await world.assessor.made("/kpi-targets", year)
    pool = await world.app.state.db.reads()
    async with pool.acquire() as connection, snapshot(connection):
        report = await year_to_date(connection, caller, query)
    assert "引进市外到位资金1.12亿元，同比增长12.3%，完成年度目标的56.2%；" in report.text["zh"]
    assert report.month_targets[:3] == ["16666666.67", "16666666.66", "16666666.67"]
    assert sum(map(Decimal, report.month_targets)) == 100_000_000
    language.set("zh")
    text = report_pages.page(report)
    assert ">56.2</td>" in text
    assert text.count("目标进度") == 2
    assert "stroke-dasharray" in text
    book: Any = report_workbooks.sheets(report)
    assert [str(cell.value) for cell in book["分月"]["G"][:2]] == ["目标进度", "16666666.67"]
    (chart,) = book["分月"]._charts
    assert [type(part).__name__ for part in chart._charts] == ["BarChart", "LineChart"]


def test_weights_are_a_curve() -> None:
    weights = [Decimal(10), Decimal(0), Decimal(30)] + [Decimal(60) / 9] * 9
    target = YearTarget(Decimal(1000), weights)
    assert target.months(3) == [100, 0, 300]
    assert sum(target.months(12)) == 1000


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        ("7150000000.00", "CNY", "71.5亿元", "CNY 7.15 billion"),
        ("2260000000.00", "CNY", "22.6亿元", "CNY 2.26 billion"),
        ("51952500.00", "USD", "5195.25万美元", "USD 51.9525 million"),
        ("100000000.00", "CNY", "1亿元", "CNY 100 million"),
        ("30000000.00", "CNY", "3000万元", "CNY 30 million"),
        ("-30000000.00", "CNY", "-3000万元", "CNY -30 million"),
        ("100500000.00", "CNY", "1.01亿元", "CNY 100.5 million"),
        ("12.30", "CNY", "12.3元", "CNY 12.3"),
        ("0.00", "CNY", "0元", "CNY 0"),
        ("12.0000", "leads", "12个", "12 leads"),
        ("0.3333", "leads", "0.33个", "0.33 leads"),
        (None, "CNY", "—", "—"),
    ],
)
def test_how_officials_write_numbers(value: str | None, unit: str, zh: str, en: str) -> None:
    assert (amount(value, unit, "zh"), amount(value, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    "period", ["2026-02..2026-06", "2026-01-15", "2025-01..2026-06", "2026-Q2"]
)
@pytest.mark.parametrize("form", ["", ".xlsx", ".html"])
async def test_only_a_year_to_date(world: World, period: str, form: str) -> None:
    body = problem(await world.leader.get(f"{REPORT}{form}?period={period}"), 422, "invalid_values")
    assert [(e["parameter"], e["code"]) for e in body["errors"]] == [("period", "not_year_to_date")]


async def test_whole_years_halves_and_months_are_years_to_date(world: World) -> None:
    for period, count in (("2026", 12), ("2026-H1", 6), ("2026-Q1", 3), ("2026-01", 1)):
        report = await world.leader.seen(f"{REPORT}?period={period}")
        assert len(report["months"]) == count
