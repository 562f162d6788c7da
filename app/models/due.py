"""What is due today, rule by rule, as SELECTs over the facts: reminders and days are made of them.

Every row: rule, subject, lead, officer, the day the rule counts from, the day it was due, a text.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from app.core.clock import today_sql
from app.models.agreements import Agreement, AgreementKind, AgreementStatus
from app.models.assessments import Assessment, Verdict
from app.models.claims import Claim, is_protected
from app.models.deferrals import Deferral, overdue
from app.models.follow_ups import FollowUp, FollowUpStatus
from app.models.lead_responses import LeadClock, LeadResponse, ResponseKind
from app.models.leads import Lead
from app.models.pipeline import Stage
from app.models.progress import (
    MOST_DAYS,
    NO_UPDATE_DAYS,
    TERMS,
    business_day_sql,
    code,
    days_in_stage,
    is_active,
    is_at,
    last_update_on,
    later,
    most_days,
    number,
)
from app.models.reminders import ReminderRule, ReminderSubject
from app.models.service_tasks import ServiceTask, ServiceTaskStatus

# 线索: told within days; from 在谈 on the clock is that of updates.
TOLD = (Stage.identified, Stage.contacted)
_lead: Any = Lead
_NO_TEXT = sa.cast(sa.null(), sa.Text)


def _row(
    rule: ReminderRule,
    subject: tuple[ReminderSubject, Any],
    officer_id: Any,
    days: tuple[Any, Any],
    *,
    lead_id: Any = _lead.id,
    text: Any = _NO_TEXT,
) -> Any:
    """`days` are the one that the rule counts from and the one it is due on."""
    kind, subject_id = subject
    window_on, due_on = days
    return sa.select(
        number(list(ReminderRule).index(rule)).label("place"),
        code(rule).label("rule"),
        code(kind).label("subject_kind"),
        subject_id.label("subject_id"),
        lead_id.label("lead_id"),
        officer_id.label("officer_id"),
        sa.cast(window_on, sa.Date).label("window_on"),
        sa.cast(due_on, sa.Date).label("due_on"),
        text.label("text"),
    )


def _on_lead(rule: ReminderRule, window_on: Any, due_on: Any) -> Any:
    subject = (ReminderSubject.lead, _lead.id)
    return _row(rule, subject, _lead.owner_id, (window_on, due_on)).where(is_active(_lead))


def responded_on(lead_id: Any, *kinds: ResponseKind, latest: bool = False) -> Any:
    """The day that counts of the first response of some kinds, or of the latest."""
    day = col(LeadResponse.counted_on)
    found = select(sa.func.max(day) if latest else sa.func.min(day)).where(
        col(LeadResponse.lead_id) == lead_id,
        col(LeadResponse.kind).in_([code(kind) for kind in kinds]),
    )
    return found.scalar_subquery()


def _judged(lead_id: Any, *, by_experts: bool) -> Any:
    """The business day on which experts were first asked, or a verdict was first typed."""
    asked = col(Assessment.verdict) == code(Verdict.ask_experts)
    day = sa.func.min(business_day_sql(col(Assessment.created_at)))
    found = select(day).where(
        col(Assessment.lead_id) == lead_id, asked if by_experts else sa.not_(asked)
    )
    return found.scalar_subquery()


def assessed_on(lead: Any, _role: str = "") -> Any:
    """The business day on which a verdict was first typed."""
    return _judged(lead.id, by_experts=False)


def assess_due_on(clock: Any) -> Any:
    """Later where experts were asked in time."""
    in_time = _judged(clock.lead_id, by_experts=True) <= clock.assess_due_on
    return sa.case((in_time, clock.experts_due_on), else_=clock.assess_due_on)


def _assessments() -> Any:
    clock: Any = LeadClock
    due_on = assess_due_on(clock)
    found = _on_lead(ReminderRule.assessment_due, due_on, due_on)
    found = found.join(clock, clock.lead_id == _lead.id)
    return found.where(is_at(_lead, *TOLD), due_on <= today_sql(), assessed_on(_lead).is_(None))


def _deferrals() -> Any:
    deferral: Any = Deferral
    days = (deferral.promised_on, deferral.promised_on)
    subject = (ReminderSubject.deferral, deferral.id)
    found = _row(
        ReminderRule.deferral_overdue, subject, _lead.owner_id, days,
        text=deferral.item,
    ).join(_lead, _lead.id == deferral.lead_id)  # fmt: skip
    return found.where(is_active(_lead), overdue(deferral))


def _told(rule: ReminderRule, kind: ResponseKind, due_on: Any) -> Any:
    found = _on_lead(rule, due_on, due_on).join(LeadClock, col(LeadClock.lead_id) == _lead.id)
    return found.where(
        is_at(_lead, *TOLD), due_on <= today_sql(), responded_on(_lead.id, kind).is_(None)
    )


def report_due_on(lead: Any, _role: str = "") -> Any:
    """Two weeks after the latest feedback or report, while the lead is one that is told."""
    last = responded_on(lead.id, ResponseKind.feedback, ResponseKind.report, latest=True)
    told = sa.and_(is_active(lead), is_at(lead, *TOLD))
    return sa.case((told, later(last, number(TERMS.report_days))), else_=sa.null())


def _reports() -> Any:
    due_on = report_due_on(_lead)
    return _on_lead(ReminderRule.report_due, due_on, due_on).where(due_on <= today_sql())


def _no_update() -> Any:
    last = last_update_on(_lead)
    waits = [(_lead.stage == code(stage), number(days)) for stage, days in NO_UPDATE_DAYS.items()]
    due_on = later(last, sa.case(*waits, else_=sa.null()))
    found = _on_lead(ReminderRule.no_update, last, due_on)
    return found.where(is_at(_lead, *NO_UPDATE_DAYS), due_on <= today_sql())


def _stage_age() -> Any:
    """Above the usual most days; the day it became so moves on with every day suspended."""
    days, most = days_in_stage(_lead), most_days(_lead)
    due_on = later(today_sql(), most - days)
    found = _on_lead(ReminderRule.stage_age, _lead.stage_entered_on, due_on)
    return found.where(is_at(_lead, *MOST_DAYS), days > most)


def _late(rule: ReminderRule, due_on: Any, limit: Any, *stages: Stage) -> Any:
    """Of the active investment agreement's deadlines."""
    found = _on_lead(rule, due_on, due_on).join(Agreement, col(Agreement.lead_id) == _lead.id)
    return found.where(
        col(Agreement.kind) == code(AgreementKind.investment),
        col(Agreement.status) == code(AgreementStatus.active),
        is_at(_lead, *stages),
        limit < today_sql(),
    )


def _registration() -> Any:
    due_on = col(Agreement.register_by)
    limit = later(due_on, number(TERMS.registration_late_days))
    return _late(ReminderRule.registration_late, due_on, limit, Stage.signed)


def _start() -> Any:
    due_on = col(Agreement.start_by)
    months = sa.literal_column(f"make_interval(months => {TERMS.start_late_months})")
    limit = sa.cast(due_on + months, sa.Date)
    return _late(ReminderRule.start_late, due_on, limit, Stage.signed, Stage.registered)


def _claims() -> Any:
    claim: Any = Claim
    days = (claim.protected_until, claim.protected_until)
    subject = (ReminderSubject.claim, claim.id)
    found = _row(ReminderRule.claim_ending, subject, claim.officer_id, days, lead_id=claim.lead_id)
    soon = later(today_sql(), number(TERMS.claim_ending_days))
    return found.where(is_protected(claim), claim.protected_until <= soon)


def _tasks() -> Any:
    task: Any = ServiceTask
    days = (task.due_on, task.due_on)
    subject = (ReminderSubject.service_task, task.id)
    found = _row(
        ReminderRule.task_due, subject, task.assignee_id, days,
        lead_id=task.lead_id, text=task.title,
    )  # fmt: skip
    return found.where(task.status == code(ServiceTaskStatus.open), task.due_on <= today_sql())


def _follow_ups() -> Any:
    follow_up: Any = FollowUp
    days = (follow_up.due_on, follow_up.due_on)
    subject = (ReminderSubject.follow_up, follow_up.id)
    found = _row(
        ReminderRule.follow_up_due, subject, follow_up.officer_id, days,
        lead_id=follow_up.lead_id, text=follow_up.text,
    )  # fmt: skip
    return found.where(
        follow_up.status == code(FollowUpStatus.open), follow_up.due_on <= today_sql()
    )


@cache
def due_rows() -> Any:
    """All rules together, as a subquery."""
    clock: Any = LeadClock
    return sa.union_all(
        _registration(),
        _start(),
        _deferrals(),
        _claims(),
        _told(ReminderRule.answer_due, ResponseKind.answered, clock.answer_due_on),
        _assessments(),
        _told(ReminderRule.feedback_due, ResponseKind.feedback, clock.feedback_due_on),
        _tasks(),
        _follow_ups(),
        _reports(),
        _stage_age(),
        _no_update(),
    ).subquery("due")
