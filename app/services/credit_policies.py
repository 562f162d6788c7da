"""The default credit policy: which version holds, and the next one."""

from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.models.credit_policies import CreditPolicy, CreditPolicyCreate
from app.models.lead_members import Policy


async def parts_on(session: AsyncSession, day: date) -> Policy:
    """What each role earns by the version that holds on a day; the first came with the table."""
    held = select(CreditPolicy).where(col(CreditPolicy.effective_on) <= day)
    newest = held.order_by(col(CreditPolicy.effective_on).desc(), col(CreditPolicy.id).desc())
    return (await session.exec(newest.limit(1))).one().parts


async def create(session: AsyncSession, payload: CreditPolicyCreate) -> CreditPolicy:
    """The next version. Shares that are set and credit that is stamped stay."""
    payload.check()
    return await records.add(session, CreditPolicy, payload)
