"""What is paid by is only appended to: PostgreSQL refuses all else, whoever asks.

Asked as the application's own role, which owns the tables, and as one that was granted everything
on them: a grant does not help, and only the owner could take a trigger away.
"""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.assessment import entered, item, published, released, scheme
from tests.kpis.test_stage_transitions import shared_signing
from tests.routers.periods import A_DAY, locked
from tests.routers.test_money_facts import recognised
from tests.routers.test_scheme_targets import planned, set_target
from tests.world import World

KEPT = (
    "ledger_entries",
    "period_snapshots",
    "scorecards",
    "scorecard_listings",
    "kpi_target_versions",
    "stage_credits",
    "money_credits",
    "agreement_credits",
    "audit_entries",
    "credit_policies",
    "schemes",
    "scheme_items",
    "scorecard_inputs",
    "metric_definitions",
)
# A table whose statements are refused row by row has to hold a row.
FILLED = tuple(table for table in KEPT if table != "agreement_credits")
STATEMENTS = (
    "UPDATE {} SET id = gen_random_uuid()",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
    "MERGE INTO {} t USING (SELECT 1) AS s(one) ON true WHEN MATCHED THEN DELETE",
)
GRANTED = f"yinfeng_granted_{os.getpid()}"


@pytest.fixture
async def filled(world: World) -> World:
    """A zone in which each of the tables holds something."""
    await world.visit(visited_on=f"{A_DAY}")
    await locked(world)
    await recognised(world, lead=await world.lead_at("signed"))
    await shared_signing(world)
    await set_target(world, world.officer, "T09", "4.0000")
    items = [
        item("拜访", "80", {"rule": "ratio_capped"}, planned("T09")),
        item("评议", "20", {"rule": "peer"}),
    ]
    top = [{"colour": "red", "name": "先进", "when": {"condition": "top", "count": 1}}]
    body = scheme(world.officer, total_points="100", items=items, lists=top)
    made = await published(world, body)
    await entered(world, made, world.officer, 1, "80")
    await released(world, made)
    return world


@pytest.fixture
async def granted(filled: World) -> AsyncIterator[asyncpg.Connection]:
    """The database as a role that may do everything with the rows and owns nothing."""
    owner = filled.database
    await owner.execute(f"CREATE ROLE {GRANTED}")
    await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {GRANTED}")
    await owner.execute(f"SET ROLE {GRANTED}")
    yield owner
    await owner.execute("RESET ROLE")
    await owner.execute(f"DROP OWNED BY {GRANTED}")
    await owner.execute(f"DROP ROLE {GRANTED}")


async def check_refused(connection: asyncpg.Connection) -> None:
    for table in FILLED:
        assert await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"), table
    for table in KEPT:
        for statement in STATEMENTS:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await connection.execute(statement.format(table))


async def test_the_application_itself_is_refused(filled: World) -> None:
    await check_refused(filled.database)


async def test_a_grant_does_not_help(granted: asyncpg.Connection) -> None:
    await check_refused(granted)
    for statement in (
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_entries DISABLE TRIGGER append_only",
        "DROP TRIGGER published_stays ON scorecards",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    ):
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await granted.execute(statement)
        assert isinstance(refusal.value, asyncpg.InsufficientPrivilegeError), statement


REWRITING = (
    "UPDATE schemes SET total_points = 99",
    "UPDATE schemes SET status = 'draft'",
    "UPDATE schemes SET status = 'retired', grades = '[1]'",
    "UPDATE scheme_items SET points = 99",
    (
        "INSERT INTO scheme_items SELECT (jsonb_populate_record(i, jsonb_build_object("
        "'id', gen_random_uuid(), 'place', 9))).* FROM scheme_items i WHERE place = 0"
    ),
    "UPDATE scorecard_inputs SET value = 99",
    "UPDATE scorecard_inputs SET value = 99, reversed_at = now()",
    "UPDATE metric_definitions SET status = 'draft'",
    "UPDATE metric_definitions SET parameters = '{}' WHERE metric = 'M02'",
)
# Ending and taking back go one way, once.
ONWARD = (
    ("UPDATE scorecard_inputs SET reversed_at = now(), version = 2", "reversed_at = NULL"),
    ("UPDATE schemes SET status = 'retired', version = 3", "status = 'published'"),
)


async def test_what_was_published_moves_only_onward(filled: World) -> None:
    for statement in REWRITING:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await filled.database.execute(statement)
    for statement, back in ONWARD:
        await filled.database.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await filled.database.execute(f"{statement.split(' SET ')[0]} SET {back}")


async def test_a_draft_is_still_written(world: World) -> None:
    made = await world.assessor.made("/schemes", scheme(world.officer))
    item_of_it = "UPDATE scheme_items SET points = 0 WHERE scheme_id = $1"
    assert await world.database.execute(item_of_it, made["id"]) == "UPDATE 6"
    assert await world.database.execute("UPDATE schemes SET notes = '改'") == "UPDATE 1"
    assert await world.database.execute("DELETE FROM scheme_items") == "DELETE 6"
    assert await world.database.execute("DELETE FROM schemes") == "DELETE 1"
