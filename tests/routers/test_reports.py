"""The year-to-date report: text, workbook and page say what the KPI API says."""

import re
import tracemalloc
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from defusedxml import ElementTree
from openpyxl import load_workbook

from app.core.export import snapshot
from app.core.i18n import language
from app.models.reports import ReportQuery, YearTarget
from app.models.roles import Role
from app.services import report_pages, report_workbooks
from app.services.access import Caller
from app.services.report_texts import amount
from app.services.reports import year_to_date
from tests.core.test_export import Taken
from tests.routers.test_money_facts import recognised
from tests.world import Client, World, problem

REPORT, HALF = "/reports/year-to-date", "period=2026-01..2026-06"
METRICS = ["M02", "M05", "M06", "Q02", "M01"]
ZH = {"Accept-Language": "zh"}
EVIL = '=HYPERLINK("http://x")<b>&"'


async def a_half_year(world: World, **more: Any) -> Any:
    """Money of one lead of bio: 1 亿元 in March 2025, 5,000 万 and 6,234.56789 万 a year later."""
    lead = await world.lead_at("signed", is_flagship=True, **more)
    for day, yuan in (
        ("2025-03-02", "100000000.00"),
        ("2025-07-01", "777.00"),
        ("2026-01-15", "50000000.00"),
        ("2026-03-31", "62345678.90"),
    ):
        await recognised(world, lead=lead, arrived_on=day, amount=yuan)
    used = {"used_on": "2026-02-01", "amount": "51952500.00"}
    await recognised(world, "foreign_capital_use", lead=lead, **used)
    return lead


async def workbook(client: Client, query: str = HALF, language: str = "zh") -> Any:
    reply = await client.get(f"{REPORT}.xlsx?{query}", headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return load_workbook(BytesIO(reply.content))


async def page(client: Client, query: str = HALF, language: str = "zh") -> str:
    reply = await client.get(f"{REPORT}.html?{query}", headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return reply.text


class Marked(HTMLParser):
    """What a page's marked cells say: the written number, the exact one, the drill."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: dict[str, tuple[str, str, str]] = {}
        self.tags: set[str] = set()
        self.words: list[str] = []
        self._open: Any = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self._open = given if "data-metric" in given else None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._open:
            key = self._open["data-metric"]
            self.cells[key] = (data, self._open["data-value"], self._open["data-drill"])
            self._open = None


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


@pytest.mark.parametrize(
    ("language", "sheets", "header"),
    [
        ("zh", ["汇总", "分月", "团队", "组合", "重点项目", "明细"], "市外到位资金（元）"),
        ("en", ["Summary", "Months", "Teams", "Combinations", "Key projects", "Details"],
         "Out-of-city capital arrived (yuan)"),
    ],
)  # fmt: skip
async def test_the_workbook_says_the_same(
    world: World, language: str, sheets: list[str], header: str
) -> None:
    await a_half_year(world)
    report = await world.leader.seen(f"{REPORT}?{HALF}")
    book = await workbook(world.leader, language=language)
    assert book.sheetnames == sheets
    summary, months, teams, _, projects, details = book.worksheets
    assert summary["B1"].value == report["text"][language]
    told = {row[1].value: str(row[3].value) for row in summary.iter_rows(min_row=3)}
    for number in report["numbers"]:
        assert Decimal(told[number["definition_id"]]) == Decimal(number["value"])
    # A number of a file is a double: to the fen up to 90 万亿.
    assert [row[1].value for row in months.iter_rows(min_row=2)] == [5e7, 0, 62345678.9, 0, 0, 0]
    assert len(months._charts) == 1
    assert teams["B1"].value == header
    assert all(sheet.freeze_panes for sheet in book.worksheets)
    rows = list(details.iter_rows(min_row=2, values_only=True))
    for metric in ("M02", "M05"):
        (number,) = (n for n in report["numbers"] if n["metric"] == metric)
        told = [row for row in rows if row[1] == number["definition_id"]]
        assert {str(row[10]) for row in told} == {
            row["id"] for row in await world.opened(number["drill"])
        }
        assert sum(Decimal(str(row[7])) for row in told) == Decimal(number["value"])
    assert projects.max_row == 2


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_page_says_the_same_and_loads_nothing(world: World, language: str) -> None:
    await a_half_year(world)
    report = await world.leader.seen(f"{REPORT}?{HALF}")
    headers = {"Accept-Language": language}
    reply = await world.leader.get(f"{REPORT}.html?{HALF}", headers=headers)
    made = Marked(reply.text)
    assert made.cells == {
        n["metric"]: (n["printed"][language], n["value"], n["drill"]) for n in report["numbers"]
    }
    assert report["text"][language] in made.words
    assert not made.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert not re.search(r"\s(style|on\w+|src|href)=", reply.text)
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert reply.headers["content-type"] == "text/html; charset=utf-8"


async def test_plots_are_well_formed_and_described(world: World) -> None:
    await a_half_year(world)
    plots = re.findall(r"<svg.*?</svg>", await page(world.leader))
    assert len(plots) == 5
    names = set()
    for plot in plots:
        root = ElementTree.fromstring(plot)
        space = "{http://www.w3.org/2000/svg}"
        title, description = root[0], root[1]
        assert (title.tag, description.tag) == (f"{space}title", f"{space}desc")
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert description.text
        assert list(root.iter(f"{space}text"))
        names.add(title.get("id"))
    assert len(names) == len(plots)


async def test_names_are_never_formulas_nor_markup(world: World) -> None:
    company = await world.company(EVIL)
    await a_half_year(world, name=EVIL, company_id=company["id"])
    await world.database.execute("UPDATE teams SET name = $1 WHERE name = 'bio'", EVIL)
    book = await workbook(world.leader)
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    assert [c.value for c in cells].count(f"'{EVIL}") >= 4
    text = await page(world.leader)
    assert "<b>" not in text
    assert EVIL in Marked(text).words
    ElementTree.fromstring(text.replace("<!DOCTYPE html>", ""))


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


async def test_files_are_in_the_audit_log(world: World) -> None:
    lead = await world.lead_at("signed")
    await recognised(world, lead=lead, arrived_on="2026-01-15", amount="100.00")
    book = await workbook(world.leader)
    await page(world.leader)
    found = (await world.auditor.seen("/audit-entries?action=export&sort=at"))["items"]
    assert [row["entity"] for row in found] == ["reports", "reports"]
    counts = [row["changes"]["row_count"][1] for row in found]
    assert counts == [book["明细"].max_row - 1, 0]
    assert {row["actor_id"] for row in found} == {world.leader.id}


@pytest.mark.long
async def test_memory_does_not_grow_with_the_details(world: World) -> None:
    await a_half_year(world)
    peaks = []
    for copies in (2_000, 18_000):
        await world.database.execute(
            "INSERT INTO ledger_entries (id, metric, definition_version, part, dimension,"
            " subject_id, scope, scope_id, mechanism, fact_on, counted_on, quantity, recorded_at)"
            " SELECT gen_random_uuid(), 'M02', 1, 'value', '', gen_random_uuid(), 'zone',"
            f" '{'0' * 8}-0000-0000-0000-{'0' * 12}', 'department', '2026-02-03', '2026-02-03',"
            " 1, now()"
            f" FROM generate_series(1, {copies})"
        )
        taken = Taken()
        tracemalloc.start()
        await taken.take(world.leader, world, f"{REPORT}.xlsx?{HALF}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert taken.ended
    assert peaks[1] < peaks[0] * 1.2, peaks
