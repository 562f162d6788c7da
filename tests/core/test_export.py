"""Exports: the list as a file, streamed; who took what is in the audit log."""

import asyncio
import csv
import tracemalloc
from io import BytesIO, StringIO
from typing import Any

import httpx2
import openpyxl
import pytest

from app.core.clock import today
from app.core.export import BATCH
from app.core.sheets import Xlsx
from tests.world import API, Client, World, problem


def table(reply: httpx2.Response) -> list[list[str]]:
    """The rows of a file, its header first."""
    assert reply.status_code == 200, reply.text
    if reply.headers["content-type"].startswith("text/csv"):
        assert reply.content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(StringIO(reply.content.decode("utf-8-sig"), newline="")))
    sheet: Any = openpyxl.load_workbook(BytesIO(reply.content)).active
    return [[cell or "" for cell in row] for row in sheet.values]


async def many(world: World, count: int) -> None:
    """Companies made by SQL."""
    await world.database.execute(
        "INSERT INTO companies (id, version, created_at, updated_at, name, country_code, is_listed,"
        " is_demo, search_text, name_sort, name_keys) SELECT gen_random_uuid(), 1, now(), now(),"
        " '云南贵金属新材料' || n, 'CN', false, false, '', n::text, '{}'"
        f" FROM generate_series(1, {count}) AS n"
    )


class Taken:
    """A client on ASGI itself that may leave after some parts; counts what it is sent."""

    def __init__(self, leaves_after: int = 10**9) -> None:
        self.parts, self.size, self.leaves_after = 0, 0, leaves_after
        self.left, self.ended = asyncio.Event(), False

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] != "http.response.body":
            assert message["status"] == 200
            return
        self.parts, self.size = self.parts + 1, self.size + len(message["body"])
        self.ended = not message.get("more_body", False)
        if self.parts >= self.leaves_after:
            self.left.set()

    async def take(self, client: Client, world: World, path: str) -> None:
        path, _, query = path.partition("?")
        headers = [(b"authorization", f"Bearer {client.token}".encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "path": API + path, "raw_path": (API + path).encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers, "scheme": "http",
            "server": ("testserver", 80), "client": ("testclient", 1), "state": {},
        }  # fmt: skip
        await world.app(scope, self.receive, self.send)


async def audit(world: World) -> list[Any]:
    page = await world.auditor.seen("/audit-entries?action=export&sort=at")
    return page["items"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("language", "header", "words"),
    [
        ("zh", ["名称", "旗舰型", "编号", "阶段", "企业", "负责人"], ("否", "线索")),
        ("en", ["Name", "Is flagship", "Code", "Stage", "Company", "Owner"], ("no", "Identified")),
    ],
)
async def test_a_file_says_what_the_list_says(
    world: World, form: str, language: str, header: list[str], words: tuple[str, str]
) -> None:
    lead = await world.lead(is_flagship=False)
    owner = (await world.officer.seen("/me"))["name"]
    company = (await world.leader.seen(f"/companies/{lead['company_id']}"))["name"]
    query = f"fields=code,name,stage,is_flagship&expand=company,owner&format={form}"
    sent = {"Accept-Language": language}
    reply = await world.leader.get(f"/leads/export?{query}", headers=sent)
    values = [lead["name"], words[0], lead["code"], words[1], company, owner]
    assert table(reply) == [header, values]
    name = f"leads-{today()}.{form}"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'


async def test_nested_values_are_names_in_one_cell(world: World) -> None:
    guests = [{"name": "李建国"}, {"name": "王芳", "title": "总经理"}]
    await world.visit(guests=guests, next_action=None)
    reply = await world.leader.get("/visits/export?fields=guests,kind,next_action")
    rows = table(reply)
    assert dict(zip(*rows, strict=True)) == {
        "Kind": "Outbound",
        "Next action": "",
        "Guests": "李建国、王芳",
    }


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_no_cell_is_a_formula(world: World, form: str) -> None:
    names = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1", 'a,"b"<&>']
    for name in names:
        await world.company(name)
    reply = await world.officer.get(f"/companies/export?fields=name&sort=created_at&format={form}")
    assert [cell for (cell,) in table(reply)[1:]] == [f"'{n}" for n in names[:5]] + names[5:]


async def test_filters_search_and_sort_are_those_of_the_list(world: World) -> None:
    for name in ("甲锗业", "乙锗业", "丙铜业"):
        await world.company(name, country_code="CN" if name != "乙锗业" else "DE")
    for query in ("sort=name", "sort=-name", "q=锗业&sort=-name", "country_code=DE", "q=无"):
        listed = (await world.officer.seen(f"/companies?{query}&fields=name"))["items"]
        reply = await world.officer.get(f"/companies/export?{query}&fields=name")
        assert [cell for (cell,) in table(reply)[1:]] == [item["name"] for item in listed], query
        assert reply.headers["x-row-count"] == f"{len(listed)}"


@pytest.mark.parametrize("path", ["leads", "companies", "visits"])
async def test_what_no_list_knows_is_refused(world: World, path: str) -> None:
    for query in ("colour=red", "limit=5", "page=2", "cursor=a", "fields=colour", "sort=colour",
                  "format=pdf", "expand=colour"):  # fmt: skip
        refused = await world.leader.get(f"/{path}/export?{query}")
        problem(refused, 422, "invalid_values")
    assert await audit(world) == []


async def test_an_export_holds_only_what_the_caller_may_see(world: World) -> None:
    own, other = await world.lead(), await world.lead(world.stranger)
    await world.visit(lead_id=own["id"])
    await world.visit(world.stranger, lead_id=other["id"])
    for client, codes in [
        (world.officer, {own["code"]}),
        (world.team_lead, {own["code"]}),
        (world.stranger, {other["code"]}),
        (world.leader, {own["code"], other["code"]}),
    ]:
        reply = await client.get("/leads/export?fields=code")
        rows = table(reply)[1:]
        assert {code for (code,) in rows} == codes
        assert reply.headers["x-row-count"] == f"{len(codes)}"
        assert len(table(await client.get("/visits/export?fields=id"))) == len(codes) + 1
    for path in ("leads", "companies", "visits"):
        problem(await world.agent.get(f"/{path}/export"), 403, "forbidden")
        problem(await world.nobody.get(f"/{path}/export"), 401, "unauthenticated")


async def test_an_export_is_in_the_audit_log(world: World) -> None:
    lead = await world.lead()
    sent = {"X-Request-Id": "export-of-leads"}
    await world.officer.get("/leads/export?stage=identified&format=xlsx", headers=sent)
    (row,) = await audit(world)
    assert (row["entity"], row["actor_id"]) == ("leads", world.officer.id)
    assert row["request_id"] == "export-of-leads"
    asked = {"stage": lead["stage"], "format": "xlsx"}
    assert row["changes"] == {"query": [None, asked], "row_count": [None, 1]}


@pytest.mark.long
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_memory_does_not_grow_with_the_table(world: World, form: str) -> None:
    path, peaks, sizes = f"/companies/export?format={form}", [], []
    await many(world, 1_000)
    await Taken().take(world.leader, world, path)
    for _ in range(2):
        taken = Taken()
        tracemalloc.start()
        await taken.take(world.leader, world, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert taken.ended
        sizes.append(taken.size)
        await many(world, 9_000)
    assert [row["changes"]["row_count"][1] for row in await audit(world)] == [1_000, 1_000, 10_000]
    assert sizes[1] > 9 * sizes[0]
    assert peaks[1] < 1.3 * peaks[0] < 4_000_000


async def test_a_client_that_leaves_gives_its_connection_back(world: World) -> None:
    await many(world, 5_000)
    taken = Taken(leaves_after=3)
    await taken.take(world.leader, world, "/companies/export")
    (row,) = await audit(world)
    assert BATCH <= row["changes"]["row_count"][1] <= 4 * BATCH
    pool = await world.app.state.db.reads()
    assert pool.get_idle_size() == pool.get_size()
    open_ = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    assert await world.database.fetchval(open_) == 0


async def test_exports_leave_connections_for_everybody_else(world: World) -> None:
    exports = world.app.state.db.exports
    held = 0
    while not exports.locked():
        await exports.acquire()
        held += 1
    assert held == world.app.state.db.pool_size // 2
    try:
        refused = await world.leader.get("/companies/export")
        problem(refused, 503, "busy")
        assert refused.headers["retry-after"] == "10"
        assert (await world.leader.get("/companies")).status_code == 200
    finally:
        for _ in range(held):
            exports.release()
    assert table(await world.leader.get("/companies/export?fields=name")) == [["Name"]]


def test_a_sheet_that_is_full_goes_on_in_the_next() -> None:
    sheet = Xlsx(rows_in_sheet=2)
    content = sheet.rows([["a"], ["b"], ["\x01c\ud800"]]) + sheet.end()
    book: Any = openpyxl.load_workbook(BytesIO(content))
    assert [list(page.values) for page in book] == [[("a",), ("b",)], [("c",)]]
