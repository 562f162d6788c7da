"""One request is one transaction: what fails late leaves nothing behind, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx2
import pytest

from tests.world import World, problem
from tests.writes import LEFT, every_write

FAULTS = {
    "RAISE EXCEPTION 'late'": (500, "internal_error"),
    "RAISE EXCEPTION 'late' USING ERRCODE = '40001'": (503, "busy"),
    "RAISE EXCEPTION 'late' USING ERRCODE = '53300'": (503, "busy"),
    "RAISE EXCEPTION 'late' USING ERRCODE = '57P01'": (503, "database_unavailable"),
    "PERFORM pg_terminate_backend(pg_backend_pid())": (503, "database_unavailable"),
}


@asynccontextmanager
async def _commit_fails(
    database: asyncpg.Connection, table: str, fault: str = "RAISE EXCEPTION 'late'"
) -> AsyncIterator[None]:
    """While this lasts, no transaction that touched the table can commit."""
    await database.execute(
        f"CREATE FUNCTION fail_late() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {fault}; RETURN NULL; END $$;"
        f"CREATE CONSTRAINT TRIGGER fail_late AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_late()"
    )
    try:
        yield
    finally:
        await database.execute(f"DROP TRIGGER fail_late ON {table}; DROP FUNCTION fail_late()")


@asynccontextmanager
async def _refused_by(database: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """While this lasts, the table takes no new row."""
    await database.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_more CHECK (false) NOT VALID")
    try:
        yield
    finally:
        await database.execute(f"ALTER TABLE {table} DROP CONSTRAINT no_more")


def _is_refused(reply: httpx2.Response) -> None:
    assert reply.status_code >= 400
    problem(reply, reply.status_code, reply.json()["code"])


@pytest.mark.long
async def test_no_write_survives_a_failed_commit(world: World) -> None:
    """Every write leaves an audit row, so a trigger there fails the commit of each."""
    calls = await every_write(world)
    before = await world.fingerprint()
    async with _commit_fails(world.database, "audit_entries"):
        for name, call in calls.items():
            reply = await call.send()
            if not LEFT[name]:  # a question, asked in a body
                continue
            body = problem(reply, 500, "internal_error")
            assert "late" not in str(body), name
            assert not {"etag", "location"} & set(reply.headers)
            assert await world.fingerprint() == before, name


@pytest.mark.parametrize("fault", FAULTS)
async def test_how_a_failed_commit_is_told(world: World, fault: str) -> None:
    before, (status, code) = await world.fingerprint(), FAULTS[fault]
    async with _commit_fails(world.database, "companies", fault):
        reply = await world.officer.post("/companies", {"name": "A"})
        problem(reply, status, code)
        assert ("retry-after" in reply.headers) is (status == 503)
    assert await world.fingerprint() == before
    await world.officer.made("/companies", {"name": "A"})


async def test_a_key_of_a_failed_commit_is_free_again(world: World) -> None:
    key = {"Idempotency-Key": "once"}
    async with _commit_fails(world.database, "companies"):
        problem(
            await world.officer.post("/companies", {"name": "A"}, headers=key),
            500,
            "internal_error",
        )
    reply = await world.officer.post("/companies", {"name": "A"}, headers=key)
    assert reply.status_code == 201
    assert "idempotency-replayed" not in reply.headers


async def test_no_effect_without_its_key(world: World) -> None:
    key = {"Idempotency-Key": "once"}
    before = await world.fingerprint()
    async with _refused_by(world.database, "idempotency_keys"):
        _is_refused(await world.officer.post("/companies", {"name": "A"}, headers=key))
    assert await world.fingerprint() == before


async def test_no_fact_without_its_ledger_entries(world: World) -> None:
    calls = await every_write(world)
    before = await world.fingerprint()
    async with _refused_by(world.database, "ledger_entries"):
        for name in ("log_visit", "reverse_visit", "decide_stage_transition"):
            _is_refused(await calls[name].send())
            assert await world.fingerprint() == before, name
    for name in ("log_visit", "reverse_visit", "decide_stage_transition"):
        entries = len(await world.database.fetch("SELECT FROM ledger_entries"))
        assert (await calls[name].send()).is_success
        assert len(await world.database.fetch("SELECT FROM ledger_entries")) > entries


@pytest.mark.parametrize(
    "table", ["visit_participants", "visit_guests", "companies", "audit_entries"]
)
async def test_no_visit_without_its_people(world: World, table: str) -> None:
    before = await world.fingerprint()
    body = {
        "kind": "local",
        "summary": "走访",
        "company": {"name": "新公司"},
        "guests": [{"name": "李"}],
    }
    async with _refused_by(world.database, table):
        _is_refused(await world.officer.post("/visits", body))
    assert await world.fingerprint() == before
