"""How a lead is getting on, in SQL over its row: progress, days in its stage, its light.

Progress is a counted visit, a recognised move forward or back into work, or money that arrived. An
explanation that nothing has changed is an update, not progress.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from app.core.clock import ZONE, today_sql
from app.core.types import Code
from app.models.capital_arrivals import CapitalArrival
from app.models.money_facts import FactStatus
from app.models.no_change_notes import NoChangeNote
from app.models.pipeline import ENTERING, LeadStatus, Stage, TransitionKind, TransitionStatus
from app.models.stage_transitions import StageTransition
from app.models.visits import Visit, VisitStatus

Sql = sa.ColumnElement[Any]


@dataclass(frozen=True)
class RhythmTerms:
    """The clocks of working rhythm; sources in docs/domain.md, rhythm."""

    answer_working_days: int = 1
    assess_working_days: int = 3
    assess_by_experts_working_days: int = 7
    feedback_days: int = 7
    report_days: int = 14
    typed_within_working_days: int = 3
    yellow_days: int = 60
    red_days: int = 90
    removal_days: int = 181
    registration_late_days: int = 30
    start_late_months: int = 6
    claim_ending_days: int = 14


TERMS = RhythmTerms()
# Days without an update after which the owner is reminded.
NO_UPDATE_DAYS = {Stage.contacted: 45, Stage.negotiating: 30, Stage.signed: 20}
# The usual most days in a stage: what the gate behind it says.
MOST_DAYS = {
    Stage.contacted: ENTERING[Stage.negotiating].max_days_before,
    Stage.negotiating: ENTERING[Stage.pre_signing].max_days_before,
    Stage.pre_signing: ENTERING[Stage.signed].max_days_before,
    Stage.signed: ENTERING[Stage.registered].max_days_before,
}


class Light(Code):
    """How a lead stands; `off` where no clock runs: suspended, ended, or past registration."""

    off = "off"
    green = "green"
    yellow = "yellow"
    red = "red"
    removal = "removal"


class LightReason(Code):
    """What gave a lead its light."""

    no_progress = "no_progress"
    stage_age = "stage_age"


def code(value: Any) -> Sql:
    """A code of ours as a constant of the statement."""
    return sa.literal_column(f"'{value}'", sa.Text())


def number(value: int) -> Sql:
    """A number of ours as a constant of the statement."""
    return sa.literal_column(str(value), sa.Integer())


def business_day_sql(instant: Any) -> Sql:
    """The business day of an instant."""
    there = sa.func.timezone(sa.literal_column(f"'{ZONE.key}'"), instant)
    return sa.cast(there, sa.Date)


def later(day: Any, days: Any) -> Sql:
    """A day so many days later."""
    return sa.type_coerce(day + days, sa.Date())


def days_since(day: Any) -> Sql:
    """Calendar days from a day to this business day."""
    return sa.type_coerce(today_sql() - day, sa.Integer())


def is_active(lead: Any) -> sa.ColumnElement[bool]:
    """Being worked on."""
    return sa.and_(lead.deleted_at.is_(None), lead.status == code(LeadStatus.active))


def is_at(lead: Any, *stages: Stage) -> sa.ColumnElement[bool]:
    """In one of some stages."""
    return lead.stage.in_([code(stage) for stage in stages])


_STEPS = (TransitionKind.advance, TransitionKind.resume, TransitionKind.reopen)


def last_progress_on(lead: Any, _role: str = "") -> Sql:
    """The day of the latest progress; at the earliest that of entering the stage."""
    visit = select(sa.func.max(col(Visit.visited_on))).where(
        col(Visit.lead_id) == lead.id, col(Visit.status) == code(VisitStatus.counted)
    )
    step = select(sa.func.max(col(StageTransition.event_on))).where(
        col(StageTransition.lead_id) == lead.id,
        col(StageTransition.status) == code(TransitionStatus.recognised),
        col(StageTransition.kind).in_([code(kind) for kind in _STEPS]),
    )
    arrival = select(sa.func.max(col(CapitalArrival.arrived_on))).where(
        col(CapitalArrival.lead_id) == lead.id,
        col(CapitalArrival.status) == code(FactStatus.recognised),
    )
    found = (query.scalar_subquery() for query in (visit, step, arrival))
    return sa.func.greatest(lead.stage_entered_on, *found, type_=sa.Date())


def last_update_on(lead: Any, _role: str = "") -> Sql:
    """The day of the latest progress or explanation that there was none."""
    noted = select(sa.func.max(col(NoChangeNote.noted_on))).where(
        col(NoChangeNote.lead_id) == lead.id
    )
    return sa.func.greatest(last_progress_on(lead), noted.scalar_subquery(), type_=sa.Date())


def days_without_progress(lead: Any, _role: str = "") -> Sql:
    """Calendar days since the latest progress."""
    return days_since(last_progress_on(lead))


def _paused_days(lead: Any) -> Sql:
    """Days of the stage that the lead was suspended, as `stage_history` counts them."""
    step: Any = StageTransition
    order: dict[str, Any] = {"order_by": [step.event_on, step.recognised_at]}
    moves = (
        sa.select(
            step.kind,
            step.event_on,
            sa.func.lead(step.event_on).over(**order).label("ended_on"),
        )
        .where(
            step.lead_id == lead.id,
            step.status == code(TransitionStatus.recognised),
            step.kind != code(TransitionKind.advance),
        )
        .correlate(lead)
        .subquery()
    )
    ended = sa.func.coalesce(moves.c.ended_on, today_sql(), type_=sa.Date())
    began = sa.func.greatest(moves.c.event_on, lead.stage_entered_on, type_=sa.Date())
    days = sa.func.greatest(sa.type_coerce(ended - began, sa.Integer()), number(0))
    total = sa.select(sa.func.coalesce(sa.func.sum(days), number(0)))
    total = total.where(moves.c.kind == code(TransitionKind.suspend))
    return sa.cast(total.scalar_subquery(), sa.Integer)


def days_in_stage(lead: Any, _role: str = "") -> Sql:
    """Calendar days in the stage, suspended ones taken out."""
    return sa.type_coerce(days_since(lead.stage_entered_on) - _paused_days(lead), sa.Integer())


def most_days(lead: Any, _role: str = "") -> Sql:
    """The usual most days in the lead's stage; null where there is no such rule."""
    whens = [(lead.stage == code(stage), number(days or 0)) for stage, days in MOST_DAYS.items()]
    return sa.case(*whens, else_=sa.null())


def _progress_grade(lead: Any) -> Sql:
    limits = f"ARRAY[{TERMS.yellow_days}, {TERMS.red_days}, {TERMS.removal_days}]"
    days = days_without_progress(lead)
    reached = sa.func.width_bucket(days, sa.literal_column(limits))
    return sa.case((is_at(lead, Stage.negotiating), reached + number(1)), else_=number(1))


def _age_grade(lead: Any) -> Sql:
    """Above the usual most days: yellow and no more, lest a slow stage hides a dead one."""
    return sa.case((days_in_stage(lead) > most_days(lead), number(2)), else_=number(1))


def _has_clock(lead: Any) -> sa.ColumnElement[bool]:
    return sa.and_(is_active(lead), is_at(lead, *MOST_DAYS))


def light(lead: Any, _role: str = "") -> Sql:
    """The worse of both lights."""
    worst = sa.func.greatest(_progress_grade(lead), _age_grade(lead))
    # By place: off is 1, green 2.
    shown = sa.func.split_part(
        sa.literal_column("'" + ",".join(Light) + "'"), sa.literal_column("','"), worst + number(1)
    )
    return sa.case((_has_clock(lead), shown), else_=code(Light.off))


def light_reasons(lead: Any, _role: str = "") -> Sql:
    """Which of both are not green."""
    reasons = (
        (LightReason.no_progress, _progress_grade(lead)),
        (LightReason.stage_age, _age_grade(lead)),
    )
    found: Any = sa.literal_column("CAST('{}' AS text[])")
    for reason, grade in reasons:
        is_lit = sa.and_(_has_clock(lead), grade > number(1))
        found = sa.case((is_lit, sa.func.array_append(found, code(reason))), else_=found)
    return sa.func.to_json(found)
