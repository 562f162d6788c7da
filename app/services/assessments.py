"""Judging whether a lead is followed up."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.models.assessments import Assessment, AssessmentCreate
from app.models.pipeline import Stage
from app.services import lead_clocks
from app.services.access import Caller, lead_in_reach


async def create(session: AsyncSession, caller: Caller, payload: AssessmentCreate) -> Assessment:
    """A new judgement of a lead in reach; once contacted there is nothing left to judge."""
    lead = await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    if lead.stage is not Stage.identified:
        raise Problem("action_not_allowed", action="assess", stage=lead.stage, status=lead.status)
    row = Assessment.model_validate(payload)
    row.check_day()
    await lead_clocks.locked(session, lead.id)
    session.add(row)
    await lead_clocks.posted(session, lead.id)
    return row
