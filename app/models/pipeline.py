"""The pipeline as data: one table that reads like the diagram, and the pure rules over it.

Sources: domain.md §1 in this repository's docs (`docs/domain.md`); defaults marked there.
"""

from dataclasses import dataclass
from functools import lru_cache

from app.core.types import Code
from app.models.roles import FIELD_ROLES, RECOGNISERS, Role


class Stage(Code):
    """The ten stages, in order."""

    identified = "identified"
    contacted = "contacted"
    negotiating = "negotiating"
    pre_signing = "pre_signing"
    signed = "signed"
    registered = "registered"
    building = "building"
    completed = "completed"
    producing = "producing"
    at_capacity = "at_capacity"


class LeadStatus(Code):
    """Beside the stage."""

    active = "active"
    suspended = "suspended"
    terminated = "terminated"
    merged = "merged"


class Track(Code):
    """How an investment lands; asset-light investors never start construction."""

    construction = "construction"
    equipment = "equipment"
    opening = "opening"


class TransitionKind(Code):
    """What a stage transition does."""

    advance = "advance"
    suspend = "suspend"
    resume = "resume"
    terminate = "terminate"
    reopen = "reopen"


class TransitionStatus(Code):
    """A transition is a request until somebody else recognises it."""

    pending = "pending"
    recognised = "recognised"
    rejected = "rejected"
    reversed = "reversed"


class ExitReason(Code):
    """Why a lead was terminated."""

    investor_strategy_change = "investor_strategy_change"
    investor_funding = "investor_funding"
    investor_withdrew = "investor_withdrew"
    lost_to_other_place = "lost_to_other_place"
    policy_terms_not_agreed = "policy_terms_not_agreed"
    site_unsuitable = "site_unsuitable"
    no_land_quota = "no_land_quota"
    env_or_energy_fail = "env_or_energy_fail"
    industry_mismatch = "industry_mismatch"
    review_rejected = "review_rejected"
    duplicate_merged = "duplicate_merged"
    false_information = "false_information"
    registration_overdue = "registration_overdue"
    start_overdue = "start_overdue"
    construction_stalled = "construction_stalled"
    output_below_agreement = "output_below_agreement"
    no_progress_6_months = "no_progress_6_months"
    force_majeure = "force_majeure"
    other = "other"


@dataclass(frozen=True)
class StageRule:
    """Entering a stage: who recognises it, and the usual most days in the stage before."""

    recognised_by: Role
    max_days_before: int | None = None


LEAD, CHIEF = Role.team_lead, Role.leader

ENTERING: dict[Stage, StageRule] = {
    Stage.contacted: StageRule(LEAD),
    Stage.negotiating: StageRule(LEAD, 45),
    Stage.pre_signing: StageRule(CHIEF, 30),
    Stage.signed: StageRule(CHIEF, 20),
    Stage.registered: StageRule(LEAD, 30),
    Stage.building: StageRule(CHIEF),
    Stage.completed: StageRule(CHIEF),
    Stage.producing: StageRule(CHIEF),
    Stage.at_capacity: StageRule(CHIEF),
}

COMMON = (
    Stage.identified,
    Stage.contacted,
    Stage.negotiating,
    Stage.pre_signing,
    Stage.signed,
)
LANDING: dict[Track, tuple[Stage, ...]] = {
    Track.construction: (
        Stage.registered, Stage.building, Stage.completed, Stage.producing, Stage.at_capacity,
    ),
    Track.equipment: (Stage.registered, Stage.building, Stage.producing, Stage.at_capacity),
    Track.opening: (Stage.registered, Stage.producing, Stage.at_capacity),
}  # fmt: skip

# Production may begin before acceptance: 竣工 is then a milestone beside the stage.
EARLY_PRODUCTION = (Stage.building, Stage.producing)
LATE_MILESTONE = Stage.completed
# From here on the way needs to be known.
TRACK_NEEDED_FROM = Stage.pre_signing

STATUS_MOVES: dict[TransitionKind, tuple[LeadStatus, LeadStatus, Role]] = {
    TransitionKind.suspend: (LeadStatus.active, LeadStatus.suspended, LEAD),
    TransitionKind.resume: (LeadStatus.suspended, LeadStatus.active, LEAD),
    TransitionKind.reopen: (LeadStatus.terminated, LeadStatus.active, CHIEF),
}
TARGET_STATUS: dict[TransitionKind, LeadStatus] = {
    TransitionKind.terminate: LeadStatus.terminated,
    **{kind: target for kind, (_, target, _) in STATUS_MOVES.items()},
}
TERMINABLE = (LeadStatus.active, LeadStatus.suspended)


def order(stage: Stage) -> int:
    """Place in the pipeline, from 0."""
    return list(Stage).index(stage)


def path(track: Track | None) -> tuple[Stage, ...]:
    """The stages of a track in order; without a track the common part."""
    return COMMON if track is None else COMMON + LANDING[track]


@lru_cache(maxsize=256)
def next_stages(stage: Stage, track: Track | None) -> tuple[Stage, ...]:
    """Where a lead may go from here: one step, two where production may begin early."""
    stages = path(track)
    here = stages.index(stage) if stage in stages else len(stages)
    steps = stages[here + 1 : here + 2]
    if track is Track.construction and stage is EARLY_PRODUCTION[0]:
        steps += (EARLY_PRODUCTION[1],)
    if track is None and steps and order(steps[0]) >= order(TRACK_NEEDED_FROM):
        return ()
    return steps


def skipped(stage: Stage, to: Stage, track: Track | None) -> tuple[Stage, ...]:
    """The stages that a direct move would jump over."""
    return tuple(s for s in path(track) if order(stage) < order(s) < order(to))


def recogniser(kind: TransitionKind, stage: Stage, to: Stage | None) -> Role:
    """The lowest role that recognises a transition; a leader may stand in for a team lead."""
    if kind is TransitionKind.advance and to is not None:
        return ENTERING[to].recognised_by
    if kind is TransitionKind.terminate:
        return CHIEF if order(stage) >= order(Stage.signed) else LEAD
    return STATUS_MOVES[kind][2]


def may_recognise(role: Role, needed: Role) -> bool:
    """Whether a role is high enough."""
    return role is CHIEF or (role is LEAD and needed is LEAD)


class LeadAction(Code):
    """What the caller can do with a lead now (`allowed_actions`)."""

    edit = "edit"
    delete = "delete"
    log_visit = "log_visit"
    change_members = "change_members"
    advance_to_contacted = "advance_to_contacted"
    advance_to_negotiating = "advance_to_negotiating"
    advance_to_pre_signing = "advance_to_pre_signing"
    advance_to_signed = "advance_to_signed"
    advance_to_registered = "advance_to_registered"
    advance_to_building = "advance_to_building"
    advance_to_completed = "advance_to_completed"
    advance_to_producing = "advance_to_producing"
    advance_to_at_capacity = "advance_to_at_capacity"
    suspend = "suspend"
    resume = "resume"
    terminate = "terminate"
    reopen = "reopen"
    decide_transition = "decide_transition"


@dataclass(frozen=True)
class Standing:
    """All of a lead that decides what can be done with it."""

    status: LeadStatus
    stage: Stage
    track: Track | None = None
    is_pending: bool = False
    is_completion_open: bool = False

    def next_stages(self) -> tuple[Stage, ...]:
        """Where it may advance to, the late milestone included."""
        late = (LATE_MILESTONE,) if self.is_completion_open else ()
        return next_stages(self.stage, self.track) + late


def allowed_actions(role: Role, lead: Standing) -> tuple[LeadAction, ...]:
    """The actions of a role on a lead that is in its reach; order is that of `LeadAction`."""
    if lead.status is LeadStatus.merged or role not in FIELD_ROLES:
        return ()
    found = _moves(role, lead)
    if role is not Role.leader and lead.status is not LeadStatus.terminated:
        found.add(LeadAction.edit)
    if role is not Role.leader and lead.stage is Stage.identified and not lead.is_pending:
        found.add(LeadAction.delete)
    if role in RECOGNISERS:
        found.add(LeadAction.change_members)
    if lead.status in TERMINABLE:
        found.add(LeadAction.log_visit)
    return tuple(action for action in LeadAction if action in found)


def _moves(role: Role, lead: Standing) -> set[LeadAction]:
    if lead.is_pending:
        return {LeadAction.decide_transition} if role in RECOGNISERS else set()
    found = {LeadAction(kind) for kind, move in STATUS_MOVES.items() if move[0] is lead.status}
    if lead.status in TERMINABLE:
        found.add(LeadAction.terminate)
    if lead.status is LeadStatus.active:
        found |= {LeadAction(f"advance_to_{to}") for to in lead.next_stages()}
    return found
