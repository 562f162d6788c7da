"""Published figures over HTTP: facts typed and recognised, rates and gaps as they were printed."""

from decimal import Decimal
from typing import Any

import pytest

from app.kpis.attainment import percent
from tests.kpis.test_stage_transitions import zone
from tests.routers.test_kpi_targets import ZONE, made
from tests.routers.test_money_facts import recognised
from tests.world import World

YI = Decimal(100_000_000)


def yuan(yi: str) -> str:
    return f"{Decimal(yi) * YI:.2f}"


@pytest.mark.parametrize(
    ("money", "decimals", "value", "printed"),
    [
        pytest.param("370 / 1077", 1, "0.3435", "34.4 %", id="V3"),
        pytest.param("326 / 2104", 2, "0.1549", "15.49 %", id="V4"),
        pytest.param("99.68 / 145", 1, "0.6874", "68.7 %", id="V8"),
        pytest.param("40 / 45", 1, "0.8889", "88.9 %", id="V8-count"),
        pytest.param("219.22 / 589", 2, "0.3722", "37.22 %", id="V9"),
    ],
)
async def test_arrived_of_what_was_agreed(
    world: World, money: str, decimals: int, value: str, printed: str
) -> None:
    arrived, agreed = money.split(" / ")
    lead = await world.lead_at("signed", agreed_amount=yuan(agreed))
    await recognised(world, lead=lead, amount=yuan(arrived))
    rate = (await zone(world, "R05"))["R05"]
    assert rate["value"] == value
    parts = Decimal(rate["numerator"]), Decimal(rate["denominator"])
    assert percent(*parts, decimals) == printed


@pytest.mark.parametrize(
    ("arrived", "target", "display", "gap"),
    [
        pytest.param("100.5136", "80", "125.64 %", "42.31", id="V5"),
        pytest.param("70.41", "100", "70.41 %", "-12.92", id="V6"),
        pytest.param("495.69", "100", "495.69 %", "412.36", id="V7"),
    ],
)
async def test_october_against_the_linear_year(
    world: World, arrived: str, target: str, display: str, gap: str
) -> None:
    whole: Any = {"metric": "M02", "year": 2025, "scope": "zone", "scope_id": ZONE}
    await made(world, value=f"{Decimal(target) * YI:.4f}", **whole)
    await recognised(world, arrived_on="2025-10-31", amount=yuan(arrived))
    page = await world.leader.seen("/kpi-attainments?period=2025-01..2025-10")
    (found,) = [value for row in page["items"] for value in row["values"]]
    assert (found["display"], found["schedule_gap"]) == (display, gap)
    (row,) = await world.opened(found["drill"])
    assert Decimal(row["quantity"]) == Decimal(arrived) * YI
