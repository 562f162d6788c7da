"""Accounts: creating, placing in teams, roles, passwords."""

import asyncio
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.audit import AuditEntry
from app.core.bulk import change_all, remove_all
from app.core.clock import now
from app.core.errors import Problem, invalid
from app.core.security import hash_password, new_password, password_faults, verify_password
from app.models.officers import Officer, OfficerCreate, OfficerUpdate, PasswordChange
from app.models.roles import Role
from app.models.sessions import OfficerSession
from app.services.access import Caller, claimed, found


def check_password(password: str, pointer: str) -> None:
    """422 where the policy is not met."""
    for fault in password_faults(password):
        raise invalid(pointer, fault)


async def create(session: AsyncSession, payload: OfficerCreate) -> Officer:
    """A new account; once there is a security administrator, roles are that one's to give."""
    await _check_role(session, payload.role)
    check_password(payload.password, "/password")
    digest = await asyncio.to_thread(hash_password, payload.password)
    values = payload.model_dump(exclude={"password"}) | {"password_hash": digest}
    officer = Officer.model_validate(values)
    session.add(officer)
    await session.flush()
    return officer


async def _check_role(session: AsyncSession, role: Role) -> None:
    guardian = select(Officer.id).where(
        col(Officer.role) == Role.security_admin, col(Officer.is_active).is_(True)
    )
    if role is not Role.officer and (await session.exec(guardian.limit(1))).first() is not None:
        raise invalid("/role", "role_by_security_admin")


async def update(
    session: AsyncSession,
    caller: Caller,
    officer_id: UUID,
    payload: OfficerUpdate,
    if_match: int,
) -> Officer:
    """Change an account; one that is switched off is logged out everywhere."""
    changes = payload.changes()
    officer = await claimed(
        session, Officer, caller, officer_id, if_match, fields=frozenset(changes)
    )
    officer.apply(changes)
    if not officer.is_active:
        await end_sessions(session, officer.id)
    await session.flush()
    return officer


async def change_role(
    session: AsyncSession, caller: Caller, officer_id: UUID, role: Role, if_match: int
) -> Officer:
    """Give another role; nobody edits the own one."""
    if officer_id == caller.id:
        raise Problem("own_role")
    officer = await claimed(session, Officer, caller, officer_id, if_match)
    officer.apply({"role": role})
    await session.flush()
    return officer


async def change_password(session: AsyncSession, caller: Caller, payload: PasswordChange) -> None:
    """Replace the caller's own password and end all other log-ins."""
    officer: Any = await session.get(Officer, caller.id, with_for_update=True)
    fits = await asyncio.to_thread(verify_password, officer.password_hash, payload.current_password)
    if not fits:
        raise invalid("/current_password", "password_wrong")
    check_password(payload.new_password, "/new_password")
    officer.password_hash = await asyncio.to_thread(hash_password, payload.new_password)
    await end_sessions(session, caller.id, keep=caller.session_id)
    await session.flush()


async def delete(session: AsyncSession, caller: Caller, officer_id: UUID, if_match: int) -> None:
    """Remove an account that never did anything; 409 once a record names it: then close it."""
    officer = await claimed(session, Officer, caller, officer_id, if_match)
    deeds = select(AuditEntry.id).where(col(AuditEntry.actor_id) == officer.id).limit(1)
    if (await session.exec(deeds)).first() is not None:
        raise Problem("in_use")
    log_ins = select(OfficerSession).where(col(OfficerSession.officer_id) == officer.id)
    await remove_all(session, (await session.exec(log_ins)).all())
    await session.delete(officer)
    await session.flush()


async def end_sessions(session: AsyncSession, officer_id: UUID, keep: UUID | None = None) -> None:
    """Log an account out everywhere, except where it is kept."""
    query = select(OfficerSession).where(
        col(OfficerSession.officer_id) == officer_id, col(OfficerSession.revoked_at).is_(None)
    )
    ended = [row for row in await session.exec(query) if row.id != keep]
    await change_all(session, ended, revoked_at=now())


async def unlock(session: AsyncSession, caller: Caller, officer_id: UUID) -> None:
    """Lift a lock before its time."""
    officer = await found(session, Officer, caller, officer_id)
    officer.note_success()
    await session.flush()


async def create_first_administrator(session: AsyncSession) -> str | None:
    """On an empty installation: an account `admin` and its generated password, told once."""
    if (await session.exec(select(Officer).limit(1))).first() is not None:
        return None
    password = new_password()
    await create(
        session,
        OfficerCreate(
            username="admin", name="系统管理员", role=Role.system_admin, password=password
        ),
    )
    return password
