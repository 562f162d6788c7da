"""Distinct companies of quarters, halves, years and what they count to date: kept, not counted."""

import random
from datetime import date
from typing import Any

from fastapi import FastAPI

from app.core.period import parse
from app.kpis.window import Window
from tests.kpis.test_rollup import (
    counts,
    differences,
    fold,
    migration,
    sums,
    take_back,
)
from tests.world import World

SEED = 29
# Every window of 2025 that a column of counts serves, and some that none does.
KEPT = {
    "2025-05": "company_count",
    "2025-Q1": "quarter_company_count",
    "2025-Q2": "quarter_company_count",
    "2025-10..2025-11": "quarter_company_count",
    "2025-H1": "half_company_count",
    "2025-H2": "half_company_count",
    "2025-07..2025-10": "half_company_count",
    "2025-01..2025-04": "half_company_count",
    "2025-01..2025-11": "year_company_count",
    "2025": "year_company_count",
}
COUNTED = ("2025-02..2025-03", "2025-05..2025-07", "2025-06..2025-12", "2024-12..2025-02")
PARTLY = ("2025-01-02..2025-12-31", "2025-01-01..2025-03-30")


def test_which_windows_a_kept_count_serves() -> None:
    found = {
        text: Window(parse(text), date.max, None).kept_count()  # pyright: ignore[reportArgumentType]  no instant is looked at
        for text in (*KEPT, *COUNTED, *PARTLY)
    }
    assert found == KEPT | dict.fromkeys((*COUNTED, *PARTLY), "")


async def all_counts(world: World, more: str = "") -> dict[str, str]:
    return {text: await counts(world, f"period={text}{more}") for text in (*KEPT, *COUNTED)}


def recounted(visits: list[Any], mechanism: str = "") -> dict[str, str]:
    """The same from the visits themselves: whoever was visited once is one company."""
    found = {}
    for text in (*KEPT, *COUNTED):
        days = parse(text)
        found[text] = str(
            len({
                visit["company_id"]
                for visit in visits
                if str(days.start) <= visit["visited_on"] <= str(days.end)
                and mechanism in {"", visit["mechanism"]}
            })
        )  # fmt: skip
    return found


async def a_year(world: World, visits: int) -> list[Any]:
    pick = random.Random(SEED)
    companies = [(await world.company(f"{name}公司"))["id"] for name in "甲乙丙丁"]
    return [
        await world.visit(
            company_id=pick.choice(companies),
            visited_on=f"2025-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}",
            mechanism=pick.choice(["leader_led", "department"]),
        )
        for _ in range(visits)
    ]


async def test_counts_by_hand(world: World, app: FastAPI) -> None:
    early, late = [(await world.company(f"{name}公司"))["id"] for name in "甲乙"]
    for day, company in (
        ("2025-02-01", early), ("2025-05-01", early), ("2025-06-01", late), ("2025-08-01", late),
    ):  # fmt: skip
        await world.visit(company_id=company, visited_on=day)
    periods = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-H1", "2025-H2", "2025", "2025-01..2025-05")
    for _ in range(2):
        found = [await counts(world, f"period={period}") for period in periods]
        assert found == ["1", "2", "1", "2", "1", "2", "1"]
        await fold(app)


async def test_folded_in_pieces_while_visits_are_taken_back(world: World, app: FastAPI) -> None:
    pick = random.Random(SEED)
    visits = await a_year(world, 16)
    while True:
        for mechanism in ("", "leader_led"):
            more = f"&mechanism={mechanism}" if mechanism else ""
            assert await all_counts(world, more) == recounted(visits, mechanism)
        if visits and pick.random() < 0.7:
            await take_back(world, visits.pop(pick.randrange(len(visits))))
        elif not await fold(app, pick.randint(1, 90)):
            break
    assert await differences(app) == []


async def test_the_first_visit_goes_and_a_later_one_stays(world: World, app: FastAPI) -> None:
    company = (await world.company())["id"]
    first, *others = [
        await world.visit(company_id=company, visited_on=f"2025-{month}-05")
        for month in ("02", "05", "12")
    ]
    await fold(app)
    await take_back(world, first)
    for _ in range(2):
        assert await all_counts(world) == recounted(others)
        await fold(app)
    assert await world.database.fetch(
        "SELECT to_char(month, 'MM') AS month, quarter_company_count, half_company_count,"
        " year_company_count FROM kpi_months"
        " WHERE scope = 'zone' AND mechanism = '' AND metric = 'T02' ORDER BY month"
    ) == [("02", 0, 0, 0), ("05", 1, 1, 1), ("12", 1, 1, 0)]


async def test_the_migration_counts_what_was_folded_before_it(world: World, app: FastAPI) -> None:
    visits = await a_year(world, 12)
    await fold(app)
    for visit in visits[:4]:
        await take_back(world, visit)
    await fold(app)
    before = await sums(world)
    await world.database.execute(
        "UPDATE kpi_months SET quarter_company_count = 0, half_company_count = 0,"
        " year_company_count = 0"
    )
    assert await sums(world) != before
    await world.database.execute(migration("0025_companies_to_date")._FILL)
    assert await sums(world) == before


async def test_a_migrated_key_has_the_company_before_the_month(world: World) -> None:
    """A fold reads a company's year as one range."""
    key = await world.database.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'pk_kpi_company_months'"
    )
    assert str(key).endswith("company_id, month)")
