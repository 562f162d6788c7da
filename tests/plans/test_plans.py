"""How PostgreSQL finds the rows of every filter and every sort of every list in big tables.

Nothing is run: only the plans of the very statements that the lists send are looked at. A full scan
of a big table, or a sort of many rows, is a fault unless `ALLOWED` says why it is not.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.audit import AuditEntry
from app.core.cursors import Order
from app.core.filters import binds_of
from app.core.listing import ListQuery
from app.core.reading import ListForm, list_statement
from app.core.search import search_binds
from app.models.codes import synthetic_credit_code
from app.models.roles import Role
from tests.conftest import database_beside, plain
from tests.plans.filling import SMALL, fill

pytestmark = pytest.mark.long

# `make test-plans` asks for 100,000. With few rows the planner is forbidden what it would rightly
# choose, and only sorts are looked at: any filter can then be answered along the order.
ROWS = int(os.environ.get("YINFENG_PLAN_ROWS", "2000"))
IS_FULL, MANY = ROWS >= 100_000, max(500, ROWS // 20)
# Values that random text cannot be.
SAMPLES = {
    "credit_code": synthetic_credit_code(5000),
    # Asked for by names that no column has.
    "allows_industry": "C2710", "available_on": "2026-11-23", "free_area_m2": "5.00",
    "free_from": "2026-11-23", "free_to": "2026-11-23",
    "flags": "unicorn", "light": "yellow",
    # No quarter is below the number that the filling gives.
    "quarter": "3",
}  # fmt: skip
# Parameters that are asked for inside something small, or lead nowhere alone; by the reason.
ALLOWED = {
    "the entries of one list are sorted, and a list is found by its index": {
        "company_list_entries.sort=-rank",
        "company_list_entries.sort=created_at",
        "company_list_entries.sort=-created_at",
        "company_list_entries.sort=revenue_amount",
        "company_list_entries.sort=-revenue_amount",
    },
    "gaps in imported lists are looked for inside one list": {
        "company_list_entries.country__isnull=true",
        "company_list_entries.industry__isnull=true",
    },
    "the members of one lead or the leads of one officer, each found by its index": {
        "lead_members.sort=share",
        "lead_members.sort=-share",
        "lead_members.sort=from_on",
        "lead_members.sort=-from_on",
    },
    "drill-downs name scope, subject and metric, which have their index": {
        "ledger_entries.sort=recorded_at",
        "ledger_entries.sort=-recorded_at",
        "ledger_entries.sort=quantity",
        "ledger_entries.sort=-quantity",
    },
    "thousands have a flag of the kind asked for here, found from the lists downwards": {
        "companies.flag",
    },
    "nulls last in both directions: only the direction that people ask for has an index": {
        "claims.sort=-protected_until",
        "leads.sort=agreed_amount",
        "leads.sort=-last_visited_on",
        "visits.sort=-next_action_on",
        "commitments.sort=-due_on",
    },
}
NO_FAULT = {name for names in ALLOWED.values() for name in names}


def _lists(above: type[ListQuery] = ListQuery) -> Iterator[type[ListQuery]]:
    for query in above.__subclasses__():
        below = list(_lists(query))
        yield from below or [query]


QUERIES = {query.shape.listed(): query for query in _lists()}


@pytest.fixture(scope="module")
def big_url(database_url: str) -> str:
    return plain(database_beside(database_url, "yinfeng_plans"))


@pytest.fixture(scope="module")
async def big(big_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(big_url, server_settings={"jit": "off"})
    await fill(connection, ROWS)
    if not IS_FULL:
        await connection.execute("SET enable_seqscan = off; SET enable_sort = off")
    yield connection
    await connection.close()


# An officer of the filling, who owns leads and is a member of others.
ME = UUID(int=7)


async def _asked(big: asyncpg.Connection, query: type[ListQuery]) -> list[dict[str, str]]:
    """The query strings to look at: each filter with a value that is there, each sort, a search."""
    table = query.shape.table.__tablename__
    found = [{"sort": sign + name} for name in (*query.sorts, "id") for sign in ("", "-")]
    if "q" in query.model_fields:
        found += [{"q": term} for term in ("贵", "云南", "南贵金属5000")]
    for name, spec in query.filters.items() if IS_FULL else ():
        sql = (
            f"SELECT to_jsonb({spec.field}) #>> '{{}}' FROM {table} WHERE {spec.field} IS NOT NULL"
        )
        value: Any = SAMPLES.get(spec.field) or await big.fetchval(
            f"{sql} ORDER BY md5(id::text) LIMIT 1"
        )
        if spec.op == "isnull":
            found += [{name: "true"}, {name: "false"}]
        else:
            found.append({name: value})
    return found


def _parsed(query: type[ListQuery], asked: dict[str, str]) -> ListQuery:
    try:
        return query.model_validate(asked)
    except ValueError:
        # Instants are filtered by days.
        return query.model_validate({name: value[:10] for name, value in asked.items()})


def _statement(query: type[ListQuery], asked: dict[str, str], role: Role) -> tuple[str, list[Any]]:
    parsed = _parsed(query, asked)
    names = parsed.sort or query.default_sort
    is_down = names[0].startswith("-")
    keys = dict.fromkeys([*(name.removeprefix("-") for name in names), "id"])
    binds: dict[str, Any] = {"me_id": ME, "me_team_ids": [], "limit": 51}
    for name, value in parsed.given().items():
        binds |= binds_of(query.filters[name], name, value)
    if "q" in asked:
        binds |= search_binds(asked["q"])
    form = ListForm(
        query=query,
        role=role,
        given=tuple(parsed.given()),
        orders=tuple(Order(key, is_down) for key in keys),
        tier=0 if "q" in asked else None,
        null_keys=None,
        fields=(),
        expand=(),
        is_search="q" in asked,
        walk=0,
        is_weighed=bool(parsed.given()),
        is_paged=False,
    )
    statement = list_statement(form)
    return statement.sql, statement.arguments(binds)


def _faults(node: dict[str, Any]) -> Iterator[str]:
    below = node.get("Plans", [])
    kind, table = node["Node Type"], node.get("Relation Name")
    if kind == "Seq Scan" and table not in SMALL:
        yield f"Seq Scan on {table}"
    if kind == "Sort" and below[0]["Plan Rows"] > MANY:
        yield f"Sort of {below[0]['Plan Rows']} rows"
    for child in below:
        yield from _faults(child)


def _readers() -> Iterator[tuple[str, Role]]:
    """Each list as somebody reads it who may read all of it; those of own rows as officers do."""
    for table, query in sorted(QUERIES.items()):
        yield table, Role.auditor if query.shape.table is AuditEntry else Role.leader
        if query.own:
            yield table, Role.officer


@pytest.mark.parametrize(("table", "role"), list(_readers()))
async def test_every_filter_and_sort_is_served_by_an_index(
    big: asyncpg.Connection, table: str, role: Role
) -> None:
    query, wrong, served = QUERIES[table], {}, set()
    for asked in await _asked(big, query):
        sql, arguments = _statement(query, asked, role)
        explained: Any = await big.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
        plan = json.loads(explained)[0]["Plan"]
        ((key, value),) = asked.items()
        faults, names = list(_faults(plan)), {f"{table}.{key}", f"{table}.{key}={value}"}
        if not faults and role is not Role.officer:
            served |= names & NO_FAULT
        if faults and not names & NO_FAULT:
            wrong[f"{table}.{key}={value}"] = (faults, plan["Total Cost"])
    assert wrong == {}
    assert served == set(), "no longer needs to be allowed"
