"""Deciding on targets, and making leads of them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.chain_nodes import ChainNode
from app.models.companies import Company
from app.models.leads import Lead, LeadCreate
from app.models.targets import Target, TargetDecision, TargetLeadCreate
from app.services import leads
from app.services.access import Caller, claimed

_NAME_LENGTH = 200


async def decide(
    session: AsyncSession, caller: Caller, target_id: UUID, payload: TargetDecision, if_match: int
) -> None:
    """Accept, contact, dismiss with a reason, or take a dismissal back."""
    payload.check_reason()
    target = await claimed(session, Target, caller, target_id, if_match)
    target.decide(payload, caller.id)
    await session.flush()


async def open_lead(
    session: AsyncSession, caller: Caller, target_id: UUID, payload: TargetLeadCreate, if_match: int
) -> Lead:
    """A lead with what the target knows, under the rules of any new lead; it converts the target.

    409 where the target is settled, or where the investor has an open lead like it.
    """
    target = await claimed(session, Target, caller, target_id, if_match)
    target.check_open()
    lead = await leads.create(session, caller, await _filled(session, target, payload))
    target.convert(lead.id, caller.id)
    await session.flush()
    return lead


async def _filled(session: AsyncSession, target: Target, payload: TargetLeadCreate) -> LeadCreate:
    company = await session.get_one(Company, target.company_id)
    node = await session.get_one(ChainNode, target.chain_node_id)
    return LeadCreate(
        name=payload.name or f"{company.name} {node.name}"[:_NAME_LENGTH],
        owner_id=payload.owner_id,
        company_id=company.id,
        combination_id=target.combination_id,
        chain_node_id=node.id,
        industry_code=company.industry_code,
        source_region_code=company.region_code,
        source_country_code=company.country_code,
        duplicate_decision=payload.duplicate_decision,
    )
