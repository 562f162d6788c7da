"""Judging whether a lead is followed up."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.models.assessments import Assessment, AssessmentCreate
from app.models.leads import Lead
from app.models.pipeline import Stage
from app.services.access import Caller, check_reach, found_at


async def create(session: AsyncSession, caller: Caller, payload: AssessmentCreate) -> Assessment:
    """A new judgement of a lead in reach; once contacted there is nothing left to judge."""
    lead = await found_at(session, Lead, caller, "/lead_id", payload.lead_id)
    await check_reach(session, lead, caller)
    if lead.stage is not Stage.identified:
        raise Problem("action_not_allowed", action="assess", stage=lead.stage, status=lead.status)
    row = Assessment.model_validate(payload)
    row.check_day()
    session.add(row)
    await session.flush()
    return row
