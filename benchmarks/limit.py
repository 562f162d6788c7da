"""The limit: what any server on this stack could reach at best for the same three operations.

A bare ASGI application on asyncpg's pool; PostgreSQL builds the JSON from SQL written by hand, with
the columns of a lead but without `allowed_actions`. No login, row access, ETag, validation, audit
or ledger. Served by uvicorn as the product is.

Start: `python -m benchmarks.limit DSN PORT`.
"""

import json
import sys
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
import uuid_utils.compat
import uvicorn

from app.core.db import SERVER_SETTINGS, ReadConnection

BARE = "bare insert"
_PREFIX = "/api/v1/"
_INSTANT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS {0}"""
_COLUMNS = f"""
name, company_id, combination_id, chain_node_id, mechanism, direction, track, industry_code,
source_region_code,
source_country_code, planned_investment::text, planned_fixed_investment::text,
expected_output::text, expected_tax::text, expected_jobs, currency,
received_on, is_leading, is_flagship, is_restricted, description, is_located_in_zone,
credited_share::text,
id, version, {_INSTANT.format("created_at")}, created_by_id, {_INSTANT.format("updated_at")},
code, owner_id, team_id, stage, status, stage_entered_on, suspended_until, agreed_amount::text,
agreed_currency, is_pending, last_visited_on, is_demo
"""
_ONE = f"""
SELECT row_to_json(r)::text FROM (
  SELECT {_COLUMNS} FROM leads WHERE id = $1 AND deleted_at IS NULL) AS r
"""  # noqa: S608  our own columns
_LIST = f"""
SELECT json_build_object('items', json_agg(row_to_json(r)))::text FROM (
  SELECT {_COLUMNS} FROM (
    SELECT * FROM leads WHERE stage = $1 AND deleted_at IS NULL
    ORDER BY updated_at DESC, id DESC LIMIT $2) AS page) AS r
"""  # noqa: S608  as above
_VISIT = f"""
INSERT INTO visits (id, lead_id, company_id, kind, visited_on, summary, mechanism, guest_count,
  status, is_demo, version, created_at, created_by_id, updated_at)
SELECT $1, id, company_id, $3, $4::text::date, '{BARE}', mechanism, 0, 'counted', false, 1, now(),
  owner_id, now() FROM leads WHERE id = $2
"""  # noqa: S608  as above
_PARTICIPANT = """
INSERT INTO visit_participants (id, visit_id, officer_id, place, team_path)
SELECT $1, $2, owner_id, 0, ARRAY[team_id] FROM leads WHERE id = $3
"""
_POOL: list[asyncpg.Pool] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The whole application."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    path = scope["path"].removeprefix(_PREFIX)
    if scope["method"] == "POST":
        status, body = 201, await _log_visit(await _body(receive))
    elif path == "leads":
        status, body = 200, await _list(scope["query_string"])
    else:
        status, body = 200, await _POOL[0].fetchval(_ONE, UUID(path.removeprefix("leads/")))
    raw = body.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(raw))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


async def _live(receive: Any, send: Any) -> None:
    await receive()
    pool = await asyncpg.create_pool(
        sys.argv[1],
        min_size=0,
        max_size=8,
        connection_class=ReadConnection,
        server_settings=SERVER_SETTINGS,
        max_cached_statement_lifetime=0,
    )
    _POOL.append(pool)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Any) -> dict[str, Any]:
    message = await receive()
    assert not message.get("more_body")
    return json.loads(message["body"])


async def _list(query: bytes) -> str:
    asked = parse_qs(query.decode())
    return await _POOL[0].fetchval(_LIST, asked["stage"][0], int(asked["limit"][0]))


async def _log_visit(asked: dict[str, Any]) -> str:
    """Visit and participant in one transaction, nothing else."""
    visit, lead = uuid_utils.compat.uuid7(), UUID(asked["lead_id"])
    async with _POOL[0].acquire() as connection, connection.transaction():
        await connection.execute(_VISIT, visit, lead, asked["kind"], asked["visited_on"])
        await connection.execute(_PARTICIPANT, uuid_utils.compat.uuid7(), visit, lead)
    return f'{{"id":"{visit}"}}'


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[2]),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        limit_concurrency=400,
    )
