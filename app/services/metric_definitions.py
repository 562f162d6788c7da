"""Drafting a version of a definition, seeing what it would change, adopting it."""

from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kpis import ledger
from app.kpis.catalogue import METRICS
from app.models.metric_definitions import MetricDefinition, MetricDefinitionCreate
from app.services.access import Caller, claimed


async def draft(session: AsyncSession, payload: MetricDefinitionCreate) -> MetricDefinition:
    """The next version of a metric; the built-in one is version 1. It counts nowhere yet."""
    row = MetricDefinition.model_validate(payload)
    newest = select(func.max(MetricDefinition.definition_version)).where(
        col(MetricDefinition.metric) == row.metric
    )
    row.definition_version = ((await session.exec(newest)).one() or 1) + 1
    row.settle()
    session.add(row)
    await session.flush()
    return row


async def adopt(session: AsyncSession, caller: Caller, definition_id: UUID, if_match: int) -> None:
    """It counts from its first year on: the ledger gets the difference under the new version.

    Locked months keep their numbers; what differs there is counted now, as an adjustment.
    """
    row = await claimed(session, MetricDefinition, caller, definition_id, if_match)
    row.adopt(caller.id)
    await session.flush()
    await ledger.redefine(session, METRICS[row.metric].family)
