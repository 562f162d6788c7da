"""Operation reports: stated by one, recognised by a leader or the assessor."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.models.operation_reports import OperationReport, OperationReportCreate
from app.services.access import Caller, lead_in_reach


async def create(
    session: AsyncSession, caller: Caller, payload: OperationReportCreate
) -> OperationReport:
    """A report of a lead in reach."""
    await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    OperationReport.model_validate(payload).check_period()
    return await records.add(session, OperationReport, payload)
