"""Who sees and does what: the single source.

`readable()` is the one query that cannot return a forbidden row; lists, gets, search, KPI drills
and embedded records all start from its conditions. A model without a rule is readable by nobody.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core.base import Record
from app.core.errors import Problem, invalid
from app.core.etag import check_version
from app.core.shapes import install_row_rule, visible
from app.models.lead_actions import within_reach
from app.models.leads import Lead
from app.models.roles import ZONE_READERS, Role
from app.services.row_access import row_rule

Table = TypeVar("Table", bound=SQLModel)
AnyRecord = TypeVar("AnyRecord", bound=Record)

install_row_rule(row_rule)


@dataclass(frozen=True)
class Caller:
    """The officer behind a request."""

    id: UUID
    role: Role
    name: str
    team_id: UUID | None
    team_ids: tuple[UUID, ...]
    session_id: UUID | None = None

    @property
    def binds(self) -> dict[str, Any]:
        """Values for the parameters of the row rules."""
        return {"me_id": self.id, "me_team_ids": list(self.team_ids)}

    @property
    def sees_zone(self) -> bool:
        """Reads the whole zone."""
        return self.role in ZONE_READERS

    @property
    def leads_team(self) -> bool:
        """Reads the team subtree."""
        return self.role is Role.team_lead


def readable(model: type[Table], caller: Caller) -> SelectOfScalar[Table]:
    """The rows of a model that the caller may see."""
    return select(model).where(*visible(model, caller.role)).params(**caller.binds)


async def found(
    session: AsyncSession, model: type[AnyRecord], caller: Caller, record_id: UUID
) -> AnyRecord:
    """One readable row, locked for this transaction; 404 where it is absent or hidden."""
    row = await _row(session, model, caller, record_id, is_locked=True)
    if row is None:
        raise Problem("not_found")
    return row


async def named(
    session: AsyncSession,
    model: type[AnyRecord],
    caller: Caller,
    pointer: str,
    record_id: UUID,
    *,
    is_locked: bool = False,
) -> AnyRecord:
    """One readable row that a body names; 422 at the pointer where it is absent or hidden."""
    row = await _row(session, model, caller, record_id, is_locked=is_locked)
    if row is None:
        raise invalid(pointer, "reference_not_found")
    return row


async def _row(
    session: AsyncSession,
    model: type[AnyRecord],
    caller: Caller,
    record_id: UUID,
    *,
    is_locked: bool,
) -> AnyRecord | None:
    query = readable(model, caller).where(col(model.id) == record_id)
    return (
        await session.exec(query.with_for_update(of=model) if is_locked else query)
    ).one_or_none()


async def claimed(
    session: AsyncSession,
    model: type[AnyRecord],
    caller: Caller,
    record_id: UUID,
    if_match: int,
    *,
    fields: frozenset[str] = frozenset(),
) -> AnyRecord:
    """One readable row in the version that the caller has seen; 412 where it has moved on."""
    row = await found(session, model, caller, record_id)
    await check_version(session, row, if_match, fields)
    return row


async def lock_lead_of(session: AsyncSession, model: Any, caller: Caller, record_id: UUID) -> None:
    """Lock the lead of a record before the record itself, which its decisions then change; 404."""
    lead: Any = aliased(Lead)
    query = select(lead.id).join(model, model.lead_id == lead.id)
    query = query.where(model.id == record_id, *visible(model, caller.role))
    locked = await session.exec(query.params(**caller.binds).with_for_update(of=lead))
    if locked.one_or_none() is None:
        raise Problem("not_found")


async def check_reach(session: AsyncSession, lead: Lead, caller: Caller) -> None:
    """403 where the caller may see a lead but not act on it."""
    query = select(Lead.id).where(col(Lead.id) == lead.id, within_reach(Lead, caller.role))
    if (await session.exec(query.params(**caller.binds))).first() is None:
        raise Problem("forbidden")


async def lead_in_reach(
    session: AsyncSession, caller: Caller, lead_id: UUID, *, is_locked: bool = False
) -> Lead:
    """The lead that a body names; 422 where it is hidden, 403 where it is out of reach."""
    lead = await named(session, Lead, caller, "/lead_id", lead_id, is_locked=is_locked)
    await check_reach(session, lead, caller)
    return lead
