"""Versions of M02 and Q03 over the same facts, by hand; locked months keep the old numbers."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from fastapi import FastAPI

from app.kpis import ledger
from app.models.ledger_entries import ZONE_ID
from tests.world import World, problem
from tests.writes import etag
from tests.writes.metric_definitions import capital, version
from tests.writes.money import body_of

# Amount, payer's region, more. Kunming is 5301, Qujing 5303, Shanghai 3101.
ARRIVALS: list[tuple[str, str, dict[str, Any]]] = [
    ("1.00", "530102", {}),
    ("10.00", "530302", {}),
    ("100.00", "310115", {}),
    ("1000.00", "310115", {"excluded_tags": ["real_estate"]}),
    ("10000.00", "310115", {"kind": "working"}),
    ("100000.00", "310115", {"ultimate_country_code": "CN", "ultimate_region_code": "530102"}),
]
FORMER = version("M02", 2022, origin_of="ultimate", kinds=["fixed"])
PAIR = "negotiating>signed"
STEPS = [200_000_000, 100_000_000, 1_000_000_000]
THRESHOLDS = version("Q03", 2020, thresholds=STEPS)


async def arrived(world: World, lead: Any, year: int) -> None:
    for amount, region, more in ARRIVALS:
        body = body_of("capital_arrival", lead, amount=amount, arrived_on=f"{year}-05-06")
        body |= {"payer_region_code": region, **more}
        fact = await world.officer.made("/capital-arrivals", body)
        await world.assessor.made(
            f"/capital-arrivals/{fact['id']}/decisions",
            {"decision": "recognise"},
            headers={"If-Match": etag(fact)},
        )


async def drafted(world: World, body: dict[str, Any]) -> Any:
    return await world.assessor.made("/metric-definitions", body)


async def adopted(world: World, body: dict[str, Any]) -> Any:
    row = await drafted(world, body)
    path, headers = f"/metric-definitions/{row['id']}/adoptions", {"If-Match": etag(row)}
    return await world.assessor.made(path, None, headers=headers)


async def number(world: World, metric: str, period: str) -> Any:
    return (await world.kpis("zone", f"period={period}&metrics={metric}"))[str(ZONE_ID)][metric]


async def check_exact(app: FastAPI) -> None:
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []


async def test_three_versions_over_the_same_facts(world: World, app: FastAPI) -> None:
    lead = await world.lead_at("signed")
    for year in (2019, 2022, 2024):
        await arrived(world, lead, year)
        assert (await number(world, "M02", f"{year}"))["value"] == "111110.00"
    await adopted(world, FORMER)
    await adopted(world, capital())
    # 2019 市外: all but Kunming's. 2022: fixed, by the ultimate investor. 2024: 省外, no 房地产.
    for year, value, held_by in (
        (2019, "111110.00", 1), (2022, "1110.00", 2), (2024, "110100.00", 3),
    ):  # fmt: skip
        told = await number(world, "M02", f"{year}")
        assert (told["value"], told["definition_id"]) == (value, f"M02@{held_by}")
        await world.check_drill(told)
        rows = await world.opened(told["drill"])
        held: dict[int, Decimal] = defaultdict(Decimal)
        for row in rows:
            held[row["definition_version"]] += Decimal(row["quantity"])
        assert {v: total for v, total in held.items() if total} == {held_by: Decimal(value)}
    assert (await number(world, "M02", "2019..2024"))["value"] == "222320.00"
    await check_exact(app)


async def test_what_counts_after_the_adoption_counts_by_it(world: World, app: FastAPI) -> None:
    await adopted(world, capital())
    await arrived(world, await world.lead_at("signed"), 2025)
    assert (await number(world, "M02", "2025"))["value"] == "110100.00"
    await check_exact(app)


async def test_a_version_that_counts_on_the_day_of_recognition(world: World) -> None:
    await arrived(world, await world.lead_at("signed"), 2025)
    await adopted(world, capital(counting_date="recognised"))
    assert (await number(world, "M02", "2025"))["value"] == "0.00"
    assert (await number(world, "M02", "today"))["value"] == "110100.00"


async def test_other_thresholds(world: World, app: FastAPI) -> None:
    await world.lead_at("signed", agreed_amount="300000000.00")
    row = await adopted(world, THRESHOLDS)
    assert row["parameters"]["thresholds"] == [100_000_000, 200_000_000, 1_000_000_000]
    assert row["wording_zh"] == "按认定日期计入；≥ 1 亿元、≥ 2 亿元、≥ 10 亿元"
    told = await number(world, "Q03", "this_year")
    parts = {p["dimension"]: p["value"] for p in told["breakdown"] if Decimal(p["value"])}
    assert parts == {"100000000": "1.0000", "200000000": "1.0000"}
    await world.check_drill(told)
    await check_exact(app)


async def test_the_report_says_what_a_draft_would_change(world: World) -> None:
    await arrived(world, await world.lead_at("signed"), 2022)
    row = await drafted(world, capital())
    assert (row["definition_version"], row["status"]) == (2, "draft")
    path = f"/metric-definitions/{row['id']}/shadow-report?period=2022"
    report = await world.leader.seen(path)
    assert report["definition_id"] == "M02@2"
    of_zone = {item["scope"]: item for item in report["items"]}["zone"]
    told = (of_zone["value"], of_zone["shadow_value"], of_zone["difference"])
    assert told == ("111110.00", "110100.00", "-1010.00")
    assert {item["scope"] for item in report["items"]} == {"officer", "team", "zone"}
    assert (await number(world, "M02", "2022"))["value"] == "111110.00"
    assert not (await world.leader.seen(path.replace("2022", "2021")))["items"]


async def test_a_locked_month_keeps_its_number(world: World, app: FastAPI) -> None:
    await arrived(world, await world.lead_at("signed"), 2024)
    since = await world.instant()
    body = {"month": "2024-05-01", "cut_off_on": "2024-06-01"}
    period = await world.assessor.made("/periods", body)
    for to in ("closings", "locks"):
        headers = {"If-Match": etag(period)}
        period = await world.assessor.made(f"/periods/{period['id']}/{to}", None, headers=headers)
    await adopted(world, capital())
    assert (await number(world, "M02", "2024-05"))["value"] == "111110.00"
    assert (await number(world, "M02", "this_month"))["value"] == "-1010.00"
    query = (
        f"metric=M02&period=this_month&scope=zone&scope_id={ZONE_ID}"
        f"&from_at={since.replace('+', '%2B')}"
    )
    (part,) = (await world.leader.seen(f"/kpi-changes?{query}"))["parts"]
    terms = {term["term"]: term["value"] for term in part["terms"] if Decimal(term["value"])}
    # Two facts fall out (10 from Qujing, 1000 of 房地产); the others are counted anew in between.
    assert terms == {"re_defined": "-1010.00"}
    await check_exact(app)


async def test_what_is_no_version(world: World) -> None:
    for body, pointer in (
        (version("Q03", 2020, thresholds=[200_000_000]), "/parameters/thresholds"),
        (capital(thresholds=[100_000_000]), "/parameters/thresholds"),
        (capital(kinds=[]), "/parameters/kinds"),
        (version("R07", 2020, pairs=[PAIR, "signed>contacted"]), "/parameters/pairs/1"),
        (version("R07", 2020, pairs=["signed>registered"]), "/parameters/pairs"),
        (version("M10", 2020), ""),
    ):
        reply = await world.assessor.post("/metric-definitions", body)
        assert problem(reply, 422, "invalid_values")["errors"][0]["pointer"] == pointer
    row = await adopted(world, capital())
    reply = await world.assessor.post(
        f"/metric-definitions/{row['id']}/adoptions", None, headers={"If-Match": etag(row)}
    )
    problem(reply, 409, "definition_adopted")


async def test_the_wording_is_made_of_the_parameters(world: World) -> None:
    row = await drafted(world, capital())
    assert row["wording_zh"] == (
        "省外；按付款方所在地；按发生日期计入；固定资产、流动资金；不含房地产、基础设施、金融"
    )
    assert row["wording_en"].startswith("From outside the province; by the payer; ")
    history = await world.officer.seen("/metric-definitions?metric=M02")
    assert sorted(item["definition_version"] for item in history["items"]) == [1, 2]
    parameters = {"thresholds": [100_000_000, 123_456_789, 10**15]}
    row = await drafted(world, THRESHOLDS | {"parameters": parameters})
    assert row["wording_zh"].endswith("≥ 1 亿元、≥ 1.23456789 亿元、≥ 10000000 亿元")
