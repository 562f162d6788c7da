"""Company lists: imports in every encoding, idempotent, all rows or none."""

from io import BytesIO
from typing import Any

import httpx2
import pytest
from openpyxl import Workbook

from tests.world import Client, World, problem

ROWS = [
    ("排名", "企业名称", "英文名称", "国家", "营业收入（百万美元）"),
    ("1", "沃尔玛", "Walmart", "美国", "523,964.0"),
    ("2", "中国石油化工集团（中石化）", "Sinopec Group", "中国", "407008.8"),
    ("3", "国家电网公司", "State Grid", "中国", ""),
]
ENGLISH = [("Rank", "Company_Name", "Name EN", "Country", "Revenues"), *ROWS[1:]]


def csv(rows: list[tuple[str, ...]], encoding: str = "utf-8") -> bytes:
    lines = (",".join(f'"{cell}"' for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


def xlsx(rows: list[tuple[str, ...]]) -> bytes:
    book, target = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(target)
    return target.getvalue()


async def send(client: Client, file: bytes, **head: str) -> httpx2.Response:
    data = {"name": "财富世界500强", "year": "2020", **head}
    files = {"file": ("榜单.csv", file)}
    return await client.request("POST", "/company-list-imports", data=data, files=files)


async def imported(world: World, file: bytes, **head: str) -> Any:
    response = await send(world.team_lead, file, **head)
    assert response.status_code == 201, response.text
    return response.json()


def counts(report: Any) -> tuple[int, ...]:
    names = "row_count created_count updated_count unchanged_count new_company_count"
    return tuple(report[name] for name in names.split())


FILES = {
    "utf-8": csv(ROWS),
    "bom": csv(ROWS, "utf-8-sig"),
    "gbk": csv(ROWS, "gbk"),
    "utf-16": csv(ROWS, "utf-16"),
    "xlsx": xlsx(ROWS),
    "english": csv(ENGLISH),
    "english xlsx": xlsx(ENGLISH),
}


@pytest.mark.parametrize("kind", FILES)
async def test_a_list_in_every_encoding(world: World, kind: str) -> None:
    report = await imported(world, FILES[kind])
    assert counts(report) == (3, 3, 0, 0, 3)
    query = f"company_list_id={report['company_list_id']}&expand=company"
    page = await world.officer.seen(f"/company-list-entries?{query}")
    assert [
        (e["rank"], e["listed_name"], e["listed_name_en"], e["country"], e["revenue_amount"])
        for e in page["items"]
    ] == [
        (1, "沃尔玛", "Walmart", "美国", "523964000000.00"),
        (2, "中国石油化工集团（中石化）", "Sinopec Group", "中国", "407008800000.00"),
        (3, "国家电网公司", "State Grid", "中国", None),
    ]
    assert [e["company"]["country_code"] for e in page["items"]] == ["US", "CN", "CN"]
    edition = await world.officer.seen(f"/company-lists/{report['company_list_id']}")
    assert (edition["name"], edition["year"], edition["entry_count"]) == ("财富世界500强", 2020, 3)


async def test_a_second_run_changes_nothing(world: World) -> None:
    await imported(world, FILES["utf-8"])
    before = await world.fingerprint()
    assert counts(await imported(world, FILES["xlsx"])) == (3, 0, 0, 3, 0)
    assert await world.fingerprint() == before


async def test_a_corrected_file_updates_only_what_differs(world: World) -> None:
    await imported(world, FILES["utf-8"])
    rows = [*ROWS[:3], ("4", "国家电网公司", "State Grid", "中国", "383906")]
    assert counts(await imported(world, csv(rows))) == (3, 0, 1, 2, 0)


async def test_the_next_edition_knows_the_companies(world: World) -> None:
    first = await imported(world, FILES["utf-8"])
    second = await imported(world, FILES["utf-8"], year="2021")
    assert counts(second) == (3, 3, 0, 0, 0)
    assert second["company_list_id"] != first["company_list_id"]
    assert (await world.officer.seen("/companies?total=exact"))["page"]["total"] == 3


async def test_a_known_company_is_not_made_again(world: World) -> None:
    known = await world.company("中国石油化工集团(中石化)")
    assert counts(await imported(world, FILES["utf-8"])) == (3, 3, 0, 0, 2)
    page = await world.officer.seen(f"/company-list-entries?company_id={known['id']}")
    assert [entry["rank"] for entry in page["items"]] == [2]


async def refused(world: World, file: bytes) -> list[tuple[int, str | None, str]]:
    """The faults as line, column and code; nothing may have been written."""
    before = await world.fingerprint()
    body = problem(await send(world.team_lead, file), 422, "import_refused")
    assert await world.fingerprint() == before
    assert all(fault["message"] for fault in body["report"]["faults"])
    return [(f["line"], f["column"], f["code"]) for f in body["report"]["faults"]]


async def test_all_rows_or_none_with_every_fault_named(world: World) -> None:
    rows = [
        ROWS[0],
        ROWS[1],
        ("zwei", "国家电网公司", "", "", ""),
        ("0", "中国石油", "", "", ""),
        ("5", "", "", "中国", ""),
        ("6", "苹果", "", "", "much"),
        ("7", "沃尔玛", "", "", ""),
    ]
    assert await refused(world, csv(rows)) == [
        (3, None, "number_form"),
        (4, "rank", "greater_than_equal"),
        (5, "listed_name", "missing"),
        (6, None, "number_form"),
        (7, "listed_name", "row_repeated"),
    ]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "table_empty"),
        (b"\n\n", "table_empty"),
        ("国家,城市\n中国,昆明\n".encode(), "table_header_missing"),
        ("企业名称,公司名称\na,b\n".encode(), "table_header_ambiguous"),
        (b"%PDF-1.7", "table_not_supported"),
        (b"PK\x03\x04 broken", "table_malformed"),
        (b"\xff\xfe\x00\xd8\x00\xd8\x00", "table_encoding"),
    ],
)
async def test_files_that_are_no_table(world: World, file: bytes, code: str) -> None:
    assert [fault[2] for fault in await refused(world, file)] == [code]


async def test_an_import_names_its_list_and_a_real_year(world: World) -> None:
    for head in ({"name": " "}, {"year": "0"}, {"year": "heute"}):
        response = await send(world.team_lead, FILES["utf-8"], **head)
        body = problem(response, 422, "invalid_values")
        assert [error["pointer"] for error in body["errors"]] == [f"/{next(iter(head))}"]


async def test_an_edition_exists_once(world: World) -> None:
    body = {"name": "瞪羚企业", "year": 2024}
    await world.team_lead.made("/company-lists", body)
    response = await world.assessor.post("/company-lists", body)
    problem(response, 409, "already_exists")
    problem(await world.officer.post("/company-lists", body), 403, "forbidden")
