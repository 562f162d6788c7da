"""Whole chains in and out: every format, both languages, any text; all of a file or nothing."""

import asyncio
import itertools
import json
from io import BytesIO
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from app.core.faults import ImportFault
from app.core.i18n import LANGUAGES, language
from app.core.sheets import FORMATS
from app.models.chain_links import LinkBasis
from app.models.chain_nodes import Tier
from app.models.industry_chains import ChainKind
from app.services.chain_files import MAX_RECORDS, read_chain, written
from tests.world import Client, World, problem
from tests.writes import CHAIN

DOCUMENT: dict[str, Any] = {
    "chain": {"name": "生物医药", "kind": "key_industry", "priority": 1},
    "nodes": [
        {"code": "U1", "name": "原料药", "tier": "upstream", "industry_codes": ["C2710"]},
        {"code": "M1", "name": "=化学药", "tier": "midstream", "needed_share": "0.5"},
    ],
    "links": [{"from_code": "U1", "to_code": "M1", "strength": 3, "basis": "expert"}],
}


def as_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def changed(**parts: Any) -> bytes:
    return as_json({**DOCUMENT, **parts})


async def send(client: Client, file: bytes, **given: Any) -> httpx2.Response:
    files = {"file": ("产业链", file)}
    return await client.request("POST", "/industry-chain-imports", files=files, **given)


async def imported(world: World, file: bytes) -> Any:
    response = await send(world.team_lead, file)
    assert response.status_code == 201, response.text
    return response.json()


def counts(report: Any) -> tuple[int, ...]:
    names = ("row_count", "created_count", "updated_count", "unchanged_count")
    return tuple(report[name] for name in names)


async def exported(world: World, chain_id: str, kind: str, lang: str = "zh") -> bytes:
    path = f"/industry-chains/{chain_id}/export?format={kind}"
    reply = await world.officer.get(path, headers={"Accept-Language": lang})
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].endswith(f'.{kind}"')
    return reply.content


async def held(world: World) -> list[str]:
    tables = ("industry_chains", "chain_nodes", "chain_links")
    rows = [await world.database.fetch(f"SELECT to_json(t)::text FROM {t} t") for t in tables]
    return sorted(row["to_json"] for found in rows for row in found)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
async def test_an_export_imports_to_no_change(world: World, kind: str, lang: str) -> None:
    report = await imported(world, as_json(DOCUMENT))
    assert counts(report) == (4, 4, 0, 0)
    before = await held(world)
    file = await exported(world, report["industry_chain_id"], kind, lang)
    assert counts(await imported(world, file)) == (4, 0, 0, 4)
    assert await held(world) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
async def test_an_export_makes_the_same_chain_elsewhere(world: World, kind: str) -> None:
    report = await imported(world, as_json(DOCUMENT))
    first = await exported(world, report["industry_chain_id"], "json")
    file = await exported(world, report["industry_chain_id"], kind)
    for table in ("chain_links", "chain_nodes", "industry_chains"):
        await world.database.execute(f"DELETE FROM {table}")
    again = await imported(world, file)
    assert counts(again) == (4, 4, 0, 0)
    assert await exported(world, again["industry_chain_id"], "json") == first


async def test_an_export_is_noted(world: World) -> None:
    report = await imported(world, as_json(DOCUMENT))
    await exported(world, report["industry_chain_id"], "csv")
    path = f"/audit-entries?action=export&entity_id={report['industry_chain_id']}"
    (row,) = (await world.auditor.seen(path))["items"]
    assert (row["actor_id"], row["changes"]) == (world.officer.id, {"format": [None, "csv"]})


async def test_formulas_are_text_in_tables(world: World) -> None:
    report = await imported(world, as_json(DOCUMENT))
    file = await exported(world, report["industry_chain_id"], "xlsx")
    cells = [cell for row in load_workbook(BytesIO(file)).worksheets[0].rows for cell in row]
    assert "'=化学药" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


async def test_what_a_file_does_not_say_stays(world: World) -> None:
    await imported(world, as_json(DOCUMENT))
    nodes = [{"code": "U1", "name": "原料药", "tier": "upstream", "importance": 5}]
    report = await imported(world, changed(nodes=nodes, links=[]))
    assert counts(report) == (2, 0, 1, 1)
    path = f"/industry-chains/{report['industry_chain_id']}/graph"
    drawn = await world.officer.seen(path)
    told = [(n["code"], n["importance"], n["industry_codes"]) for n in drawn["nodes"]]
    assert told == [("M1", 3, []), ("U1", 5, ["C2710"])]
    assert len(drawn["links"]) == 1


async def test_links_may_name_nodes_that_are_there(world: World) -> None:
    await imported(world, as_json(DOCUMENT))
    links = [{"from_code": "M1", "to_code": "U1", "strength": 0, "basis": "transactions"}]
    assert counts(await imported(world, changed(nodes=[], links=links))) == (2, 1, 0, 1)


def workbook(rows: list[list[Any]]) -> bytes:
    book, target = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(target)
    return target.getvalue()


async def test_a_workbook_from_somebodys_desk(world: World) -> None:
    rows = [
        ["Record", "Code", "Name", "Tier", "Needed share", "Importance", "行业代码", "Kind"],
        ["chain", None, "智能装备", None, None, None, None, "emerging"],
        ["环节", "A1", "减速器", "上游", 0.25, 4, "3489，C3453", None],
    ]
    report = await imported(world, workbook(rows))
    path = f"/industry-chains/{report['industry_chain_id']}/graph"
    (node,) = (await world.officer.seen(path))["nodes"]
    assert (node["tier"], node["needed_share"], node["importance"]) == ("upstream", "0.2500", 4)
    assert node["industry_codes"] == ["C3489", "C3453"]


HEAD = "record,code,name,tier,importance,needed_share,from_code,to_code,strength,basis,kind\n"
CHAIN_ROW = "chain,,电子商务,,,,,,,,emerging\n"
NODE = "node,A,平台,upstream,,,,,,,\n"
LINK = "link,,,,,,A,B,2,expert,\n"
TABLES = {
    "node,A B,平台,旁边,,,,,,,\n": [(3, "code"), (3, "tier")],
    "node,A,,upstream,9,,,,,,\n": [(3, "name"), (3, "importance")],
    "node,A,平台,upstream,,半,,,,,\n": [(3, "needed_share")],
    "node,A,平台,upstream,,,,,2,,\n": [(3, "strength")],
    f"{NODE}{NODE}": [(4, "code")],
    f"{NODE}link,,,,,,A,Z,2,expert,\n": [(4, "to_code")],
    f"{NODE}link,,,,,,A,A,2,expert,\n": [(4, "to_code")],
    f"{NODE}{NODE.replace('A', 'B')}{LINK}{LINK}": [(6, "to_code")],
    f"{NODE}link,,,,,,A,,2,expert,\n": [(4, "to_code")],
    "别的,A,平台,upstream,,,,,,,\n": [(3, "record")],
    CHAIN_ROW: [(3, "record")],
}


@pytest.mark.parametrize("rows", TABLES)
async def test_faults_by_line_and_column(world: World, rows: str) -> None:
    before = await world.fingerprint()
    refused = await send(world.team_lead, (HEAD + CHAIN_ROW + rows).encode())
    report = problem(refused, 422, "import_refused")["report"]
    assert [(f["line"], f["column"]) for f in report["faults"]] == TABLES[rows]
    assert report["industry_chain_id"] is None
    assert await world.fingerprint() == before


OTHER_FILES = {
    "no chain": (HEAD + NODE).encode(),
    "no record column": b"code,name\nA,B\n",
    "empty": b"",
    "half": b'{"chain": {"name": "A", "kind": "other"}, "nodes": [',
    "twice": b'{"chain": {"name": "A"}, "chain": {"name": "B"}}',
    "deep": b'{"chain": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "list": b'{"chain": {"name": "A", "kind": "other"}, "nodes": {}}',
    "extra": changed(statuses=[]),
    "half a character": b'{"chain": {"name": "\\ud800", "kind": "other"}}',
    "nul": b'{"chain": {"name": "a\\u0000", "kind": "other"}}',
    "read-only": changed(chain={"name": "A", "kind": "other", "is_demo": True}),
    "too many": changed(
        nodes=[{"code": f"N{n}", "name": "A", "tier": "upstream"} for n in range(MAX_RECORDS)]
    ),
}


@pytest.mark.parametrize("kind", OTHER_FILES)
async def test_files_that_are_no_chain(world: World, kind: str) -> None:
    before = await world.fingerprint()
    report = problem(await send(world.team_lead, OTHER_FILES[kind]), 422, "import_refused")[
        "report"
    ]
    assert report["faults"]
    assert not [f for f in report["faults"] if f["message"] == f["code"]]
    assert await world.fingerprint() == before


async def test_faults_in_json_have_pointers(world: World) -> None:
    nodes = [{"code": "U1", "name": "原料药", "tier": "upstream", "importance": "5"}]
    links = [{"from_code": "U1", "to_code": "X", "strength": 1, "basis": "expert"}]
    refused = await send(world.team_lead, changed(nodes=nodes))
    (fault,) = problem(refused, 422, "import_refused")["report"]["faults"]
    assert (fault["line"], fault["column"]) == (2, "/nodes/0/importance")
    refused = await send(world.team_lead, changed(links=links))
    (fault,) = problem(refused, 422, "import_refused")["report"]["faults"]
    assert (fault["line"], fault["column"]) == (4, "/links/0/to_code")


async def test_ten_imports_of_a_new_chain_at_once_make_one(world: World) -> None:
    replies = await asyncio.gather(*(send(world.team_lead, CHAIN) for _ in range(10)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len(await held(world)) == 4
    assert counts(await imported(world, CHAIN)) == (4, 0, 0, 4)


# XML and so XLSX has no other control characters, and no reader tells CR from LF.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
    | st.sampled_from("'=+-@,\";、"),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() and "\ufffe" not in text and "\uffff" not in text)
CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
SHARES = st.decimals(0, 1, places=4).map(lambda share: f"{share:.4f}")
SOURCES = st.none() | TEXTS


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document as an export writes it."""
    head = {
        "name": draw(TEXTS),
        "kind": draw(st.sampled_from(ChainKind)).value,
        "priority": draw(st.none() | st.integers(1, 999)),
        "is_active": draw(st.booleans()),
        "notes": draw(SOURCES),
    }
    codes = draw(st.lists(CODES, max_size=5, unique=True))
    nodes = [
        {
            "code": code,
            "name": draw(TEXTS),
            "tier": draw(st.sampled_from(Tier)).value,
            "importance": draw(st.integers(1, 5)),
            "needed_share": draw(SHARES),
            "industry_codes": draw(st.lists(st.sampled_from(["C2710", "A", "I65"]), unique=True)),
            "source": draw(SOURCES),
        }
        for code in codes
    ]
    links = [
        {
            "strength": draw(st.integers(0, 3)),
            "basis": draw(st.sampled_from(LinkBasis)).value,
            "source": draw(SOURCES),
            "from_code": start,
            "to_code": end,
        }
        for start, end in itertools.pairwise(codes)
    ]
    return {"chain": head, "nodes": nodes, "links": links}


def read(content: bytes) -> list[Any]:
    faults: list[ImportFault] = []
    entries = read_chain(content, "", faults)
    assert faults == []
    return [entry.shape.model_dump() for entry in entries]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", FORMATS)
@given(document=documents())
def test_every_table_says_what_the_document_says(lang: str, kind: Any, document: Any) -> None:
    token = language.set(lang)
    try:
        content = as_json(document)
        assert read(written(content, kind)) == read(content)
    finally:
        language.reset(token)
