"""`Idempotency-Key` on every POST: the key, the effect and the stored reply commit together.

Scope of a key: caller + method + path; kept 48 hours. Only replies of committed writes are stored:
a refused request changed nothing, so repeating it is harmless. After
draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.core.clock import now
from app.core.db import driver
from app.core.errors import Problem, invalid_parameter

HEADER = "idempotency-key"
_FORM = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("location", "etag")
_SOON = {"Retry-After": "1"}


class IdempotencyKey(SQLModel, table=True):
    """One used key and the reply it got."""

    __tablename__ = "idempotency_keys"  # pyright: ignore[reportAssignmentType]  a plain string

    caller_id: UUID = Field(primary_key=True)
    method: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status: int
    headers: dict[str, str] = Field(sa_type=sa.JSON)
    body: str
    created_at: datetime = Field(default_factory=now, index=True)


class Replay(Exception):  # noqa: N818  not an error: the reply was given before
    """Carries the stored reply out of the handler."""

    def __init__(self, response: Response) -> None:
        super().__init__("replay")
        self.response = response


_LOOK_UP = """
SELECT pg_try_advisory_xact_lock(
         hashtextextended($1::uuid::text || $2::text || $3::text || $4::text, 0)) AS is_ours,
       (SELECT to_json(k) FROM idempotency_keys k
         WHERE caller_id = $1 AND method = $2 AND path = $3
           AND key = $4 AND created_at > now() - interval '48 hours') AS found
"""

_KEEP = """
INSERT INTO idempotency_keys
  (caller_id, method, path, key, request_hash, status, headers, body, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8, now())
ON CONFLICT (caller_id, method, path, key) DO UPDATE
  SET request_hash = excluded.request_hash, status = excluded.status,
      headers = excluded.headers, body = excluded.body, created_at = excluded.created_at
  WHERE idempotency_keys.created_at <= now() - interval '48 hours'
"""


async def claim(session: AsyncSession, request: Request, caller_id: UUID) -> None:
    """Take the request's key for this transaction, or raise the stored reply as `Replay`.

    Two racing requests: one holds the advisory lock, the other answers 409. Should the first commit
    between our look and our lock, the primary key stops the second effect in `keep`.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return
    if not _FORM.fullmatch(key):
        raise invalid_parameter("Idempotency-Key", "idempotency_key_form")
    digest = _digest(request, await request.body())
    name = (caller_id, "POST", request.scope["path"], key)
    row = (await (await session.connection()).exec_driver_sql(_LOOK_UP, name)).one()
    if row.found is not None:
        raise Replay(_stored(row.found, digest))
    if not row.is_ours:
        raise Problem("idempotency_in_progress", headers=_SOON)
    request.state.idempotency = (*name, digest)


def _digest(request: Request, body: bytes) -> str:
    """What was asked; a form's boundary is drawn anew with each attempt and says nothing."""
    boundary = request.headers.get("content-type", "").partition("boundary=")[2].encode()
    content = body.replace(boundary, b"") if boundary else body
    return hashlib.sha256(content + request.url.query.encode()).hexdigest()


def _stored(row: dict[str, Any], digest: str) -> Response:
    if row["request_hash"] != digest:
        raise Problem("idempotency_key_reused")
    headers = {**row["headers"], "Idempotency-Replayed": "true"}
    kind = "application/json" if row["body"] else None
    return Response(row["body"], row["status"], headers, kind)


async def keep(session: AsyncSession, request: Request, response: Response) -> None:
    """Store the reply beside its effect, unless it is marked as not to be stored anywhere."""
    name = getattr(request.state, "idempotency", None)
    is_secret = response.headers.get("cache-control") == "no-store"
    if name is None or is_secret or response.status_code >= 300:
        return
    headers = {key: response.headers[key] for key in _KEPT_HEADERS if key in response.headers}
    stored = (response.status_code, json.dumps(headers), bytes(response.body).decode())
    status: str = await (await driver(session)).execute(_KEEP, *name, *stored)
    if status.endswith(" 0"):
        raise Problem("idempotency_in_progress", headers=_SOON)
