"""Parks: which lies in which area."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import records
from app.core.errors import invalid
from app.models.parks import Park, ParkCreate, ParkKind, ParkUpdate
from app.services.access import Caller, claimed


async def create(session: AsyncSession, payload: ParkCreate) -> Park:
    """A new park, in an area or by itself."""
    await _check_parent(session, payload.kind, payload.parent_id)
    return await records.add(session, Park, payload)


async def update(
    session: AsyncSession, caller: Caller, park_id: UUID, payload: ParkUpdate, if_match: int
) -> None:
    """Change a park; its kind stays, so that what lies in an area keeps one."""
    changes = payload.changes()
    park = await claimed(session, Park, caller, park_id, if_match, fields=frozenset(changes))
    await _check_parent(session, park.kind, changes.get("parent_id"))
    park.apply(changes)
    await session.flush()


async def _check_parent(session: AsyncSession, kind: ParkKind, parent_id: UUID | None) -> None:
    if parent_id is None:
        return
    parent = await session.get(Park, parent_id)
    if parent is None:
        raise invalid("/parent_id", "reference_not_found")
    if kind is ParkKind.area or parent.kind is not ParkKind.area:
        raise invalid("/parent_id", "park_in_area")
