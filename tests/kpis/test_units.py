"""Money in 万元, 亿元 and 万美元 beside the value, which stays what it is."""

from typing import Any

import pytest

from app.kpis.units import display
from app.models.kpis import KpiUnits
from tests.kpis.test_stage_transitions import YEAR
from tests.routers.test_money_facts import recognised
from tests.world import World, problem


@pytest.mark.parametrize(
    ("value", "currency", "units", "shown"),
    [
        ("654321000.00", "CNY", "wan", "65,432.10 万元"),
        ("7150000000.00", "CNY", "yi", "71.5 亿元"),
        ("1337000000.00", "CNY", "yi", "13.37 亿元"),
        ("117000000000.00", "CNY", "yi", "1,170 亿元"),
        ("51952500.00", "USD", "wan_usd", "5,195.25 万美元"),
        ("50.00", "CNY", "wan", "0.01 万元"),  # 0.005, half up
        ("49.99", "CNY", "wan", "0.00 万元"),
        ("500000.00", "CNY", "yi", "0.01 亿元"),
        ("0.00", "CNY", "yi", "0 亿元"),
        ("-12345600.00", "CNY", "wan", "-1,234.56 万元"),
        ("99999999999999999999.99", "CNY", "wan", "10,000,000,000,000,000.00 万元"),
        ("51952500.00", "USD", "yi", None),
        ("1.0000", "leads", "wan", None),
    ],
)
def test_as_officials_write_it(value: str, currency: str, units: str, shown: str | None) -> None:
    assert display(value, currency, KpiUnits(units)) == shown


async def test_display_stands_beside_the_value(world: World) -> None:
    lead = await world.lead_at("signed", agreed_amount="71500000.00")
    await recognised(world, lead=lead, amount="50000.00")
    plain, wan, yi = [
        next(iter((await world.kpis("zone", f"{YEAR}&metrics=M01,M04,M05,Q02{more}")).values()))
        for more in ("", "&units=wan", "&units=yi")
    ]
    assert (wan["M04"]["breakdown"][0].pop("display")) == "5.00 万元"
    assert [value.pop("display") for value in (yi["M04"], yi["M04"]["breakdown"][0])] == [
        "0 亿元",
        "0 亿元",
    ]
    assert (wan["M04"].pop("display"), wan["M05"]["value"]) == ("5.00 万元", "0.00")
    assert (wan["M01"].pop("display"), yi["M01"].pop("display")) == ("7,150.00 万元", "0.72 亿元")
    assert wan == plain == yi
    reply: Any = await world.leader.get(f"/kpis/zone?{YEAR}&units=mu")
    problem(reply, 422, "invalid_values")
