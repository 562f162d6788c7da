"""What a change of the gates would do to the leads that stand before them, before it is made."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.db import driver
from app.core.statements import Statement, compiled
from app.models.deferrals import Deferral, overdue
from app.models.gate_facts import FACTS
from app.models.gate_settings import (
    GateEffect,
    GateSetting,
    GateSettingCreate,
    GateSettingPreview,
)
from app.models.gates import (
    GATES,
    TERMINATION,
    GateItem,
    GateRule,
    Settings,
    ahead,
    asked,
    declared_need,
    missing,
)
from app.models.leads import Lead
from app.models.pipeline import (
    TERMINABLE,
    LeadStatus,
    Stage,
    Standing,
    Track,
    TransitionKind,
    order,
)

_ENDING = frozenset(rule.item for rule in TERMINATION)


async def preview(session: AsyncSession, payload: GateSettingCreate) -> GateSettingPreview:
    """Whose next move would newly be refused or allowed; of the whole zone, by the leads' ids."""
    rows = (await session.exec(select(GateSetting))).all()
    before = {(row.stage, row.item): row.need for row in rows}
    key = (payload.stage, payload.item)
    after = {**before, key: payload.need}
    found = await _leads(session, payload)
    effects = {stage: GateEffect(stage=stage) for stage in Stage}
    lacking = 0
    for row in found:
        rules = [_rules(row, payload, settings) for settings in (before, after)]
        is_asked = any(rule.item is payload.item for each in rules for rule in each)
        lacking += is_asked and not row[payload.item.value]
        is_blocked = row["is_overdue"] and payload.item not in _ENDING
        was, will = (not is_blocked and _is_open(row, each) for each in rules)
        effects[Stage(row["stage"])].note(row["id"], was=was, will=will)
    return GateSettingPreview(
        stage=payload.stage,
        item=payload.item,
        need_before=before.get(key, declared_need(*key)),
        need_after=payload.need,
        lead_count=len(found),
        lacking_count=lacking,
        items=[effect for effect in effects.values() if effect.is_any],
    )


async def _leads(session: AsyncSession, payload: GateSettingCreate) -> list[Any]:
    """The leads that the gate is before, with what they have of it."""
    ends = payload.item in _ENDING
    stages = _late() if ends else _before(payload.stage)
    statuses = TERMINABLE if ends else (LeadStatus.active,)
    statement = _statement(tuple(sorted(_items(payload))))
    binds = {"stages": [*stages], "statuses": [*statuses]}
    rows = await (await driver(session)).fetch(statement.sql, *statement.arguments(binds))
    return [row for row in rows if ends or payload.stage in ahead(_standing(row))]


def _late() -> list[Stage]:
    return [stage for stage in Stage if order(stage) >= order(Stage.signed)]


def _before(to: Stage) -> list[Stage]:
    """The stages from which a lead may come to this one."""
    kinds = [(track, is_open) for track in (None, *Track) for is_open in (False, True)]
    return [
        stage
        for stage in Stage
        if any(
            to in ahead(Standing(LeadStatus.active, stage, track, is_completion_open=is_open))
            for track, is_open in kinds
        )
    ]


def _items(payload: GateSettingCreate) -> set[GateItem]:
    if payload.item in _ENDING:
        return set(_ENDING)
    return {
        rule.item for (stage, _), rules in GATES.items() if stage is payload.stage for rule in rules
    }


@lru_cache
def _statement(items: tuple[GateItem, ...]) -> Statement:
    lead: Any = Lead
    owed = sa.select(col(Deferral.id)).where(col(Deferral.lead_id) == lead.id, overdue(Deferral))
    texts = ARRAY(sa.Text)
    return compiled(
        sa.select(
            lead.id, lead.status, lead.stage, lead.track, lead.is_completion_open,
            owed.exists().label("is_overdue"),
            *(FACTS[item](lead).label(item.value) for item in items),
        ).where(
            lead.deleted_at.is_(None),
            sa.cast(lead.stage, sa.Text) == sa.any_(sa.bindparam("stages", type_=texts)),
            sa.cast(lead.status, sa.Text) == sa.any_(sa.bindparam("statuses", type_=texts)),
        ).order_by(lead.id)
    )  # fmt: skip


def _standing(row: Any) -> Standing:
    track = row["track"] and Track(row["track"])
    status, stage = LeadStatus(row["status"]), Stage(row["stage"])
    return Standing(status, stage, track, is_completion_open=row["is_completion_open"])


def _rules(row: Any, payload: GateSettingCreate, settings: Settings) -> tuple[GateRule, ...]:
    kind = TransitionKind.terminate if payload.item in _ENDING else TransitionKind.advance
    lead = _standing(row)
    return asked(kind, lead.stage, payload.stage, lead.track, settings)


def _is_open(row: Any, rules: Iterable[GateRule]) -> bool:
    """Whether the lead has all that cannot be promised."""
    rules = tuple(rules)
    held = {rule.item for rule in rules if row[rule.item.value]}
    promisable = {rule.item for rule in rules if rule.is_deferrable}
    return not missing(rules, held, promisable)
