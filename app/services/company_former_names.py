"""Typing a name that a company bore before."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.models.company_former_names import CompanyFormerName, CompanyFormerNameCreate
from app.models.company_names import normal_name
from app.services.companies import check_present


async def create(session: AsyncSession, payload: CompanyFormerNameCreate) -> CompanyFormerName:
    """Keep a name; a search for it finds the company from now on."""
    await check_present(session, payload.company_id)
    normal = normal_name(payload.name)
    return await records.add(session, CompanyFormerName, payload, normal_name=normal)
