"""The year-to-date report's workbook and page: the same numbers, and nothing that runs."""

import re
import tracemalloc
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from defusedxml import ElementTree

from tests.core.test_export import Taken
from tests.routers.reports import HALF, REPORT, a_half_year, page, workbook
from tests.routers.test_money_facts import recognised
from tests.world import World

EVIL = '=HYPERLINK("http://x")<b>&"'


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
