"""`yinfeng report`: the same report from the command line."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from app.commands.root import cli
from app.core.config import settings
from tests.routers.test_money_facts import recognised
from tests.world import World

SAID = "2026年1—6月，引进市外到位资金5000万元。"


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YINFENG_DATABASE_URL", database_url)
    settings.cache_clear()
    yield
    settings.cache_clear()


async def run(*asked: str) -> Any:
    """In a thread: a command brings an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, ["report", *asked])


@pytest.mark.usefixtures("configured")
async def test_text_page_and_workbook(world: World, tmp_path: Path) -> None:
    lead = await world.lead_at("signed", is_leading=True)
    await recognised(world, lead=lead, arrived_on="2026-01-15", amount="50000000.00")
    told = await run("2026-01..2026-06")
    assert told.exit_code == 0, told.output
    assert told.stdout == f"{SAID}目前推进中的重点项目：签约1个。\n"
    page, book = tmp_path / "report.html", tmp_path / "report.xlsx"
    assert (await run("2026-H1", "--format", "html", "--out", str(page))).exit_code == 0
    assert SAID in page.read_text("utf-8")
    asked = ("2026-H1", "--format", "xlsx", "--out", str(book), "--lang", "en")
    assert "report.xlsx is written: 1 ledger rows." in (await run(*asked)).stdout
    assert load_workbook(book)["Details"].max_row == 2
    rows = (await world.auditor.seen("/audit-entries?action=export&sort=at"))["items"]
    assert [row["changes"]["query"][1]["format"] for row in rows] == ["text", "html", "xlsx"]
    assert {row["actor_id"] for row in rows} == {None}


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    "asked", [["2026-Q2"], ["soon"], ["2026-01", "--format", "html"], ["2026-01", "--lang", "fr"]]
)
async def test_what_it_refuses(asked: list[str]) -> None:
    assert (await run(*asked)).exit_code == 2
