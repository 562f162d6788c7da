"""The year-to-date report of a half year: its money, its workbook and its page."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from tests.routers.test_money_facts import recognised
from tests.world import Client, World

REPORT, HALF = "/reports/year-to-date", "period=2026-01..2026-06"


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
    """The report as a workbook, read back."""
    reply = await client.get(f"{REPORT}.xlsx?{query}", headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return load_workbook(BytesIO(reply.content))


async def page(client: Client, query: str = HALF, language: str = "zh") -> str:
    """The report as a page."""
    reply = await client.get(f"{REPORT}.html?{query}", headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return reply.text
