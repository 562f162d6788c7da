"""What is paid by is only appended to: PostgreSQL refuses all else, whoever asks.

Asked as the application's own role, which owns the tables, and as one that was granted everything
on them: a grant does not help, and only the owner could take a trigger away.
"""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.assessment import item, published, released, scheme
from tests.kpis.test_stage_transitions import shared_signing
from tests.routers.test_money_facts import recognised
from tests.routers.test_periods import A_DAY, locked
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
    items = [item("拜访", "100", {"rule": "ratio_capped"}, planned("T09"))]
    top = [{"colour": "red", "name": "先进", "when": {"condition": "top", "count": 1}}]
    body = scheme(world.officer, total_points="100", items=items, lists=top)
    await released(world, await published(world, body))
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
