"""Drafting a version of a definition, seeing what it would change, adopting it."""

from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.kpis import ledger
from app.models.definition_drafts import MetricDefinitionCreate
from app.models.metric_definitions import MetricDefinition
from app.services.access import Caller, claimed


async def draft(session: AsyncSession, payload: MetricDefinitionCreate) -> MetricDefinition:
    """The next version of a metric. It counts nowhere yet."""
    row = MetricDefinition.of(payload)
    newest = select(func.max(MetricDefinition.definition_version)).where(
        col(MetricDefinition.metric) == row.metric
    )
    row.definition_version = ((await session.exec(newest)).one() or 1) + 1
    session.add(row)
    await session.flush()
    return row


async def adopt(session: AsyncSession, caller: Caller, definition_id: UUID, if_match: int) -> None:
    """Let a draft count."""
    row = await claimed(session, MetricDefinition, caller, definition_id, if_match)
    await _count_by(session, row, caller.id)


async def publish(session: AsyncSession, metric: str, number: int) -> None:
    """The same by a command, for ledgers too large for a request; 404 where there is no such."""
    await _count_by(session, await version_of(session, metric, number), None)


async def version_of(session: AsyncSession, metric: str, number: int) -> MetricDefinition:
    """A version by its number, locked; 404 where there is no such."""
    query = select(MetricDefinition).where(
        col(MetricDefinition.metric) == metric, col(MetricDefinition.definition_version) == number
    )
    row = (await session.exec(query.with_for_update())).one_or_none()
    if row is None:
        raise Problem("not_found")
    return row


async def _count_by(session: AsyncSession, row: MetricDefinition, officer_id: UUID | None) -> None:
    """It counts from its first year on: the ledger gets the difference under the new version.

    Locked months keep their numbers; what differs there is counted now, as an adjustment.
    """
    row.adopt(officer_id)
    await session.flush()
    await ledger.redefine(session, row.metric)
