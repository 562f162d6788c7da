"""Operation reports: stated by one, recognised by a leader or the assessor."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.operation_reports import OperationReport, OperationReportCreate
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.services.access import Caller, claimed, lead_in_reach, lock_lead_of


async def create(
    session: AsyncSession, caller: Caller, payload: OperationReportCreate
) -> OperationReport:
    """A report of a lead in reach."""
    await lead_in_reach(session, caller, payload.lead_id, is_locked=True)
    OperationReport.model_validate(payload).check_period()
    return await records.add(session, OperationReport, payload)


async def decide(
    session: AsyncSession,
    caller: Caller,
    report_id: UUID,
    payload: TransitionDecision,
    if_match: int,
) -> None:
    """Recognise or reject somebody else's report."""
    report = await _claimed(session, caller, report_id, if_match)
    report.decide(payload, caller.id)
    await _post(session, report)


async def reverse(
    session: AsyncSession, caller: Caller, report_id: UUID, payload: ReversalCreate, if_match: int
) -> None:
    """Take a recognised report back."""
    report = await _claimed(session, caller, report_id, if_match)
    report.reverse(payload.reason, caller.id)
    await _post(session, report)


async def _claimed(
    session: AsyncSession, caller: Caller, report_id: UUID, if_match: int
) -> OperationReport:
    """A report in the version seen, its lead locked first."""
    await lock_lead_of(session, OperationReport, caller, report_id)
    return await claimed(session, OperationReport, caller, report_id, if_match)


async def _post(session: AsyncSession, report: OperationReport) -> None:
    await session.flush()
    await ledger.post(session, Family.lead, report.lead_id)
