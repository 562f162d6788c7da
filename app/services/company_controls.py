"""Control of companies: one controller at a time, and on no day a company above itself."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, invalid
from app.models.companies import Company
from app.models.company_controls import (
    CompanyControl,
    CompanyControlCreate,
    CompanyControlUpdate,
)
from app.services.access import Caller, claimed

# One writer at a time: a circle may close over rows that neither of two writers has seen. Any
# number that no other advisory lock of the database uses.
_LOCK = 730_011
# Up from the new controller, along what holds on the same days; the company itself means a circle.
_CIRCLE = sa.text("""
WITH RECURSIVE up (company_id, days) AS (
  SELECT CAST(:controller_id AS uuid), daterange(:from_on, :to_on, '[]')
  UNION ALL
  SELECT c.controller_id, up.days * daterange(c.from_on, c.to_on, '[]')
  FROM up JOIN company_controls c ON c.company_id = up.company_id
  WHERE up.days && daterange(c.from_on, c.to_on, '[]') AND up.company_id <> :company_id
    AND c.id <> :id
)
SELECT EXISTS (SELECT FROM up WHERE company_id = :company_id)
""").bindparams(
    *(sa.bindparam(name, type_=sa.Uuid) for name in ("controller_id", "company_id", "id")),
    *(sa.bindparam(name, type_=sa.Date) for name in ("from_on", "to_on")),
)


async def create(session: AsyncSession, payload: CompanyControlCreate) -> CompanyControl:
    """A new control; 409 for a second controller on a day, 422 for a circle."""
    row = CompanyControl.model_validate(payload)
    for name in ("company_id", "controller_id"):
        await _check_present(session, name, getattr(row, name))
    await _check(session, row)
    session.add(row)
    await session.flush()
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    control_id: UUID,
    payload: CompanyControlUpdate,
    if_match: int,
) -> None:
    """Change days, share or source; what holds for a new control holds for it."""
    changes = payload.changes()
    row = await claimed(
        session, CompanyControl, caller, control_id, if_match, fields=frozenset(changes)
    )
    with session.no_autoflush:
        row.apply(changes)
        await _check(session, row)
    await session.flush()


async def _check_present(session: AsyncSession, name: str, company_id: UUID) -> None:
    present = select(Company.id).where(
        col(Company.id) == company_id, col(Company.deleted_at).is_(None)
    )
    if (await session.exec(present)).first() is None:
        raise invalid(f"/{name}", "reference_not_found")


async def _check(session: AsyncSession, row: CompanyControl) -> None:
    row.check_days()
    connection = await session.connection()
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    other = select(CompanyControl.id).where(
        col(CompanyControl.company_id) == row.company_id,
        col(CompanyControl.id) != row.id,
        col(CompanyControl.from_on) <= (row.to_on or date.max),
        sa.or_(col(CompanyControl.to_on).is_(None), col(CompanyControl.to_on) >= row.from_on),
    )
    if (await session.exec(other)).first() is not None:
        raise Problem("controlled_already")
    names = ("id", "company_id", "controller_id", "from_on", "to_on")
    values = {name: getattr(row, name) for name in names}
    if (await connection.execute(_CIRCLE, values)).scalar_one():
        raise invalid("/controller_id", "control_circle")
