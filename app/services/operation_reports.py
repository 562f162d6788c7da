"""Operation reports: stated by one, recognised by a leader or the assessor; full capacity."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.agreements import Agreement, AgreementKind, AgreementStatus
from app.models.operation_reports import (
    OperationReport,
    OperationReportCreate,
    is_at_capacity,
)
from app.models.pipeline import TransitionStatus
from app.models.transition_decisions import ReversalCreate, TransitionDecision
from app.services.access import Caller, claimed, lead_in_reach, lock_lead_of

# The part of the promised output or tax that is full capacity [D].
FULL_CAPACITY = Decimal("0.80")


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


async def has_full_capacity(
    session: AsyncSession, lead_id: UUID, part: Decimal = FULL_CAPACITY
) -> bool:
    """Whether recognised reports of any year reach the promised output or tax.

    A year's own report goes before the sum of its quarters; promises are those of the active
    investment agreement.
    """
    promises = select(Agreement).where(
        col(Agreement.lead_id) == lead_id,
        col(Agreement.kind) == AgreementKind.investment,
        col(Agreement.status) == AgreementStatus.active,
    )
    promised = (await session.exec(promises)).first()
    if promised is None:
        return False
    years = await (await session.connection()).execute(_years(lead_id))
    return any(
        is_at_capacity(year.output, promised.promised_output, part)
        or is_at_capacity(year.tax, promised.promised_tax, part)
        for year in years
    )


def _years(lead_id: UUID) -> Any:  # a Select of output and tax
    of_year = col(OperationReport.quarter).is_(None)

    def whole(column: Any) -> sa.ColumnElement[Decimal]:
        return sa.func.coalesce(sa.func.max(column).filter(of_year), sa.func.sum(column))

    return (
        sa.select(
            whole(col(OperationReport.output)).label("output"),
            whole(col(OperationReport.tax)).label("tax"),
        )
        .where(
            col(OperationReport.lead_id) == lead_id,
            col(OperationReport.status) == TransitionStatus.recognised,
        )
        .group_by(col(OperationReport.year))
    )
