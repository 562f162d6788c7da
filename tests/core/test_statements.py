"""What each operation costs in statements, exactly as PostgreSQL receives them.

The counts stand in `statements.toml`; `make statements` writes them anew. Callers are known and
connections open, as in a server at work; BEGIN, COMMIT and SAVEPOINT count.
"""

import itertools
import json
import os
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.base import new_id
from app.core.config import Settings
from app.main import create_app
from tests import assessment
from tests.tap import Tap, of_work, tapped
from tests.world import API, Client, World
from tests.writes import Call, etag, every_write

SNAPSHOT = Path(__file__).with_name("statements.toml")
MOST_OF_A_READ = 2
CHANGE = (
    "?metric=T09&period=today&from_at=2026-01-01T00:00:00Z&scope=zone"
    "&scope_id=00000000-0000-0000-0000-000000000000"
)
QUERIES = {
    "/kpis/officers": "?period=this_year",
    "/kpis/combinations": "?period=this_year",
    "/combinations/{id}/results": "?period=this_year",
    "/kpis/teams": "?period=this_year",
    "/kpis/zone": "?period=this_year",
    "/kpi-attainments": "?period=this_year&scope=officer",
    "/kpi-target-sums": "?year=2026",
    "/reports/year-to-date": "?period=2026-01",
    "/reports/year-to-date.xlsx": "?period=2026-01",
    "/reports/year-to-date.html": "?period=2026-01",
    "/target-factor-report": "?period=this_year",
    "/metric-definitions/{id}/shadow-report": "?period=this_year",
    "/version-comparisons": "?period=this_year&metric=M01",
    "/kpi-changes": CHANGE,
    "/kpi-change-subjects": f"{CHANGE}&term=new",
    "/kpi-companies": f"?period=this_year&metrics=T02&scope=zone&scope_id={'0' * 8}-0000-0000"
    f"-0000-{'0' * 12}",
}


class Counter:
    """Counts the statements of one request of a known caller."""

    def __init__(self, tap: Tap, world: World) -> None:
        self.tap, self.world = tap, world

    async def of(self, client: Client, send: Callable[[], Awaitable[Any]]) -> list[str]:
        await self.world.settled()
        if client.token:
            await client.seen("/me")
        self.tap.statements.clear()
        reply = await send()
        assert reply.is_success, reply.text
        return of_work(self.tap.statements)


@pytest.fixture
async def counter(
    database_url: str, database: asyncpg.Connection, wipe: str
) -> AsyncIterator[Counter]:
    """An application whose every connection is tapped; one of each kind, so that all are warm."""
    async with tapped(database_url) as tap:
        app = create_app(Settings(mode="development", pool_size=1), tap.url)
        async with app.router.lifespan_context(app), World(app, database) as world:
            await world.people()
            await world.company()
            yield Counter(tap, world)
    await database.execute(wipe)


async def _of_every_operation(counter: Counter) -> dict[str, list[str]]:
    """The statements by `METHOD /path`; writes first, so that there is something to read."""
    operations = _operations(counter.world)
    found = {}
    for name, call in (await every_write(counter.world)).items():
        found[operations.pop(name)] = await counter.of(call.client, call.send)
    for operation in operations.values():
        found[operation] = await _of_read(counter, operation.removeprefix("GET "))
    return found


def _operations(world: World) -> dict[str, str]:
    return {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, methods in world.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


async def _of_read(counter: Counter, path: str) -> list[str]:
    noun, by_id, below = path.removeprefix(API).partition("/{id}")
    world = counter.world
    client = world.auditor if noun == "/audit-entries" else world.leader
    if by_id:
        (item,) = (await client.seen(f"{noun}?limit=1"))["items"]
        path = path.replace("{id}", item["id"])
    url = path + QUERIES.get(noun + by_id + below, "")
    return await _of_get(counter, client, url)


def _named(operation: str, statements: list[str], allowed: Any) -> str:
    lines = "\n".join(f"    {' '.join(sql.split())[:150]}" for sql in statements)
    return f"{operation}: {len(statements)}, {SNAPSHOT.name} has {allowed}\n{lines}"


# Streams, reports of many KPI answers, and the one read that asks a rule of several nouns.
NOT_ONE = ("/export", "/content", "/qualification", "/year-to-date", ".xlsx", ".html")


@pytest.mark.long
async def test_every_operation_sends_the_statements_it_is_known_for(counter: Counter) -> None:
    found = await _of_every_operation(counter)
    assert set(found) == set(_operations(counter.world).values())
    if os.environ.get("YINFENG_WRITE_STATEMENTS"):
        lines = [f'"{operation}" = {len(sent)}\n' for operation, sent in sorted(found.items())]
        SNAPSHOT.write_text("".join(lines))
    allowed = tomllib.loads(SNAPSHOT.read_text())
    assert set(allowed) == set(found), "make statements"
    changed = [
        _named(operation, sent, allowed[operation])
        for operation, sent in found.items()
        if len(sent) != allowed[operation]
    ]
    assert not changed, "more is a fault, less is for `make statements`:\n" + "\n".join(changed)
    reads = {
        name: len(sent)
        for name, sent in found.items()
        if name.startswith("GET ") and not name.endswith(NOT_ONE)
    }
    assert {name: n for name, n in reads.items() if n > MOST_OF_A_READ} == {}


async def _logged_visit(world: World, ids: list[str]) -> Call:
    body = {
        "kind": "outbound",
        "summary": "走访",
        "company_id": (await world.company())["id"],
        "participant_ids": ids,
        "guests": [{"name": f"来宾{n}"} for n in range(len(ids))],
    }
    return Call(world.officer, "POST", "/visits", body)


async def _updated_visit(world: World, ids: list[str]) -> Call:
    made = await _logged_visit(world, ids)
    visit = (await made.send()).json()
    guests = [{"name": f"新来宾{n}"} for n in range(len(ids))]
    others = [world.leader.id, *ids[1:]]
    body = {"participant_ids": others, "guests": guests}
    return Call(world.officer, "PATCH", f"/visits/{visit['id']}", body, etag(visit))


async def _shared_lead(world: World, ids: list[str]) -> Any:
    lead = await world.lead()
    return (await _changed_members(world, ids, lead).send()).json()


def _changed_members(world: World, ids: list[str], lead: Any) -> Call:
    roles = ["lead_negotiator", *["supporter"] * (len(ids) - 1)]
    members = [{"officer_id": i, "role": role} for i, role in zip(ids, roles, strict=True)]
    path = f"/leads/{lead['id']}/member-changes"
    return Call(world.team_lead, "POST", path, {"members": members}, etag(lead))


async def _members(world: World, ids: list[str]) -> Call:
    return _changed_members(world, ids, await _shared_lead(world, ids))


async def _recognition(world: World, ids: list[str]) -> Call:
    lead = await _shared_lead(world, ids)
    asked = await world.ask(lead["id"], to_stage="contacted")
    path = f"/stage-transitions/{asked['id']}/decisions"
    return Call(world.leader, "POST", path, {"decision": "recognise"}, etag(asked))


async def _imported_chain(world: World, ids: list[str]) -> Call:
    """A new chain with as many nodes and a link between each and the next."""
    codes = [f"N{number}" for number in range(len(ids) + 1)]
    nodes = [{"code": code, "name": code, "tier": "upstream"} for code in codes]
    links = [
        {"from_code": start, "to_code": end, "strength": 1, "basis": "expert"}
        for start, end in itertools.pairwise(codes)
    ]
    chain = {"name": f"产业链{len(ids)}", "kind": "other"}
    document = json.dumps({"chain": chain, "nodes": nodes, "links": links}).encode()
    more = {"files": {"file": ("chain.json", document)}}
    return Call(world.team_lead, "POST", "/industry-chain-imports", more=more)


async def _transferred_leads(world: World, ids: list[str]) -> Call:
    leads = [(await world.lead())["id"] for _ in ids]
    body = {"lead_ids": leads, "to_officer_id": world.colleague.id, "reason": "轮岗"}
    return Call(world.team_lead, "POST", "/transfers", body)


async def _returned_leads(world: World, ids: list[str]) -> Call:
    done = (await (await _transferred_leads(world, ids)).send()).json()
    path = f"/transfers/{done['id']}/reversals"
    return Call(world.team_lead, "POST", path, {"reason": "误移"}, etag(done))


async def _closed_account(world: World, ids: list[str]) -> Call:
    """An account with as many log-ins."""
    officer = await world.account("officer", "bio")
    await _more_log_ins(world, officer, len(ids))
    body = {"is_active": False}
    return Call(world.system_admin, "PATCH", f"/officers/{officer.id}", body, '"v1"')


async def _removed_account(world: World, ids: list[str]) -> Call:
    officer = await world.account("officer", "bio")
    await _more_log_ins(world, officer, len(ids))
    return Call(world.system_admin, "DELETE", f"/officers/{officer.id}", etag='"v1"')


async def _more_log_ins(world: World, officer: Client, count: int) -> None:
    await world.database.executemany(
        "INSERT INTO officer_sessions (id, officer_id, token_hash, created_at, last_seen_at,"
        " expires_at) VALUES ($1, $2, $3, now(), now(), now() + interval '1 hour')",
        [(new_id(), officer.id, new_id().bytes) for _ in range(count - 1)],
    )


async def _drafted_cards(world: World, ids: list[str]) -> Call:
    """Everybody's card, each with an item that looks at all the others."""
    clients = [Client(world.http, UUID(officer_id), None) for officer_id in ids]
    listed = {"colour": "red", "name": "先进", "when": {"condition": "top", "count": 20}}
    body = assessment.scheme(*clients, name=f"{len(ids)}人", lists=[listed])
    made = await assessment.published(world, body)
    wanted = {"scheme_id": made["id"], "period": str(assessment.YEAR)}
    return Call(world.assessor, "POST", "/scorecards", wanted)


async def _published_cards(world: World, ids: list[str]) -> Call:
    drafts = await _drafted_cards(world, ids)
    assert (await drafts.send()).is_success
    return replace(drafts, path="/scorecard-publications")


@pytest.mark.parametrize(
    "prepared",
    [
        _logged_visit,
        _updated_visit,
        _members,
        _recognition,
        _closed_account,
        _removed_account,
        _imported_chain,
        _drafted_cards,
        _published_cards,
        _transferred_leads,
        _returned_leads,
    ],
)
async def test_no_statement_is_repeated_for_each_of_many(
    counter: Counter, prepared: Callable[[World, list[str]], Awaitable[Call]]
) -> None:
    ids = [(await counter.world.account("officer", "bio")).id for _ in range(10)]
    sent = []
    for count in (1, 10):
        call = await prepared(counter.world, ids[:count])
        sent.append(await counter.of(call.client, call.send))
    assert len(sent[1]) == len(sent[0]), "\n".join(sent[1])


async def test_a_list_of_fifty_costs_what_a_list_of_one_costs(counter: Counter) -> None:
    world = counter.world
    many = [{"name": f"项目{n}", "company_id": (await world.company())["id"]} for n in range(50)]
    assert (await world.officer.post("/leads/batch", {"items": many})).status_code == 207
    visits = [
        {"kind": "outbound", "summary": "走访", "company_id": item["company_id"]} for item in many
    ]
    assert (await world.officer.post("/visits/batch", {"items": visits})).status_code == 207
    for path in ("/leads", "/visits", "/companies", "/lead-members"):
        for more in ("", "&total=exact"):
            urls = [f"{path}?limit={limit}{more}" for limit in (1, 50)]
            one, fifty = [await _of_get(counter, world.leader, url) for url in urls]
            assert len(one) == len(fifty) == (2 if more else 1), (path, more)


async def _of_get(counter: Counter, client: Client, url: str) -> list[str]:
    return await counter.of(client, lambda: client.get(url))
