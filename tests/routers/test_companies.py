"""Companies: codes, search, subtrees, removal."""

from typing import Any

import pytest

from app.models.codes import synthetic_credit_code
from tests.world import World, problem
from tests.writes import etag

NAMES = ["云南白药集团股份有限公司", "昆药集团股份有限公司", "贵研铂业股份有限公司"]


async def found(world: World, query: str) -> list[str]:
    page = await world.officer.seen(f"/companies?sort=name&{query}")
    return [item["name"] for item in page["items"]]


async def test_a_company_is_registered(world: World) -> None:
    body = {
        "name": "  云南锗业股份有限公司 ",
        "credit_code": "91530100ma6k000490",
        "region_code": "530100",
        "industry_code": "C3985",
        "is_listed": True,
    }
    response = await world.officer.post("/companies", body)
    company = response.json()
    assert response.status_code == 201, company
    assert (company["name"], company["credit_code"], company["country_code"]) == (
        "云南锗业股份有限公司", "91530100MA6K000490", "CN",
    )  # fmt: skip
    assert company == await world.auditor.seen(f"/companies/{company['id']}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": " "}, ("/name", "string_too_short")),
        (
            {"name": "A", "credit_code": "91110000600037342L"},
            ("/credit_code", "credit_code_invalid"),
        ),
        ({"name": "A", "country_code": "XX"}, ("/country_code", "country_code_unknown")),
        ({"name": "A", "region_code": "999999"}, ("/region_code", "region_code_unknown")),
        ({"name": "A", "industry_code": "A39"}, ("/industry_code", "industry_letter_mismatch")),
        ({"name": "A", "id": "1"}, ("/id", "extra_forbidden")),
    ],
)
async def test_what_is_refused(world: World, body: Any, expected: tuple[str, str]) -> None:
    refused = problem(await world.officer.post("/companies", body), 422, "invalid_values")
    assert expected in [(error["pointer"], error["code"]) for error in refused["errors"]]


async def test_a_credit_code_is_unique_until_its_company_is_removed(world: World) -> None:
    first = await world.company()
    body = {"name": "另一家", "credit_code": first["credit_code"]}
    refused = problem(await world.officer.post("/companies", body), 409, "possible_duplicate")
    assert refused["errors"][0]["pointer"] == "/credit_code"
    assert (await world.officer.delete(f"/companies/{first['id']}", etag(first))).status_code == 204
    problem(await world.officer.get(f"/companies/{first['id']}"), 404, "not_found")
    await world.officer.made("/companies", body)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("药", [1, 0]),
        ("白药集团", [0]),
        ("yunnanbai", [0]),
        ("ynby", [0]),
        ("GUIYAN", [2]),
        ("gf", [2, 1, 0]),
        ("ｂａｉｙａｏ", [0]),
        ("药白", []),
        ("zzz", []),
    ],
)
async def test_search(world: World, term: str, expected: list[int]) -> None:
    for name in NAMES:
        await world.company(name)
    assert await found(world, f"q={term}") == [NAMES[i] for i in (2, 1, 0) if i in expected]


async def test_subtrees(world: World) -> None:
    await world.company("昆明甲", region_code="530102", industry_code="C2710")
    await world.company("曲靖乙", region_code="530302", industry_code="C3985")
    await world.company("成都丙", region_code="510104", industry_code="I6513")
    assert await found(world, "region_code__under=530000") == ["昆明甲", "曲靖乙"]
    assert await found(world, "region_code__under=530100") == ["昆明甲"]
    assert await found(world, "industry_code__under=C") == ["昆明甲", "曲靖乙"]
    assert await found(world, "industry_code__under=C27") == ["昆明甲"]


@pytest.mark.parametrize("kind", ["lead", "visit", "contact", "entry"])
async def test_a_company_that_something_points_to_stays(world: World, kind: str) -> None:
    company = await world.company("云南锗业股份有限公司")
    if kind == "lead":
        await world.lead(company_id=company["id"])
    elif kind == "visit":
        await world.visit(company_id=company["id"])
    elif kind == "contact":
        person = {"name": "李总", "lawful_basis": "consent", "source": "名片"}
        await world.officer.made("/contacts", {**person, "company_id": company["id"]})
    else:
        data, file = {"name": "榜", "year": "2025"}, "企业名称\n云南锗业股份有限公司\n".encode()
        await world.team_lead.request(
            "POST", "/company-list-imports", data=data, files={"file": ("a.csv", file)}
        )
    response = await world.officer.delete(f"/companies/{company['id']}", etag(company))
    problem(response, 409, "in_use")
    assert await world.officer.seen(f"/companies/{company['id']}") == company


async def test_what_is_in_the_trash_points_no_more(world: World) -> None:
    lead = await world.lead()
    company = await world.officer.get(f"/companies/{lead['company_id']}")
    await world.officer.delete(f"/leads/{lead['id']}", etag(lead))
    path = f"/companies/{lead['company_id']}"
    assert (await world.officer.delete(path, company.headers["etag"])).status_code == 204


async def test_a_renamed_company_is_found_by_its_new_name(world: World) -> None:
    company = await world.company("旧名公司")
    path = f"/companies/{company['id']}"
    await world.officer.patch(path, {"name": "新兴科技"}, etag(company))
    assert await found(world, "q=xxkj") == ["新兴科技"]
    assert await found(world, "q=旧名") == []
    code = synthetic_credit_code(77)
    assert await found(world, f"credit_code={code}") == []
