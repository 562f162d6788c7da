"""Writing down at night what passed by itself: days to start, promised days, lights.

What definitions count by (R03 `matured`, R06, P05, P06) is then a fact, and no question of today.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import today_sql
from app.core.db import Database, driver
from app.core.statements import Statement, compiled
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.deferrals import Deferral, overdue
from app.models.gate_facts import is_held
from app.models.leads import Lead
from app.models.light_turns import LightTurn
from app.models.passed_promises import PassedPromise
from app.models.pipeline import Stage
from app.models.progress import (
    MOST_DAYS,
    TERMS,
    Light,
    LightReason,
    code,
    days_in_stage,
    is_active,
    is_at,
    last_progress_on,
    later,
    most_days,
    number,
)

AT_ONCE = 500
_LOCK = "SELECT FROM leads WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_lead: Any = Lead
_deferral: Any = Deferral
_promise: Any = PassedPromise


@dataclass(frozen=True)
class _Night:
    """What to look for, its last column the lead; what to write of each row found."""

    found: Statement
    written: str


def _starts() -> _Night:
    """Opening (开业) has no start of its own: its day is the one on which it is to open."""
    found = sa.text("""
SELECT t.id, d.start_by, t.lead_id
FROM leads l
JOIN stage_transitions t ON t.lead_id = l.id AND t.kind = 'advance' AND t.to_stage = 'signed'
  AND t.status = 'recognised'
JOIN agreements a ON a.lead_id = l.id AND a.kind = 'investment' AND a.status = 'active'
CROSS JOIN LATERAL (
  SELECT CASE WHEN l.track = 'opening' THEN coalesce(a.start_by, a.produce_by)
         ELSE a.start_by END AS start_by
) AS d
WHERE d.start_by < CAST(timezone('Asia/Shanghai', now()) AS date)
  AND NOT EXISTS (SELECT FROM passed_deadlines p WHERE p.transition_id = t.id)
ORDER BY l.id LIMIT :limit""")
    return _Night(
        compiled(found.bindparams(_LIMIT)),
        """INSERT INTO passed_deadlines (id, transition_id, start_by)
SELECT gen_random_uuid(), $1, $2 FROM leads WHERE id = $3 ON CONFLICT DO NOTHING""",
    )


def _promises() -> _Night:
    known = sa.select(_promise.id).where(_promise.deferral_id == _deferral.id)
    found = (
        sa.select(_deferral.id, _deferral.promised_on, _deferral.lead_id)
        .join(_lead, _lead.id == _deferral.lead_id)
        .where(is_active(_lead), sa.not_(known.exists()), overdue(_deferral))
    )
    return _Night(
        compiled(found.order_by(_deferral.id).limit(_LIMIT)),
        """INSERT INTO passed_promises (id, deferral_id, promised_on)
SELECT gen_random_uuid(), $1, $2 FROM leads WHERE id = $3 ON CONFLICT DO NOTHING""",
    )


def _brought() -> _Night:
    """What was overdue on an earlier night and is there by now."""
    found = (
        sa.select(_promise.id, today_sql(), _deferral.lead_id)
        .join(_deferral, _deferral.id == _promise.deferral_id)
        .where(_promise.brought_on.is_(None), is_held(_deferral))
    )
    return _Night(
        compiled(found.order_by(_promise.id).limit(_LIMIT)),
        """UPDATE passed_promises p SET brought_on = $2 FROM leads l
WHERE p.id = $1 AND l.id = $3""",
    )


def _turn(light: Light, reason: LightReason, window_on: Any, turned_on: Any) -> Any:
    return sa.select(
        _lead.id.label("lead_id"),
        code(light).label("light"),
        code(reason).label("reason"),
        sa.cast(window_on, sa.Date).label("window_on"),
        sa.cast(turned_on, sa.Date).label("turned_on"),
    ).where(is_active(_lead), sa.cast(turned_on, sa.Date) <= today_sql())


def _lights() -> _Night:
    """Every light that a lead has come to in its present spell; over the stage's days, one."""
    since, limits = last_progress_on(_lead), (TERMS.yellow_days, TERMS.red_days, TERMS.removal_days)
    silent = [
        _turn(light, LightReason.no_progress, since, later(since, number(days)))
        .where(is_at(_lead, Stage.negotiating))
        for light, days in zip((Light.yellow, Light.red, Light.removal), limits, strict=True)
    ]  # fmt: skip
    over_on = later(today_sql(), most_days(_lead) - days_in_stage(_lead) + number(1))
    slow = _turn(Light.yellow, LightReason.stage_age, _lead.stage_entered_on, over_on)
    turns = sa.union_all(*silent, slow.where(is_at(_lead, *MOST_DAYS))).subquery("turns").c
    keys = ("lead_id", "reason", "light", "window_on")
    known = sa.select(col(LightTurn.id)).where(*(getattr(LightTurn, k) == turns[k] for k in keys))
    names = ("light", "reason", "window_on", "turned_on", "lead_id")
    found = sa.select(*(turns[name] for name in names)).where(sa.not_(known.exists()))
    return _Night(
        compiled(found.order_by(turns.lead_id, turns.turned_on).limit(_LIMIT)),
        """INSERT INTO light_turns (id, lead_id, light, reason, window_on, turned_on,
  owner_id, team_path, mechanism, company_id, combination_id)
SELECT gen_random_uuid(), l.id, $1, $2, $3, $4, l.owner_id, coalesce(t.path, '{}'),
       l.mechanism, l.company_id, l.combination_id
FROM leads l JOIN officers o ON o.id = l.owner_id LEFT JOIN teams t ON t.id = o.team_id
WHERE l.id = $5 ON CONFLICT DO NOTHING""",
    )


_NIGHTS = (_starts(), _promises(), _brought(), _lights())


async def mature(
    database: Database, report: Callable[[int, int | None], None], limit: int = AT_ONCE
) -> int:
    """Note all that passed before now and post its leads, `limit` in a transaction; how many."""
    count = 0
    for night in _NIGHTS:
        found = limit
        while found == limit:
            async with database.transaction() as session:
                found = await _note(session, night, limit)
            count += found
            report(count, None)
    return count


async def note_all(session: AsyncSession) -> None:
    """The same in the session's own transaction, for the demo zone."""
    for night in _NIGHTS:
        while await _note(session, night, AT_ONCE) == AT_ONCE:
            pass


async def _note(session: AsyncSession, night: _Night, limit: int) -> int:
    connection = await driver(session)
    rows = await connection.fetch(night.found.sql, *night.found.arguments({"limit": limit}))
    leads = sorted({row["lead_id"] for row in rows})
    await connection.execute(_LOCK, leads)
    # What changed while the leads were waited for is looked at again.
    again = await connection.fetch(night.found.sql, *night.found.arguments({"limit": limit}))
    locked = [tuple(row) for row in again if row["lead_id"] in set(leads)]
    await connection.executemany(night.written, locked)
    await ledger.post_all(session, Family.lead, leads)
    return len(rows)
