"""Logging in and out, and who is behind a token."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import now
from app.core.db import Database
from app.core.errors import Problem
from app.core.notified import NotifiedCache
from app.core.security import new_token, token_hash, verify_password
from app.models.officers import Officer
from app.models.roles import Role
from app.models.sessions import ABSOLUTE, IDLE, OfficerSession, SessionRead
from app.services.access import Caller

_SEEN_EVERY = timedelta(minutes=1)
_AUTHENTICATE = """
SELECT o.id, o.role, o.name, o.team_id, s.id AS session_id,
       ARRAY(SELECT t.id FROM teams t WHERE o.team_id = ANY(t.path)) AS team_ids,
       s.last_seen_at < now() - $3::interval AS is_stale,
       extract(epoch FROM s.expires_at - now())::float8 AS seconds_left
FROM officer_sessions s JOIN officers o ON o.id = s.officer_id
WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND o.is_active AND s.expires_at > now()
  AND s.last_seen_at > now() - $2::interval
"""
_SEEN = "UPDATE officer_sessions SET last_seen_at = now() WHERE id = $1"


async def authenticate(db: Database, known: NotifiedCache[Caller], token: str) -> Caller:
    """The officer behind a token; 401 where it never was, has ended or the account is off.

    Known callers are forgotten when an account, a log-in or a team changes (a trigger notifies),
    and after a minute, so that the log-in's last use is written down.
    """
    key = token_hash(token)
    caller = known.get(key)
    if caller is not None:
        return caller
    generation, pool = known.generation, await db.reads()
    row = await pool.fetchrow(_AUTHENTICATE, key, IDLE, _SEEN_EVERY)
    if row is None:
        raise Problem("unauthenticated")
    if row["is_stale"]:
        await pool.execute(_SEEN, row["session_id"])
    caller = _caller(row)
    known.put(key, caller, min(_SEEN_EVERY.total_seconds(), row["seconds_left"]), generation)
    return caller


def _caller(row: Any) -> Caller:
    return Caller(
        id=row["id"],
        role=Role(row["role"]),
        name=row["name"],
        team_id=row["team_id"],
        team_ids=tuple(row["team_ids"]),
        session_id=row["session_id"],
    )


async def log_in(session: AsyncSession, username: str, password: str) -> SessionRead | Problem:
    """A token, or the problem to answer with.

    A problem is returned, not raised: the count of failures has to be committed. Unknown accounts
    take the same time and get the same words as wrong passwords.
    """
    query = select(Officer).where(col(Officer.username) == username).with_for_update()
    officer = (await session.exec(query)).one_or_none()
    fits = await asyncio.to_thread(
        verify_password, officer.password_hash if officer else None, password
    )
    if officer is None:
        return Problem("wrong_credentials")
    if officer.is_locked():
        return Problem("account_locked", headers={"Retry-After": str(officer.seconds_locked())})
    if not fits or not officer.is_active:
        officer.note_failure()
        return Problem("wrong_credentials")
    return _open(session, officer)


def _open(session: AsyncSession, officer: Officer) -> SessionRead:
    officer.note_success()
    token = new_token()
    session.info["actor_id"] = officer.id
    session.add(OfficerSession(officer_id=officer.id, token_hash=token_hash(token)))
    return SessionRead(
        access_token=token,
        token_type="bearer",  # noqa: S106  the scheme's name (RFC 6750), no secret
        expires_in=int(ABSOLUTE.total_seconds()),
    )


async def log_out(session: AsyncSession, caller: Caller) -> None:
    """End this log-in; the token is refused from the next request on."""
    row = await session.get(OfficerSession, caller.session_id)
    if row is not None:
        row.revoked_at = now()
