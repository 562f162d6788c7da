"""Q04 and Q13 by hand: lists by year and kind, control on the day, lists that come late."""

from typing import Any

import pytest

from app.core.clock import today
from app.kpis import ledger
from tests.world import World, problem
from tests.writes import etag

YEAR = today().year
ALL = f"period=2015-01..{YEAR}-12"


async def a_list(world: World, kind: str, year: int, *names: str, **more: Any) -> Any:
    """An edition with its entries, as a file brings them."""
    data = {"name": more.pop("name", kind), "year": str(year), "kind": kind, **more}
    content = "\n".join(["企业名称", *names]).encode()
    files = {"file": ("list.csv", content)}
    reply = await world.team_lead.post("/company-list-imports", data=data, files=files)
    assert reply.status_code == 201, reply.text
    return await world.leader.seen(f"/company-lists/{reply.json()['company_list_id']}")


async def zone(world: World, metric: str) -> tuple[str, dict[str, str]]:
    """The zone's number and its parts; the ledger is what the facts say."""
    (values,) = (await world.kpis("zone", f"{ALL}&metrics={metric}")).values()
    await world.check_drill(values[metric])
    async with world.app.state.db.transaction() as session:
        assert await ledger.verify(session) == []
    value = values[metric]
    parts = {part["dimension"]: part["value"] for part in value["breakdown"]}
    return value["value"], {name: part for name, part in parts.items() if float(part)}


async def control(world: World, company: Any, controller: Any, **days: str) -> Any:
    body = {"company_id": company["id"], "controller_id": controller["id"]}
    return await world.officer.made("/company-controls", {**body, **days})


async def signing(world: World, company: Any) -> Any:
    lead = await world.lead_at("signed", company_id=company["id"])
    path = f"/stage-transitions?lead_id={lead['id']}&to_stage=signed"
    return (await world.leader.seen(path))["items"][0]


async def recheck(world: World, step: Any) -> Any:
    path = f"/stage-transitions/{step['id']}/list-checks"
    return await world.assessor.made(path, None, headers={"If-Match": etag(step)})


async def test_a_signing_counts_once_per_kind_and_once_in_all(world: World) -> None:
    firm, other = await world.company("云南锗业"), await world.company("无名企业")
    await a_list(world, "gazelle", YEAR, "云南锗业")
    await a_list(world, "gazelle", YEAR - 1, "云南锗业", name="省级瞪羚")
    await a_list(world, "listed", YEAR - 5, "云南锗业")
    assert (await signing(world, firm))["list_kinds"] == ["gazelle", "listed"]
    assert (await signing(world, other))["list_kinds"] == []
    parts = {"any": "1.0000", "gazelle": "1.0000", "listed": "1.0000"}
    assert await zone(world, "Q04") == ("1.0000", parts)


@pytest.mark.parametrize(
    ("kind", "years_ago", "is_counted"),
    [
        ("gazelle", 2, True), ("gazelle", 3, False), ("gazelle", -1, False),
        ("global500", 0, True), ("global500", 1, False), ("neeq", 30, True),
    ],
)  # fmt: skip
async def test_a_list_holds_for_its_years(
    world: World, kind: str, years_ago: int, *, is_counted: bool
) -> None:
    firm = await world.company("云南锗业")
    await a_list(world, kind, YEAR - years_ago, "云南锗业")
    kinds = [kind] if is_counted else []
    assert (await signing(world, firm))["list_kinds"] == kinds
    seen = await world.officer.seen(f"/companies/{firm['id']}")
    assert [flag["kind"] for flag in seen["flags"]] == kinds
    page = await world.officer.seen(f"/companies?flag={kind}")
    assert [row["id"] for row in page["items"]] == [firm["id"]] * is_counted


async def test_it_is_inherited_through_two_levels_on_the_day(world: World) -> None:
    group, firm, project = [await world.company(name) for name in ("集团", "子公司", "项目公司")]
    edition = await a_list(world, "global500", YEAR, "集团")
    upper = await control(world, firm, group, from_on="2020-01-01", to_on=today().isoformat())
    await control(world, project, firm, from_on=today().isoformat())
    assert (await signing(world, project))["list_kinds"] == ["global500"]
    seen = await world.officer.seen(f"/companies/{project['id']}")
    assert seen["flags"] == [
        {
            "kind": "global500",
            "year": YEAR,
            "rank": None,
            "list_id": edition["id"],
            "through_company_id": group["id"],
        }
    ]
    page = await world.officer.seen("/companies?flag=global500&fields=name&sort=name")
    assert {row["name"] for row in page["items"]} == {"集团", "子公司", "项目公司"}
    ended = {"to_on": "2021-12-31"}
    await world.officer.patch(f"/company-controls/{upper['id']}", ended, etag(upper))
    assert (await signing(world, project))["list_kinds"] == []
    assert (await world.officer.seen(f"/companies/{project['id']}"))["flags"] == []
    assert await zone(world, "Q04") == ("1.0000", {"any": "1.0000", "global500": "1.0000"})


async def test_a_late_list_counts_when_somebody_applies_it(world: World) -> None:
    firm = await world.company("云南锗业")
    lead = await world.lead_at("pre_signing", company_id=firm["id"])
    await world.members(
        lead["id"],
        (world.officer, "lead_negotiator", "60.00"),
        (world.stranger, "supporter", "40.00"),
    )
    step = await world.move(lead["id"], "signed", agreed_amount="1.00")
    await a_list(world, "unicorn", YEAR, "云南锗业")
    assert await zone(world, "Q04") == ("0.0000", {})
    marked = await recheck(world, step)
    assert (marked["list_kinds"], marked["version"]) == (["unicorn"], step["version"] + 1)
    parts = {"any": "1.0000", "unicorn": "1.0000"}
    assert await zone(world, "Q04") == ("1.0000", parts)
    officers = await world.kpis("officers", f"{ALL}&metrics=Q04")
    assert {
        client: officers[client.id]["Q04"]["value"] for client in (world.officer, world.stranger)
    } == {world.officer: "0.6000", world.stranger: "0.4000"}
    again = await recheck(world, marked)
    assert again["version"] == marked["version"]
    gone = await world.take_back("stage-transitions", again)
    assert await zone(world, "Q04") == ("0.0000", {})
    path = f"/stage-transitions/{step['id']}/list-checks"
    refused = await world.assessor.post(path, headers={"If-Match": etag(gone)})
    problem(refused, 409, "no_recognised_signing")


LOCAL = {"region_code": "530114"}


async def test_newcomers_are_local_and_were_not_on_the_kind_before(world: World) -> None:
    for name, region in (("甲", "530114"), ("乙", "530102"), ("丙", "310000"), ("丁", "5301")):
        await world.company(name, region_code=region)
    day = f"{YEAR}-03-01"
    await a_list(world, "gazelle", YEAR - 1, "甲", published_on=f"{YEAR - 1}-03-01")
    await a_list(world, "gazelle", YEAR, "甲", "乙", "丙", "丁", "戊", published_on=day)
    await a_list(world, "high_tech", YEAR, "甲", published_on=day)
    await a_list(world, "unicorn", YEAR, "甲", published_on=day)
    # 甲 a year ago, 乙 and 丁 now; 丙 is elsewhere, of 戊 nobody knows where it is.
    assert await zone(world, "Q13") == ("4", {"gazelle": "3", "high_tech": "1"})


async def test_who_comes_again_after_a_year_without_is_new(world: World) -> None:
    await world.company("甲", **LOCAL)
    for year in (YEAR - 5, YEAR - 2, YEAR):
        await a_list(world, "gazelle", year, "甲", published_on=f"{year}-03-01")
    # Five years ago held until three years ago, which is the year before the second.
    assert await zone(world, "Q13") == ("1", {"gazelle": "1"})
    (first,) = (await world.leader.seen(f"/company-lists?year={YEAR - 5}"))["items"]
    shorter = {"valid_until_year": YEAR - 4}
    await world.leader.patch(f"/company-lists/{first['id']}", shorter, etag(first))
    assert (await zone(world, "Q13"))[0] == "2"


async def test_what_changes_a_list_is_posted(world: World) -> None:
    firm = await world.company("甲")
    edition = await a_list(world, "other", YEAR, "甲", published_on=f"{YEAR}-03-01")
    path, none = f"/company-lists/{edition['id']}", ("0", {})
    assert await zone(world, "Q13") == none
    reply = await world.leader.patch(path, {"kind": "gazelle"}, etag(edition))
    assert reply.json()["valid_until_year"] == YEAR + 2
    assert await zone(world, "Q13") == none
    moved = await world.officer.patch(f"/companies/{firm['id']}", LOCAL, etag(firm))
    assert await zone(world, "Q13") == ("1", {"gazelle": "1"})
    await a_list(world, "gazelle", YEAR - 1, "甲", name="上一年")
    assert await zone(world, "Q13") == none
    away = {"kind": "other"}
    (before,) = (await world.leader.seen(f"/company-lists?year={YEAR - 1}"))["items"]
    await world.leader.patch(f"/company-lists/{before['id']}", away, etag(before))
    assert (await zone(world, "Q13"))[0] == "1"
    gone = {"published_on": None}
    await world.leader.patch(path, gone, reply.headers["etag"])
    assert await zone(world, "Q13") == none
    assert moved.status_code == 200


async def test_two_lists_of_a_year_count_a_company_once(world: World) -> None:
    await world.company("甲", **LOCAL)
    for name, month in (("市级", "06"), ("省级", "03")):
        await a_list(world, "gazelle", YEAR, "甲", name=name, published_on=f"{YEAR}-{month}-01")
    assert await zone(world, "Q13") == ("1", {"gazelle": "1"})
    (values,) = (await world.kpis("zone", f"period={YEAR}-03&metrics=Q13")).values()
    assert values["Q13"]["value"] == "1"


async def test_an_edition_does_not_end_before_its_year(world: World) -> None:
    body = {"name": "瞪羚", "year": 2024, "kind": "gazelle", "valid_until_year": 2023}
    refused = await world.leader.post("/company-lists", body)
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "ends_before_its_year"
    defaults = {"gazelle": 2026, "global500": 2024, "listed": None}
    for kind, last in defaults.items():
        made = await world.leader.made("/company-lists", {"name": kind, "year": 2024, "kind": kind})
        assert made["valid_until_year"] == last
    given = {"name": "甲", "year": 2024, "kind": "gazelle", "valid_until_year": None}
    assert (await world.leader.made("/company-lists", given))["valid_until_year"] is None
