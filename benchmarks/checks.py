"""The answers are checked before anything is timed; a wrong one ends the run."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from benchmarks.client import answer, wire
from benchmarks.limit import BARE
from benchmarks.operations import (
    API,
    KPI_MONTH,
    KPI_YEAR,
    LIST,
    World,
    search_wires,
    visits,
)
from benchmarks.rows import MONTH, YEAR

_OWN = """SELECT count(*) FROM leads l WHERE stage = 'negotiating' AND deleted_at IS NULL
AND (owner_id = $1 OR EXISTS (SELECT 1 FROM lead_members m
  WHERE m.lead_id = l.id AND m.officer_id = $1 AND m.to_on IS NULL))"""
_VISITS = """SELECT count(*) FROM visits v JOIN visit_participants p ON p.visit_id = v.id
WHERE v.status = 'counted' AND p.officer_id = $1 AND to_char(v.visited_on, 'YYYY-MM-DD') LIKE $2"""
_SUBJECTS = "SELECT count(*) FROM officers WHERE role IN ('officer', 'team_lead', 'leader')"
_HITS = """SELECT count(*) FROM (SELECT 1 FROM companies
WHERE strpos(search_text, lower($1)) > 0 AND deleted_at IS NULL LIMIT 50) AS found"""


class WrongAnswerError(Exception):
    """The server answered something else than the database holds."""


def expect(what: str, found: object, wanted: object) -> None:
    """WrongAnswerError unless both are equal."""
    if found != wanted:
        message = f"{what}: {found!r}, expected {wanted!r}"
        raise WrongAnswerError(message)


async def fetched(port: int, request: bytes, status: int = 200) -> Any:
    """The JSON of a reply with this status."""
    found, body = await answer(port, request)
    expect(f"status of {request[:80]!r} ({body})", found, status)
    return body


async def check_all(database: Any, known: World, port: int, limit_port: int) -> None:
    """Every operation once against what the database holds, and against the limit."""
    await _check_lead(known, port, limit_port)
    await _check_lists(database, known, port, limit_port)
    await _check_kpis(database, known, port)
    await _check_searches(database, known, port)
    await _check_visits(database, known, port, limit_port)


def _bare(lead: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in lead.items() if name != "allowed_actions"}


async def _check_lead(known: World, port: int, limit_port: int) -> None:
    request = wire("GET", f"{API}/leads/{known.leads[0]}", known.leader)
    ours = await fetched(port, request)
    expect("lead's id", ours["id"], str(known.leads[0]))
    expect("lead of the limit", await fetched(limit_port, request), _bare(ours))


async def _check_lists(database: Any, known: World, port: int, limit_port: int) -> None:
    request = wire("GET", LIST, known.leader)
    ours = (await fetched(port, request))["items"]
    wanted = await database.fetchval("SELECT count(*) FROM leads WHERE stage = 'negotiating'")
    expect("length of the leader's list", len(ours), min(50, wanted))
    expect("order", [i["updated_at"] for i in ours], sorted(i["updated_at"] for i in ours)[::-1])
    expect(
        "the limit's list", (await fetched(limit_port, request))["items"], list(map(_bare, ours))
    )
    own = (await fetched(port, wire("GET", LIST, known.officer)))["items"]
    count = await database.fetchval(_OWN, known.officer_id)
    expect("length of the officer's list", len(own), min(50, count))


async def _check_kpis(database: Any, known: World, port: int) -> None:
    month = (await fetched(port, wire("GET", KPI_MONTH, known.leader)))["items"]
    expect("officers in the summary", len(month), await database.fetchval(_SUBJECTS))
    wanted = str(await database.fetchval(_VISITS, known.officer_id, f"{MONTH}%"))
    expect("visits of a month", _number(month, known.officer_id), wanted)
    year = (await fetched(port, wire("GET", KPI_YEAR, known.officer)))["items"]
    expect("officers an officer sees", len(year), 1)
    wanted = str(await database.fetchval(_VISITS, known.officer_id, f"{YEAR}%"))
    expect("visits of a year", _number(year, known.officer_id), wanted)


def _number(items: list[dict[str, Any]], officer_id: UUID, metric: str = "T09") -> str:
    found = next(item for item in items if item["subject"]["id"] == str(officer_id))
    return next(value["value"] for value in found["values"] if value["metric"] == metric)


async def _check_searches(database: Any, known: World, port: int) -> None:
    searches = [found for kind in search_wires(known, 2).values() for found in kind]
    for term, request in searches:
        found = (await fetched(port, request))["items"]
        expect(f"hits for {term}", len(found), await database.fetchval(_HITS, term))


async def _check_visits(database: Any, known: World, port: int, limit_port: int) -> None:
    request = next(visits(known))
    made = await fetched(port, request, 201)
    expect("participants", made["participants"], [{"officer_id": str(known.officer_id)}])
    expect("the repeated request", await fetched(port, request, 201), made)
    posted = await database.fetchval(
        "SELECT count(*) FROM ledger_entries WHERE subject_id = $1::text::uuid"
        " AND metric = 'T09' AND scope = 'officer'",
        made["id"],
    )
    expect("ledger entries of a visit", posted, 1)
    bare = await fetched(limit_port, next(visits(known)), 201)
    crew = "SELECT count(*) FROM visit_participants WHERE visit_id = $1::text::uuid"
    expect("participants of a bare visit", await database.fetchval(crew, bare["id"]), 1)


async def check_unposted(database: Any, known: World, port: int) -> None:
    """The server without posting logs a visit and posts nothing."""
    made = await fetched(port, next(visits(known, BARE)), 201)
    posted = await database.fetchval(
        "SELECT count(*) FROM ledger_entries WHERE subject_id = $1::text::uuid", made["id"]
    )
    expect("ledger entries without posting", posted, 0)


async def page_at(database: Any, known: World, port: int, depth: int) -> str:
    """The path of the page that begins after `depth` leads, found by walking; checked."""
    base = f"{API}/leads?sort=created_at"
    path, left = f"{base}&limit=200", depth
    while left:
        body = await fetched(port, wire("GET", path, known.leader))
        size = min(200, left)
        left -= size
        cursor = quote(body["page"]["next_cursor"])
        path = f"{base}&limit={min(200, left) or 50}&cursor={cursor}"
    first = (await fetched(port, wire("GET", path, known.leader)))["items"][0]["id"]
    wanted = await database.fetchval(
        "SELECT id FROM leads ORDER BY created_at, id OFFSET $1 LIMIT 1", depth
    )
    expect(f"lead at {depth}", first, str(wanted))
    return path
