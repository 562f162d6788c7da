"""What a lead has of its gates, in one statement; what it lacks, as faults that name it."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import FieldError, Problem, field_error
from app.core.i18n import text
from app.core.reading import Caller
from app.core.shapes import visible
from app.core.statements import Statement, compiled, first
from app.models.deferrals import Deferral, overdue
from app.models.gate_facts import FACTS
from app.models.gate_settings import GateSetting
from app.models.gates import GateItem, GateRule, Need, Settings, ahead, asked, gate, missing
from app.models.lead_gates import GateItemRead, GateRead, LeadGates
from app.models.leads import Lead
from app.models.pipeline import ENTERING, Stage, Standing, Track, TransitionKind
from app.models.stage_transitions import StageTransition
from app.models.transition_requests import StageTransitionCreate
from app.services import agreed_amounts
from app.services.deferrals import promises_of


@dataclass(frozen=True)
class GateState:
    """What a lead has, what it owes, and how the zone has set its gates."""

    held: frozenset[GateItem]
    overdue: tuple[GateItem, ...]
    settings: Settings

    def faults(
        self, rules: Iterable[GateRule], promised: Collection[GateItem] = ()
    ) -> list[FieldError]:
        """Everything that stands in the way, in words."""
        lacking = [
            field_error(
                "/to_stage",
                "gate_item_deferrable" if rule.is_deferrable else "gate_item_missing",
                item=named(rule.item),
            )
            for rule in missing(rules, self.held, promised)
        ]
        owed = [
            field_error("/to_stage", "deferral_overdue", item=named(item)) for item in self.overdue
        ]
        return lacking + owed

    def read(self, rules: Iterable[GateRule]) -> list[GateItemRead]:
        """The items as answered."""
        return [
            GateItemRead(
                item=rule.item,
                label=named(rule.item),
                need=rule.need,
                is_held=rule.item in self.held,
                longest_days=rule.longest_days if rule.is_deferrable else None,
            )
            for rule in rules
        ]


def named(item: GateItem) -> str:
    """An item in the language of the request."""
    return text("GateItem", item.value)


@lru_cache(maxsize=512)
def _statement(items: tuple[GateItem, ...], role: str | None) -> Statement:
    lead: Any = Lead
    owed = sa.select(sa.func.array_agg(sa.distinct(sa.cast(Deferral.item, sa.Text))))
    owed = owed.where(col(Deferral.lead_id) == lead.id, overdue(Deferral))
    key = sa.func.concat_ws(" ", GateSetting.stage, GateSetting.item)
    settings = sa.select(sa.cast(sa.func.json_object_agg(key, GateSetting.need), sa.Text))
    where = [lead.id == sa.bindparam("id", type_=sa.Uuid)]
    return compiled(
        sa.select(
            lead.status, lead.stage, lead.track, lead.is_pending, lead.is_completion_open,
            owed.scalar_subquery().label("overdue"),
            settings.scalar_subquery().label("settings"),
            *(FACTS[item](lead).label(item.value) for item in items),
        ).where(*where, *(visible(lead, role) if role else []))
    )  # fmt: skip


def _state(row: Any, items: Sequence[GateItem]) -> GateState:
    given = json.loads(row["settings"] or "{}")
    settings = {
        (Stage(stage), GateItem(item)): Need(need)
        for (stage, item), need in ((key.split(" "), need) for key, need in given.items())
    }
    held = frozenset(item for item in items if row[item.value])
    return GateState(held, tuple(GateItem(item) for item in sorted(row["overdue"] or ())), settings)


async def state_of(session: AsyncSession, lead: Lead, items: Sequence[GateItem]) -> GateState:
    """What a lead has of these items, inside the transaction."""
    await session.flush()
    row = await first(session, _statement(tuple(items), None), {"id": lead.id})
    return _state(row._mapping, items)  # noqa: SLF001  SQLAlchemy's name for a row by its columns


async def shown(
    session: AsyncSession, lead: Lead, payload: StageTransitionCreate
) -> tuple[list[GateItemRead], list[FieldError]]:
    """What a requested move has to show, and everything that it lacks or wrongly promises."""
    if payload.kind is TransitionKind.advance and payload.to_stage not in ahead(lead.standing):
        return [], []
    state, rules = await _looked(session, lead, payload.kind, payload.to_stage)
    by_item = {rule.item: rule for rule in rules}
    promised = {deferral.item for deferral in payload.deferrals}
    wrong = [
        fault
        for at, deferral in enumerate(payload.deferrals)
        for fault in deferral.faults(at, by_item, payload.event_on)
    ]
    return state.read(rules), wrong + state.faults(rules, promised)


async def _looked(
    session: AsyncSession, lead: Lead, kind: TransitionKind, to: Stage | None
) -> tuple[GateState, tuple[GateRule, ...]]:
    declared = asked(kind, lead.stage, to, lead.track, {})
    state = await state_of(session, lead, [rule.item for rule in declared])
    if kind is not TransitionKind.advance:
        state = GateState(state.held, (), state.settings)
    return state, asked(kind, lead.stage, to, lead.track, state.settings)


async def check_again(session: AsyncSession, lead: Lead, transition: StageTransition) -> None:
    """409 where what a request showed is gone by the time it is recognised."""
    promises = await promises_of(session, transition)
    state, rules = await _looked(session, lead, transition.kind, transition.to_stage)
    faults = state.faults(rules, {deferral.item for deferral in promises})
    faults += await agreed_amounts.faults(session, lead, transition)
    if faults:
        raise Problem("gate_not_met", errors=faults)


async def gates(pool: Any, caller: Caller, lead_id: UUID) -> LeadGates:
    """The gates before which a lead stands; 404 where it is hidden."""
    statement = _statement(tuple(GateItem), caller.role)
    row = await pool.fetchrow(statement.sql, *statement.arguments({**caller.binds, "id": lead_id}))
    if row is None:
        raise Problem("not_found")
    state = _state(row, tuple(GateItem))
    lead = Standing(
        row["status"], Stage(row["stage"]), row["track"] and Track(row["track"]),
        row["is_pending"], row["is_completion_open"],
    )  # fmt: skip
    return LeadGates(
        items=[_gate(state, stage, lead.track) for stage in ahead(lead)],
        overdue=list(state.overdue),
    )


def _gate(state: GateState, stage: Stage, track: Track | None) -> GateRead:
    rules, entering = gate(stage, track, state.settings), ENTERING[stage]
    promisable = {rule.item for rule in rules if rule.is_deferrable}
    return GateRead(
        stage=stage,
        recognised_by=entering.recognised_by,
        max_days_before=entering.max_days_before,
        is_open=not state.faults(rules, promisable),
        items=state.read(rules),
    )
