"""The demonstration zone: the same rows every time, every stage and track, exact numbers."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from rich.console import Console
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today
from app.core.security import verify_password
from app.demo import zone
from app.kpis import ledger
from app.models.codes import is_credit_code
from app.models.pipeline import LANDING, Stage, Track
from tests.world import World

PASSWORD = "Demo-2026-phoenix"
LEADS = """
SELECT id, name, stage, owner_id, planned_investment, last_visited_on FROM leads ORDER BY id
"""


async def loaded(world: World) -> bool:
    async with world.app.state.db.transaction() as session:
        is_new = await zone.load_demo(session, Console(quiet=True))
        await zone.set_demo_password(session, PASSWORD)
    return is_new


async def test_what_the_zone_holds(world: World) -> None:
    assert await loaded(world)
    await every_stage_of_every_track_is_there(world)
    await visits_span_two_years(world)
    await real_names_carry_no_amounts(world)
    await five_chains_of_published_industries_are_there(world)
    await the_published_sums_of_2019_are_reproduced(world)
    await the_report_of_2019_says_what_was_published(world)
    await combinations_of_the_article_are_there(world)
    await both_areas_have_sites_and_the_full_one_buildings_only(world)
    await a_group_of_three_and_flags_on_made_up_companies(world)
    await the_excerpt_is_a_hundred_rows_and_codes_are_valid(world)
    await the_leads_have_clocks_and_what_they_were_told(world)
    await lights_and_land_are_counted(world)
    await every_gap_and_every_target_can_be_opened(world)
    await a_manager_sees_attainment_ranks_and_an_adjustment(world)
    async with AsyncSession(world.app.state.db.engine) as session:
        assert await ledger.verify(session) == []


@pytest.mark.long
async def test_it_is_the_same_everywhere_and_loads_once(world: World, wipe: str) -> None:
    await loaded(world)
    first = await world.database.fetch(LEADS)
    await world.database.execute(wipe)
    await loaded(world)
    assert await world.database.fetch(LEADS) == first
    before = await world.fingerprint()
    assert not await loaded(world)
    assert await world.fingerprint() == before
    await outside_demo_mode_the_accounts_are_shut(world)


async def the_leads_have_clocks_and_what_they_were_told(world: World) -> None:
    row: Any = await world.database.fetchrow(
        "SELECT count(*) AS leads, count(c.id) AS clocks, (SELECT count(*) FROM follow_ups"
        " WHERE status = 'open') AS open FROM leads l LEFT JOIN lead_clocks c ON c.lead_id = l.id"
        " WHERE l.received_on >= '2024-11-01'"
    )
    assert (row["leads"], row["open"]) == (row["clocks"], 6)


async def lights_and_land_are_counted(world: World) -> None:
    rows = await world.database.fetch(
        "SELECT metric, part, sum(quantity) AS total FROM ledger_entries WHERE scope = 'zone'"
        " AND metric IN ('P05', 'P07', 'R12') GROUP BY 1, 2"
    )
    found = {(row["metric"], row["part"]): row["total"] for row in rows}
    assert found["P05", "value"] >= 10
    assert 0 < found["P07", "numerator"] < found["P07", "denominator"]
    assert found["R12", "denominator"] == 45  # 30,000 m²
    assert found["R12", "numerator"] > 0


async def every_stage_of_every_track_is_there(world: World) -> None:
    rows = await world.database.fetch("SELECT stage, track FROM leads WHERE is_demo")
    found = Counter((row["stage"], row["track"]) for row in rows)
    for track in Track:
        for stage in (Stage.identified, Stage.negotiating, Stage.signed, *LANDING[track]):
            assert found[stage, track] >= 1, (stage, track)


async def visits_span_two_years(world: World) -> None:
    row: Any = await world.database.fetchrow(
        "SELECT count(*) AS count, max(visited_on) - min(visited_on) AS days FROM visits"
    )
    assert row["count"] > 1000
    assert 690 <= row["days"] <= 730


async def real_names_carry_no_amounts(world: World) -> None:
    names = (
        "贵金属产业园区",
        "电子商务产业园",
        "云硅智能科技小镇",
        "军民融合科技创新园",
        "高尚正电子药物生产基地",
    )
    rows = await world.database.fetch(
        "SELECT planned_investment, agreed_amount FROM leads WHERE name = ANY($1)"
        " OR company_id IN (SELECT e.company_id FROM company_list_entries e JOIN company_lists l"
        " ON l.id = e.company_list_id WHERE l.kind = 'global500')",
        list(names),
    )
    assert len(rows) == 11
    assert {(row["planned_investment"], row["agreed_amount"]) for row in rows} == {(None, None)}


async def five_chains_of_published_industries_are_there(world: World) -> None:
    page = await world.leader.seen("/industry-chains?is_demo=true")
    assert [(chain["name"], chain["kind"]) for chain in page["items"]] == [
        ("生物医药大健康", "key_industry"),
        ("金属新材料", "key_industry"),
        ("IT和现代服务业", "key_industry"),
        ("智能装备", "emerging"),
        ("电子商务", "emerging"),
    ]
    for chain, count in zip(page["items"], (17, 10, 9, 9, 8), strict=True):
        drawn = await world.leader.seen(f"/industry-chains/{chain['id']}/graph")
        assert len(drawn["nodes"]) == count
        assert {node["status"] for node in drawn["nodes"]} >= {"missing"}
        assert 0 < float(drawn["coverage"]) < 0.5
        assert drawn["links"]
        past = await world.leader.seen(f"/industry-chains/{chain['id']}/graph?as_of=2025-01-01")
        assert {node["status"] for node in past["nodes"]} == {"missing"}
        assert past["coverage"] == "0.0000"


async def a_manager_sees_attainment_ranks_and_an_adjustment(world: World) -> None:
    await the_zone_and_its_units_have_targets(world)
    await half_a_year_is_scored_and_published(world)
    await a_late_visit_of_the_locked_june_counts_later(world)


async def the_zone_and_its_units_have_targets(world: World) -> None:
    path = "/kpi-attainments?period=2026-01..2026-06&scope={}"
    (zone,) = (await world.leader.seen(path.format("zone")))["items"]
    told = {value["metric"]: value for value in zone["values"]}
    assert set(told) == {"Q02", "M01", "T09", "M10"}
    for metric, value in told.items():
        reached = Decimal(value["value"]) / Decimal(value["target"])
        # 5 + 5 + 10 + 5 + 5 + 15 of 100 are due by June, or six of twelve months.
        due = Decimal("0.45" if metric == "M01" else "0.5")
        gap = ((reached - due) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert 0 < reached < 2, metric
        assert Decimal(value["schedule_gap"]) == gap, metric
    units = (await world.leader.seen(path.format("combination")))["items"]
    assert {len(unit["values"]) for unit in units} == {2}
    assert len(units) == 5


async def half_a_year_is_scored_and_published(world: World) -> None:
    (scheme,) = (await world.leader.seen("/schemes?is_demo=true"))["items"]
    assert scheme["status"] == "published"
    path = f"/scorecards?scheme_id={scheme['id']}&sort=rank&limit=200"
    cards = (await world.leader.seen(path))["items"]
    totals = [Decimal(card["total"]) for card in cards]
    assert len(cards) == 14
    assert [card["rank"] for card in cards] == [
        1 + sum(other > total for other in totals) for total in totals
    ]
    assert len(set(totals)) > 7
    for card in cards:
        lines = card["snapshot"]["lines"]
        assert sum(Decimal(line["points"]) for line in lines) == Decimal(card["total"])
        assert (card["status"], lines[0]["measures"][0]["target_version"]) == ("published", 1)
        assert (card["from_on"], card["to_on"]) == ("2026-01-01", "2026-06-30")
    listed = (await world.leader.seen("/scorecard-listings?colour=red"))["items"]
    assert len(listed) == sum(card["rank"] <= 3 for card in cards)


async def a_late_visit_of_the_locked_june_counts_later(world: World) -> None:
    (june,) = (await world.leader.seen("/periods"))["items"]
    assert (june["month"], june["status"]) == ("2026-06-01", "locked")
    (zone,) = (await world.kpis("zone", "period=2026-06&metrics=T09,Q02")).values()
    assert {value["status"] for value in zone.values()} == {"closed"}
    (late,) = await world.opened("/ledger-entries?adjusts_period=2026-06-01&scope=zone&metric=T09")
    assert (late["fact_on"], Decimal(late["quantity"])) == ("2026-06-17", 1)
    assert late["counted_on"] == f"{today()}"
    visit = await world.leader.seen(f"/visits/{late['subject_id']}")
    assert visit["is_demo"]
    assert "补录" in visit["late_reason"]
    kept = await world.opened(f"/period-snapshots?period_id={june['id']}&scope=zone&metric=T09")
    headline = sum(Decimal(row["quantity"]) for row in kept)
    assert headline == Decimal(zone["T09"]["value"])


async def combinations_of_the_article_are_there(world: World) -> None:
    page = await world.leader.seen("/combinations?is_demo=true")
    told = [(u["name"], u["priority"], u["completeness"]) for u in page["items"]]
    assert told == [
        ("生物医药大健康", 1, 4),
        ("金属新材料", 2, 5),
        ("IT和现代服务业", 3, 4),
        ("智能装备", 4, 1),
        ("电子商务", 5, 2),
    ]
    without = await world.database.fetchval(
        "SELECT count(*) FROM leads WHERE combination_id IS NULL"
        " AND stage NOT IN ('identified', 'contacted') AND name NOT LIKE '2019年%'"
    )
    assert without == 0
    first = page["items"][0]
    found = await world.leader.seen(f"/combinations/{first['id']}/results?period=2026")
    values = {value["metric"]: value["value"] for value in found["values"]}
    assert values["M10"] == "80000000.00"
    assert values["R10"] == "1.0000"


async def both_areas_have_sites_and_the_full_one_buildings_only(world: World) -> None:
    areas = (await world.leader.seen("/parks?kind=area&is_demo=true"))["items"]
    assert {(a["area_m2"], a["is_full"], a["region_code"]) for a in areas} == {
        ("5000000.00", True, "530102"),
        ("86880000.00", False, "530114"),
    }
    for area in areas:
        sites = (await world.leader.seen(f"/sites?park_id={area['id']}"))["items"]
        assert len(sites) >= 3
        assert ("land" in {site["kind"] for site in sites}) is not area["is_full"]
    parks = (await world.leader.seen("/parks?kind=specialised_park"))["items"]
    assert {park["area_m2"] for park in parks} == {None}
    rows = (await world.leader.seen("/site-reservations?expand=site"))["items"]
    assert {row["site"]["code"] for row in rows} == {"E-01", "E-D1", "E-D2", "W-01"}
    land = (await world.leader.seen("/sites?kind=land&free_area_m2__gte=60000"))["items"]
    # 150 亩 are 100,000 m², of which 40,000 are taken.
    assert [(site["code"], site["area_m2"], site["area_mu"]) for site in land] == [
        ("E-D1", "100000.00", "150.0000")
    ]


async def a_group_of_three_and_flags_on_made_up_companies(world: World) -> None:
    page = await world.leader.seen("/companies?is_demo=true&limit=200")
    found = {c["name"].removesuffix("有限公司"): c for c in page["items"] if c["flags"]}
    kinds = {name: [flag["kind"] for flag in c["flags"]] for name, c in found.items()}
    assert kinds == {
        "翠湖软件技术": ["gazelle"],
        "云岭生物制药": ["gazelle", "high_tech"],
        "金马贵金属材料": ["high_tech"],
        "碧鸡贵金属材料": ["high_tech"],
    }
    through = found["碧鸡贵金属材料"]["flags"][0]["through_company_id"]
    assert through == found["金马贵金属材料"]["id"]
    group = await world.leader.seen(f"/companies/{through}/group")
    assert [(m["name"], m["depth"]) for m in group["members"]] == [
        ("滇峰贵金属材料有限公司", -1),
        ("金马贵金属材料有限公司", 0),
        ("碧鸡贵金属材料有限公司", 1),
    ]
    assert found["翠湖软件技术"]["incubation_stage"] == "incubator"


async def every_gap_and_every_target_can_be_opened(world: World) -> None:
    """From the answered terms alone; rounded as they are, they give the answered number."""
    chains = (await world.leader.seen("/industry-chains?is_demo=true"))["items"]
    for chain in chains:
        nodes = (await world.leader.seen(f"/industry-chains/{chain['id']}/gaps"))["nodes"]
        wanted = {node["chain_node_id"]: gap_of(node) for node in nodes}
        assert max(wanted.values()) > 0
        for node in nodes:
            exact = wanted[node["chain_node_id"]]
            assert abs(Fraction(node["gap"]) - exact) <= Fraction(1, 20_000), node
    targets = (await world.leader.seen("/targets?limit=200"))["items"]
    assert len({target["combination_id"] for target in targets}) >= 3
    for target in targets:
        parts = [Decimal(factor["contribution"]) for factor in target["factors"]]
        assert sum(parts) == Decimal(target["score"])


def gap_of(node: Any) -> Fraction:
    """g by hand from a node's links, shares and importance."""
    shortfall = 1 - covered(node)
    reached = sum(link["strength"] * covered(link) for link in node["links"])
    kappa = min(Fraction(1), reached / Fraction(node["coupling"]["denominator"]))
    wanted = sum(link["strength"] * Fraction(link["needed_share"]) for link in node["links"])
    most = Fraction(node["complementarity"]["denominator"])
    mu = shortfall * wanted / most if most else Fraction(0)
    return Fraction(node["importance"], 5) * shortfall * (kappa + mu) / 2


def covered(part: Any) -> Fraction:
    needed = Fraction(part["needed_share"])
    return min(Fraction(1), Fraction(part["present_share"]) / needed) if needed else Fraction(1)


@pytest.mark.long
async def test_the_command_prints_the_gaps_of_every_chain(world: World) -> None:
    await loaded(world)
    found = await printed(world, "gaps")
    for name in ("生物医药大健康", "金属新材料", "IT和现代服务业", "智能装备", "电子商务"):
        assert name in found
    assert "fill" in found
    assert "extend" in found
    # 17 + 10 + 9 + 9 + 8 nodes, each with its sum, and five headers.
    assert found.count("/5 · ") == 53 + 5
    again = await printed(world, "recompute", "--combination", "智能装备")
    assert "0 created, 0 changed" in again


async def printed(world: World, *arguments: str) -> str:
    """What `yinfeng targets …` prints."""
    code = "from app.cli import cli; cli()"
    environment = {
        **os.environ,
        "YINFENG_DATABASE_URL": world.app.state.db.url,
        "COLUMNS": "250",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, "targets", *arguments,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode()


async def the_excerpt_is_a_hundred_rows_and_codes_are_valid(world: World) -> None:
    (excerpt,) = (await world.leader.seen("/company-lists?kind=global500"))["items"]
    assert excerpt["entry_count"] == 100
    codes = await world.database.fetch("SELECT credit_code FROM companies WHERE is_demo")
    assert len(codes) == 76
    assert all(is_credit_code(row["credit_code"]) for row in codes)


async def the_published_sums_of_2019_are_reproduced(world: World) -> None:
    """V26 of the domain: the founding article's January to June."""
    values = next(iter((await world.kpis("zone", "period=2019-01..2019-06")).values()))
    assert {code: values[code]["value"] for code in ("M02", "M05", "M06")} == {
        "M02": "7150000000.00",
        "M05": "51952500.00",
        "M06": "2260000000.00",
    }
    for code in ("M02", "M05", "M06"):
        await world.check_drill(values[code])
    (lead,) = (await world.leader.seen("/leads?q=公布数据"))["items"]
    assert lead["is_demo"]
    assert "演示虚构" in lead["description"]
    signed = await world.kpis("zone", "period=2018-01..2019-12&metrics=Q02,M01")
    assert [v["value"] for row in signed.values() for v in row.values()] == ["0.0000", "0.00"]
    facts = await world.leader.seen(f"/capital-arrivals?lead_id={lead['id']}")
    assert {(f["is_demo"], f["notes"], f["credits"][0]["share"]) for f in facts["items"]} == {
        (True, lead["description"], "100.00")
    }


async def the_report_of_2019_says_what_was_published(world: World) -> None:
    """V26 in the officials' words; nothing was recognised in 2018, so nothing is compared."""
    asked = "/reports/year-to-date{}?period=2019-01..2019-06"
    report = await world.leader.seen(asked.format(""))
    assert report["text"]["zh"].startswith(
        "2019年1—6月，引进市外到位资金71.5亿元；实际利用外资5195.25万美元；固定资产投资22.6亿元。"
    )
    assert report["text"]["en"].startswith(
        "January–June 2019: out-of-city capital arrived CNY 7.15 billion;"
        " foreign capital used USD 51.9525 million; fixed investment CNY 2.26 billion."
    )
    assert {n["change_reason"] for n in report["numbers"]} == {"previous_not_positive"}
    sent = {"Accept-Language": "zh"}
    page = (await world.leader.get(asked.format(".html"), headers=sent)).text
    for written in ("71.5亿元", "5195.25万美元", "22.6亿元"):
        assert f">{written}</td>" in page
    file = (await world.leader.get(asked.format(".xlsx"), headers=sent)).content
    sheet: Any = load_workbook(BytesIO(file))["汇总"]
    told = {row[1].value: (row[2].value, row[3].value) for row in sheet.iter_rows(min_row=3)}
    assert told["M02@1"] == ("元", 7_150_000_000)
    assert told["M05@1"] == ("美元", 51_952_500)
    assert told["M06@1"] == ("元", 2_260_000_000)


async def outside_demo_mode_the_accounts_are_shut(world: World) -> None:
    form = {"username": "officer", "password": PASSWORD}
    assert (await world.nobody.request("POST", "/sessions", data=form)).status_code == 201
    async with world.app.state.db.transaction() as session:
        await zone.close_demo_accounts(session)
        officers = (await session.exec(select(zone.Officer))).all()
        assert not any(verify_password(o.password_hash, PASSWORD) for o in officers if o.is_demo)
    assert (await world.nobody.request("POST", "/sessions", data=form)).status_code == 401
