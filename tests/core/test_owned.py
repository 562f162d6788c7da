"""Lists of own rows alone: found from the caller's side, in the same order, page by page."""

from typing import Any
from urllib.parse import quote

import pytest

from app.core.clock import today
from app.core.common_grams import CommonGrams
from app.core.reader import form_of
from app.core.reading import list_statement
from app.models.leads import LeadQuery
from tests.world import Client, World

pytestmark = pytest.mark.long

MANY = 4000
_COPIES = """INSERT INTO leads SELECT (jsonb_populate_record(l, jsonb_build_object(
  'id', gen_random_uuid(), 'code', 'N' || n, 'owner_id', $1::uuid, 'stage', $2::text,
  'planned_investment', CASE WHEN n % 3 > 0 THEN n % 5 END, 'name_sort', 'n' || n % 4,
  'updated_at', now() - n % 7 * interval '1 day'))).* FROM leads l, generate_series(1, $3) n
  WHERE l.code LIKE 'XM-%'"""
# Each of as many officers owns some.
_SPREAD = """WITH hired AS (
  INSERT INTO officers SELECT (jsonb_populate_record(o, jsonb_build_object(
    'id', gen_random_uuid(), 'username', 'o' || n))).* FROM officers o, generate_series(1, 100) n
  WHERE o.id = $1 RETURNING id, username)
UPDATE leads SET owner_id = hired.id FROM hired
WHERE owner_id = $1 AND 'o' || (hashtext(leads.id::text) & 127) = username"""
_MEMBERS = """INSERT INTO lead_members (id, version, created_at, updated_at, lead_id, officer_id,
  role, share, from_on, to_on)
  SELECT gen_random_uuid(), 1, now(), now(), id, $1, 'steward', 0, current_date, $2
  FROM leads WHERE id = ANY($3)"""


async def _made(world: World, owner: Client, stage: str, count: int) -> list[Any]:
    await world.database.execute(_COPIES, owner.id, stage, count)
    made = await world.database.fetch(
        "SELECT id FROM leads WHERE owner_id = $1 AND stage = $2 AND code LIKE 'N%'",
        owner.id, stage,
    )  # fmt: skip
    await world.database.execute("UPDATE leads SET code = 'M' || id WHERE code LIKE 'N%'")
    return [row["id"] for row in made]


async def _few_of_many(world: World) -> set[str]:
    """Own leads of every kind among others; answers the ids of those that may be read."""
    await world.lead(world.stranger, name="产业园项目")
    others = await _made(world, world.stranger, "contacted", MANY)
    await world.database.execute(_SPREAD, world.stranger.id)
    owned = await _made(world, world.officer, "contacted", 9)
    elsewhere = await _made(world, world.officer, "negotiating", 4)
    joined, left, binned = others[:6], others[6:9], [others[9], owned[0]]
    await world.database.execute(_MEMBERS, world.officer.id, None, [*joined, *owned, others[9]])
    # Twice on one lead: it is listed once.
    await world.database.execute(_MEMBERS, world.officer.id, None, joined[:2])
    await world.database.execute(_MEMBERS, world.officer.id, today(), left)
    await world.database.execute("UPDATE leads SET deleted_at = now() WHERE id = ANY($1)", binned)
    await world.database.execute("VACUUM ANALYZE leads, lead_members")
    return {str(id_) for id_ in [*owned[1:], *elsewhere, *joined]}


async def _walk(client: Client, path: str, limit: int) -> list[str]:
    """Ids page by page, along the cursors."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.seen(f"{path}&limit={limit}{cursor and f'&cursor={cursor}'}")
        found += [item["id"] for item in page["items"]]
        cursor = page["page"]["next_cursor"]
    return found


async def _paged(client: Client, path: str, size: int) -> list[str]:
    """Ids page by page, by number."""
    found: list[str] = []
    for number in range(1, 30):
        page = await client.seen(f"{path}&page={number}&page_size={size}")
        found += [item["id"] for item in page["items"]]
    return found


ORDERS = {
    "": "updated_at DESC, id DESC",
    "sort=updated_at": "updated_at, id",
    "sort=name": "name_sort, id",
    "sort=-planned_investment": "planned_investment DESC NULLS LAST, id DESC",
    "sort=planned_investment,-received_on": "planned_investment, received_on DESC, id DESC",
    "sort=-id": "id DESC",
    "stage=contacted&sort=-name": "name_sort DESC, id DESC",
    f"q={quote('产业')}&sort=-updated_at": "updated_at DESC, id DESC",
}


async def test_a_walk_meets_each_own_lead_once_in_the_order_asked_for(world: World) -> None:
    own = await _few_of_many(world)
    assert len(own) == 18
    for query, order in ORDERS.items():
        stage = "contacted" if "stage" in query else "%"
        sql = f"SELECT id::text FROM leads WHERE stage LIKE '{stage}' ORDER BY {order}"
        rows = await world.database.fetch(sql)
        expected = [row["id"] for row in rows if row["id"] in own]
        for limit in (1, 4, 50):
            assert await _walk(world.officer, f"/leads?{query}", limit) == expected, query
        assert await _paged(world.officer, f"/leads?{query}", 5) == expected
        page = await world.officer.seen(f"/leads?{query}&limit=2&total=exact")
        assert page["page"]["total"] == len(expected)


FORMS: list[dict[str, Any]] = [
    {},
    *({"sort": [sign + name]} for name in LeadQuery.sorts for sign in ("", "-")),
    {"stage": "contacted", "sort": ["-updated_at"]},
    {"stage": "producing"},
    {"status": "active", "planned_investment__gte": "3.00"},
    {"is_flagship": True},
    {"q": "产业", "sort": ["-updated_at"]},
    {"q": "产业"},
]
_READ = """SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int
FROM pg_stat_xact_user_tables WHERE relname IN ('leads', 'lead_members')"""


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_a_page_reads_few_of_others_leads(world: World, mode: str) -> None:
    await _few_of_many(world)
    grams = CommonGrams(world.app.state.db)
    for asked in FORMS:
        query = LeadQuery.model_validate(asked)
        form, binds = form_of(query, "officer", walk=await grams.walk(query, "officer"))
        statement = list_statement(form)
        binds |= {"me_id": world.officer.id, "me_team_ids": [], "limit": 50}
        async with world.database.transaction():
            await world.database.execute(f"SET LOCAL plan_cache_mode = {mode}")
            before: Any = await world.database.fetchval(_READ)
            await world.database.fetch(statement.sql, *statement.arguments(binds))
            after: Any = await world.database.fetchval(_READ)
            # A search reads the own leads once more for each kind of match.
            assert after - before <= (400 if "q" in asked else 150), asked
