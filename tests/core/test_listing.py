"""Lists: filters, search, sort, cursor, pages, totals, fields, expand, subtrees, relative dates."""

from typing import Any
from urllib.parse import quote

import pytest

from app.core.clock import today
from tests.world import Client, World, problem


async def _names(client: Client, path: str) -> list[str]:
    return [item["name"] for item in (await client.seen(path))["items"]]


# The two sides of a midnight in Shanghai, and the year's end.
CREATED = {"甲": "2026-06-30T15:59:59Z", "乙": "2026-06-30T16:00Z", "丙": "2026-12-31T00:00Z"}


async def _three_leads(world: World) -> None:
    company = {"company_id": (await world.company())["id"]}
    await world.lead(
        name="甲", mechanism="leader_led", track="opening", planned_investment="100.00",
        received_on="2026-01-15", industry_code="C2710", source_region_code="530102",
        is_leading=True, **company,
    )  # fmt: skip
    await world.lead(
        name="乙", mechanism="stationed", track="construction", planned_investment="200.50",
        received_on="2026-03-31", industry_code="C39", source_region_code="310000",
        source_country_code="US", currency="USD", **company,
    )  # fmt: skip
    await world.lead(world.team_lead, name="丙", received_on="2026-04-01")
    for name, moment in CREATED.items():
        await world.database.execute(
            f"UPDATE leads SET created_at = '{moment}' WHERE name = $1", name
        )


FILTERS = {
    "mechanism=stationed": "乙", "mechanism__ne=stationed": "甲丙",
    "mechanism__in=stationed,leader_led": "甲乙",
    "mechanism__in=stationed&mechanism__in=leader_led": "甲乙",
    "track=opening": "甲", "track__ne=opening": "乙丙",
    "track__isnull=true": "丙", "track__isnull=false": "甲乙",
    "planned_investment=100": "甲", "planned_investment__ne=100.00": "乙丙",
    "planned_investment__gt=100.00": "乙", "planned_investment__gte=100.00": "甲乙",
    "planned_investment__lt=200.50": "甲", "planned_investment__lte=200.50": "甲乙",
    "planned_investment__in=100.00,200.50": "甲乙", "planned_investment__isnull=true": "丙",
    "is_leading=true": "甲", "is_leading=false": "乙丙",
    "received_on=2026-01-15": "甲", "received_on=2026-Q1": "甲乙", "received_on=2026": "甲乙丙",
    "received_on=2026-01..2026-03": "甲乙", "received_on=2026-H2": "",
    "received_on__gt=2026-Q1": "丙", "received_on__gte=2026-03": "乙丙",
    "received_on__lt=2026-03": "甲", "received_on__lte=2026-03": "甲乙",
    "received_on__gt=2026-01-15&received_on__lt=2026-04-01": "乙",
    "created_at=2026-06": "甲", "created_at=2026-07-01": "乙", "created_at__gt=2026-07": "丙",
    "created_at__lte=2026-06-30": "甲", "created_at__gte=2026-07-01": "乙丙",
    "industry_code=2710": "甲", "industry_code__under=C": "甲乙", "industry_code__under=C27": "甲",
    "industry_code__under=C271": "甲", "industry_code__under=A": "",
    "source_region_code__under=530000": "甲", "source_region_code__under=530100": "甲",
    "source_region_code__under=53": "甲", "source_region_code__under=310000": "乙",
    "source_region_code__starts=53": "甲", "source_region_code__contains=100": "乙",
    "source_country_code=US": "乙", "currency__ne=USD": "甲丙", "stage=identified": "甲乙丙",
    "code__contains=%25": "", "code__contains=_": "", "code__starts=XM-": "甲乙丙",
    "mechanism=stationed&is_leading=true": "",
}  # fmt: skip


async def test_filters_of_every_type_and_operator(world: World) -> None:
    await _three_leads(world)
    found = {query: await _names(world.leader, f"/leads?{query}") for query in FILTERS}
    assert {query: set(names) for query, names in found.items()} == {
        query: set(names.replace("100", "")) for query, names in FILTERS.items()
    }


async def test_filters_by_reference_and_subtree_of_teams(world: World) -> None:
    await _three_leads(world)
    bureau, bio, metal = (world.teams[name] for name in ("bureau", "bio", "metal"))
    mine, others = world.officer.id, f"{world.officer.id},{world.team_lead.id}"
    for query, expected in {
        f"owner_id={mine}": "甲乙",
        f"owner_id__ne={mine}": "丙",
        f"owner_id__in={others}": "甲乙丙",
        f"team_id={bio}": "甲乙丙",
        f"team_id={bureau}": "",
        f"team_id__under={bureau}": "甲乙丙",
        f"team_id__under={metal}": "",
    }.items():
        assert set(await _names(world.leader, f"/leads?{query}")) == set(expected), query


async def test_relative_dates(world: World) -> None:
    await _three_leads(world)
    await world.lead(name="今")
    for word in ("today", "this_month", "this_quarter", "this_year", "last_1d", "last_30d"):
        assert "今" in await _names(world.leader, f"/leads?received_on={word}")
        assert "今" in await _names(world.leader, f"/leads?created_at={word}")
    assert await _names(world.leader, f"/leads?received_on={today()}") == ["今"]
    assert await _names(world.leader, "/leads?received_on__gt=today") == []


SEARCHES = {
    "锗": ["云南锗业"], "云南": ["云南锗业", "云南贵金属"], "贵金": ["云南贵金属"],
    "云内动力": ["昆明云内动力"], "yunnan": ["云南锗业", "云南贵金属"], "ynzy": ["云南锗业"],
    "kmyndl": ["昆明云内动力"], "zheye": ["云南锗业"],
    "boe": ["Boeing China"], "BOEING": ["Boeing China"], "ing ch": ["Boeing China"],
    "ｂｏｅｉｎｇ": ["Boeing China"], "%": ["百分百%棉"], "_": ["A_B 贸易"], "\\": ["C\\D 机电"],
    "分百%": ["百分百%棉"], "%云%": [], "云南昆明": [], "'": [], "A%B": [], "()|&!": [], "🐉": [],
}  # fmt: skip


async def test_search(world: World) -> None:
    names = {name for found in SEARCHES.values() for name in found}
    for name in names:
        await world.officer.made("/companies", {"name": name})
    found = {q: await _names(world.officer, f"/companies?q={quote(q)}") for q in SEARCHES}
    assert {q: sorted(hits) for q, hits in found.items()} == {
        q: sorted(hits) for q, hits in SEARCHES.items()
    }


async def test_names_sort_by_pinyin(world: World) -> None:
    for name in ("重庆机电", "安宁化工", "Zeiss", "白药集团", "apple"):
        await world.officer.made("/companies", {"name": name})
    expected = ["安宁化工", "apple", "白药集团", "重庆机电", "Zeiss"]
    assert await _names(world.officer, "/companies?sort=name") == expected
    assert await _names(world.officer, "/companies?sort=-name") == expected[::-1]


async def test_nulls_are_last_in_both_directions(world: World) -> None:
    await _three_leads(world)
    for sort, expected in {
        "planned_investment": "甲乙丙",
        "-planned_investment": "乙甲丙",
        "agreed_amount,-received_on": "丙乙甲",
        "-source": None,
    }.items():
        path = f"/leads?limit=1&sort={sort}"
        if expected is None:
            problem(await world.leader.get(path), 422, "invalid_values")
        else:
            assert await _walk(world.leader, path) == list(expected), sort


async def _walk(client: Client, path: str) -> list[str]:
    """Names in order, page by page along the `Link` header."""
    found: list[str] = []
    while path:
        reply = await client.get(path)
        body = reply.json()
        found += [item["name"] for item in body["items"]]
        link = reply.headers.get("link", "")
        assert bool(link) == body["page"]["has_more"] == (body["page"]["next_cursor"] is not None)
        path = link.partition(">")[0].removeprefix("<")
        assert not link or link.endswith('>; rel="next"')
    return found


@pytest.mark.parametrize(
    "sort",
    ["-created_at", "name", "-name,created_at", "updated_at,-name", "id"],
)
async def test_a_walk_meets_each_untouched_row_once(world: World, sort: str) -> None:
    made = [
        await world.officer.made("/companies", {"name": f"{letter}{number}"})
        for letter in "白安重"
        for number in range(6)
    ]
    doomed = {item["name"]: item["id"] for item in made[::5]}
    path, seen, cursor = f"/companies?limit=3&sort={sort}", [], ""
    while cursor is not None:
        page = await world.officer.seen(path + cursor)
        seen += [item["name"] for item in page["items"]]
        if doomed:
            name, company_id = doomed.popitem()
            last = page["items"][-1]
            assert (await world.officer.delete(f"/companies/{company_id}", '"v1"')).is_success
            if last["name"] not in {name, *doomed} and last["name"].startswith("白"):
                await world.officer.delete(f"/companies/{last['id']}", '"v1"')
            await world.officer.made("/companies", {"name": f"新{name}"})
            await world.officer.made("/companies", {"name": f"a{name}"})
        following = page["page"]["next_cursor"]
        cursor = following and f"&cursor={following}"
    assert len(seen) == len(set(seen))
    assert {item["name"] for item in made} - {item["name"] for item in made[::5]} <= set(seen)


@pytest.mark.parametrize("sort", ["planned_investment", "-planned_investment,received_on"])
async def test_a_walk_over_nulls_and_equal_keys(world: World, sort: str) -> None:
    decision = {"decision": "not_duplicate", "reason": "另一期"}
    company: Any = {"company_id": (await world.company())["id"], "duplicate_decision": decision}
    for number in range(9):
        amount = {0: "5.00", 1: "7.00"}.get(number % 3)
        await world.lead(name=f"{number}", planned_investment=amount, **company)
    walked = await _walk(world.officer, f"/leads?limit=2&sort={sort}")
    assert sorted(walked) == [f"{number}" for number in range(9)]
    assert {int(name) % 3 for name in walked[-3:]} == {2}


async def test_a_cursor_belongs_to_its_list(world: World) -> None:
    for number in range(3):
        await world.lead(name=f"{number}")
    page = await world.officer.seen("/leads?limit=1&sort=name&stage=identified")
    cursor = page["page"]["next_cursor"]
    fine = f"/leads?limit=2&sort=name&stage=identified&cursor={cursor}"
    assert await _names(world.officer, fine) == ["1", "2"]
    flipped = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    for path in (
        fine.replace("sort=name", "sort=-name"),
        fine.replace("sort=name&", ""),
        fine.replace("identified", "contacted"),
        fine.replace("&stage=identified", ""),
        f"{fine}&q=1",
        fine.replace("/leads", "/companies").replace("&stage=identified", ""),
        fine.replace(cursor, flipped),
        fine.replace(cursor, cursor[: len(cursor) // 2]),
        fine.replace(cursor, "a.b"),
    ):
        problem(await world.officer.get(path), 400, "cursor_mismatch")
    problem(await world.leader.get(fine), 400, "cursor_mismatch")
    assert (await world.colleague.seen(fine))["items"] == []
    problem(await world.officer.get(f"{fine}&page=1"), 422, "invalid_values")


async def test_pages_reach_row_10000_and_totals_are_exact_or_estimated(world: World) -> None:
    await world.database.execute(
        "INSERT INTO company_lists (id, version, created_at, updated_at, name, kind, year, is_demo,"
        " search_text, name_sort) SELECT gen_random_uuid(), 1, now(), now(), lpad(n::text, 5, '0'),"
        " 'other', 1949 + n % 2, false, '', lpad(n::text, 5, '0') FROM generate_series(1, 10020) n"
    )
    path = "/company-lists?sort=name"
    deepest = await world.officer.seen(f"{path}&page=500&page_size=20&total=estimated")
    assert [deepest["items"][0]["name"], deepest["items"][-1]["name"]] == ["09981", "10000"]
    assert deepest["page"] | {"next_cursor": None} == {
        "limit": 20, "has_more": True, "next_cursor": None, "page": 500,
        "total": 10001, "is_total_exact": False,
    }  # fmt: skip
    problem(await world.officer.get(f"{path}&page=501&page_size=20"), 422, "invalid_values")
    for query, total, is_exact in [
        ("&total=exact", 10020, True),
        ("&total=estimated&year=1949", 5010, True),
        ("&total=exact&name__starts=0001", 10, True),
        ("", None, None),
    ]:
        page = (await world.officer.seen(f"{path}&limit=1{query}"))["page"]
        assert (page["total"], page["is_total_exact"]) == (total, is_exact)


async def test_fields_and_expand(world: World) -> None:
    lead = await world.lead(name="甲")
    for path in (f"/leads/{lead['id']}", "/leads"):
        body = await world.officer.seen(f"{path}?fields=name,id&fields=stage&expand=owner,company")
        item: Any = body if "items" not in body else body["items"][0]
        assert set(item) == {"id", "name", "stage", "company", "owner"}
        assert item["company"]["id"] == lead["company_id"]
        assert item["owner"]["id"] == world.officer.id
        assert not {"password_hash", "username"} & set(item["owner"])
    for query, parameter in {"fields=nme": "fields", "expand=ownr": "expand"}.items():
        reply = await world.officer.get(f"/leads/{lead['id']}?{query}")
        error = problem(reply, 422, "invalid_values")["errors"][0]
        assert error["parameter"] == parameter
        assert error["message"].endswith(f"did you mean: {'name' if 'nme' in query else 'owner'}")


async def test_expand_goes_no_further_than_the_callers_rights(world: World) -> None:
    lead = await world.lead(name="甲", is_restricted=True)
    ours = [world.officer.id, world.stranger.id]
    visit = await world.visit(lead_id=lead["id"], participant_ids=ours)
    for path in (f"/visits/{visit['id']}?expand=lead,company", "/visits?expand=lead,company"):
        for client, is_seen in ((world.officer, True), (world.stranger, False)):
            body = await client.seen(path)
            item: Any = body if "items" not in body else body["items"][0]
            assert (item["lead"] is not None) is is_seen
            assert item["company"]["id"] == lead["company_id"]
    problem(await world.stranger.get(f"/leads/{lead['id']}"), 404, "not_found")
