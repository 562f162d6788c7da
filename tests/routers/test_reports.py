"""The year-to-date report: text, workbook and page say what the KPI API says."""

import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from tests.routers.test_money_facts import recognised
from tests.world import Client, World, problem

HALF = "period=2026-01..2026-06"
METRICS = ("M02", "M05", "M06", "Q02", "M01")
ZH = {"Accept-Language": "zh"}


async def a_half_year(world: World) -> Any:
    """Half a year of money on one lead of bio, some of it a year before."""
    lead = await world.lead_at("signed", is_flagship=True)
    for day, amount in (("2025-03-02", "100000000.00"), ("2026-01-15", "50000000.00"),
                        ("2026-03-31", "62345678.90")):  # fmt: skip
        await recognised(world, lead=lead, arrived_on=day, amount=amount)
    await recognised(world, "foreign_capital_use", lead=lead, used_on="2026-02-01", amount="51952500")
    return lead


async def test_smoke(world: World) -> None:
    await a_half_year(world)
    body = await world.leader.seen(f"/reports/year-to-date?{HALF}")
    print(body["text"])
    for f in ("html", "xlsx"):
        r = await world.leader.get(f"/reports/year-to-date.{f}?{HALF}")
        open(f"/tmp/d6x/r.{f}", "wb").write(r.content)
        assert r.status_code == 200, r.text
    assert body["text"]["zh"] == ""
