"""Companies: registering, renaming, and removing those that nothing points to."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core import records
from app.core.errors import Problem, invalid
from app.models.companies import Company, CompanyCreate, CompanyUpdate
from app.models.company_former_names import former_name
from app.models.leads import Lead
from app.services import company_lists, duplicate_pairs, duplicates
from app.services.access import Caller, claimed
from app.services.references import Reference, references_to


async def create(session: AsyncSession, caller: Caller, payload: CompanyCreate) -> Company:
    """A new company; 409 where one like it is known, unless it was decided to be another."""
    looks = [duplicates.look_of(payload)]
    found = (await duplicates.like_companies(session, looks))[0]
    decided = duplicates.refuse(found, payload.duplicate_decision)
    company = await records.add(session, Company, payload)
    if decided:
        await duplicate_pairs.dismiss(
            session, caller, company.id, decided, payload.duplicate_decision
        )
    return company


async def update(
    session: AsyncSession, caller: Caller, company_id: UUID, payload: CompanyUpdate, if_match: int
) -> None:
    """Change a company; the name it gives up is kept, its region decides which lists count it."""
    changes = payload.changes()
    company = await claimed(
        session, Company, caller, company_id, if_match, fields=frozenset(changes)
    )
    before = company.name
    changed = company.apply(changes)
    if "name" in changed:
        session.add(former_name(company.id, before))
    await session.flush()
    if "region_code" in changed:
        await company_lists.post_of_companies(session, company.id)


async def delete(session: AsyncSession, caller: Caller, company_id: UUID, if_match: int) -> None:
    """To the trash; 409 while anything that is not itself in the trash points to it."""
    company = await claimed(session, Company, caller, company_id, if_match)
    model: Any = Company
    pointing = (_rows_of(reference, company_id).exists() for reference in references_to(model))
    if (await session.exec(select(sa.or_(*pointing)))).one():
        raise Problem("in_use")
    await records.trash(session, company)


def _rows_of(reference: Reference, company_id: UUID) -> SelectOfScalar[UUID]:
    model: Any = reference.model
    rows = select(model.id).where(getattr(model, reference.column) == company_id)
    if hasattr(model, "deleted_at"):
        return rows.where(model.deleted_at.is_(None))
    if hasattr(model, "lead_id"):
        trashed = select(Lead.id).where(
            col(Lead.id) == model.lead_id, col(Lead.deleted_at).is_not(None)
        )
        return rows.where(~trashed.exists())
    return rows


async def check_present(session: AsyncSession, company_id: UUID | None) -> None:
    """422 for a company that lies in the trash; one that never was the database refuses."""
    trashed = select(Company.id).where(
        col(Company.id) == company_id, col(Company.deleted_at).is_not(None)
    )
    if company_id is not None and (await session.exec(trashed)).first() is not None:
        raise invalid("/company_id", "reference_not_found")
