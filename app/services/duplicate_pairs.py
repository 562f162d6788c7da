"""Pairs of records that may be one: kept when found, and decided."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.models.duplicate_pairs import DuplicatePair, DuplicatePairStatus
from app.models.duplicates import (
    BLOCKING,
    DuplicateDecision,
    DuplicateKind,
    DuplicateLevel,
    DuplicateReason,
)
from app.services.access import Caller, claimed
from app.services.duplicates import like_companies, look_of

# Pairs found anew; one that is there keeps what was decided of it.
_PAIRS = """
INSERT INTO duplicate_pairs (id, version, created_at, updated_at, kind, first_id, second_id, level,
  status)
SELECT gen_random_uuid(), 1, now(), now(), $2::text, p.first_id, p.second_id, p.level, 'open'
FROM jsonb_to_recordset($1::text::jsonb) AS p(first_id uuid, second_id uuid, level text)
ON CONFLICT (first_id, second_id) DO NOTHING
"""


async def dismiss(
    session: AsyncSession,
    caller: Caller,
    record_id: UUID,
    reasons: Sequence[DuplicateReason],
    decision: DuplicateDecision | None,
) -> None:
    """Keep the decision that a new record is another one than those it is like."""
    others = [(other, reason) for reason in reasons if (other := _other(reason)) is not None]
    session.add_all(
        DuplicatePair(
            kind=reason.kind,
            first_id=min(record_id, other),
            second_id=max(record_id, other),
            level=reason.level,
            status=DuplicatePairStatus.dismissed,
            reason=decision and decision.reason,
            decided_by_id=caller.id,
        )
        for other, reason in others
    )
    await session.flush()


def _other(reason: DuplicateReason) -> UUID | None:
    other = reason.company or reason.lead
    return other.id if other else None


async def open_pairs(session: AsyncSession, companies: Sequence[Any], **how: bool) -> int:
    """Open a pair for each company (rows with an id) and one it is like; answers the new pairs."""
    looks = [look_of(company, company.id) for company in companies]
    found = await like_companies(session, looks, **how)
    pairs = {
        tuple(sorted((str(companies[place].id), str(_other(reason))))): reason.level
        for place, reasons in found.items()
        for reason in reasons
        if reason.level in BLOCKING
    }
    return await keep_pairs(session, DuplicateKind.company, pairs)


async def keep_pairs(
    session: AsyncSession, kind: DuplicateKind, pairs: dict[tuple[str, ...], DuplicateLevel]
) -> int:
    """Open those that are not there yet; answers how many."""
    rows = [
        {"first_id": first, "second_id": second, "level": level}
        for (first, second), level in pairs.items()
    ]
    if not rows:
        return 0
    connection = await session.connection()
    return (await connection.exec_driver_sql(_PAIRS, (json.dumps(rows), kind.value))).rowcount


async def decide(
    session: AsyncSession, caller: Caller, pair_id: UUID, payload: DuplicateDecision, version: int
) -> None:
    """They are two; 409 for a certain pair, and for one that was merged."""
    pair = await claimed(session, DuplicatePair, caller, pair_id, version)
    if pair.status is DuplicatePairStatus.merged or pair.level is DuplicateLevel.certain:
        raise Problem("pair_fixed")
    dismissed = {"status": DuplicatePairStatus.dismissed, "reason": payload.reason}
    pair.apply({**dismissed, "decided_by_id": caller.id})
    await session.flush()
