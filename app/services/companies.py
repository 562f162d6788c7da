"""Changing companies, and removing those that nothing points to."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core import records
from app.core.errors import Problem, invalid
from app.models.companies import Company, CompanyUpdate
from app.models.company_controls import CompanyControl
from app.models.company_lists import CompanyListEntry
from app.models.contacts import Contact
from app.models.incubation_stages import IncubationEntry
from app.models.leads import Lead
from app.models.node_presences import NodePresence
from app.models.visits import Visit
from app.services import company_lists
from app.services.access import Caller, claimed

POINTING: tuple[Any, ...] = (
    Lead, Visit, Contact, CompanyListEntry, NodePresence, CompanyControl, IncubationEntry
)  # fmt: skip


async def update(
    session: AsyncSession,
    caller: Caller,
    company_id: UUID,
    payload: CompanyUpdate,
    if_match: int,
) -> None:
    """Change a company; where it sits decides whether lists count it."""
    changes = payload.changes()
    company = await claimed(
        session, Company, caller, company_id, if_match, fields=frozenset(changes)
    )
    changed = company.apply(changes)
    await session.flush()
    if "region_code" in changed:
        await company_lists.post_of_company(session, company.id)


async def delete(session: AsyncSession, caller: Caller, company_id: UUID, if_match: int) -> None:
    """To the trash; 409 while anything that is not itself in the trash points to it."""
    company = await claimed(session, Company, caller, company_id, if_match)
    pointing = (_rows_of(model, company_id).exists() for model in POINTING)
    if (await session.exec(select(sa.or_(*pointing)))).one():
        raise Problem("in_use")
    await records.trash(session, company)


def _rows_of(model: Any, company_id: UUID) -> SelectOfScalar[UUID]:
    names = [name for name in ("company_id", "controller_id") if hasattr(model, name)]
    rows = select(model.id).where(sa.or_(*(getattr(model, name) == company_id for name in names)))
    return rows.where(model.deleted_at.is_(None)) if hasattr(model, "deleted_at") else rows


async def check_present(session: AsyncSession, company_id: UUID | None) -> None:
    """422 for a company that lies in the trash; one that never was the database refuses."""
    trashed = select(Company.id).where(
        col(Company.id) == company_id, col(Company.deleted_at).is_not(None)
    )
    if company_id is not None and (await session.exec(trashed)).first() is not None:
        raise invalid("/company_id", "reference_not_found")
