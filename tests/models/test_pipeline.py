"""The pipeline, walked pair by pair against the diagram written out by hand (domain.md §1)."""

from itertools import product

import pytest

from app.models.pipeline import (
    ENTERING,
    LeadAction,
    LeadStatus,
    Stage,
    Standing,
    Track,
    TransitionKind,
    allowed_actions,
    may_recognise,
    next_stages,
    recogniser,
    skipped,
)
from app.models.roles import Role

CONSTRUCTION = {
    "identified": "contacted",
    "contacted": "negotiating",
    "negotiating": "pre_signing",
    "pre_signing": "signed",
    "signed": "registered",
    "registered": "building",
    "building": "completed producing",
    "completed": "producing",
    "producing": "at_capacity",
    "at_capacity": "",
}
EQUIPMENT = CONSTRUCTION | {"building": "producing", "completed": ""}
OPENING = CONSTRUCTION | {"registered": "producing", "building": "", "completed": ""}
# Before the track is known a lead gets as far as the negotiation.
NO_TRACK = dict.fromkeys(CONSTRUCTION, "") | {
    "identified": "contacted",
    "contacted": "negotiating",
}
MOVES: dict[Track | None, dict[str, str]] = {
    None: NO_TRACK,
    Track.construction: CONSTRUCTION,
    Track.equipment: EQUIPMENT,
    Track.opening: OPENING,
}
TRACKS = list(MOVES)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("stage", Stage)
def test_every_pair_of_stages(stage: Stage, track: Track | None) -> None:
    expected = set(MOVES[track][stage].split())
    assert {to.value for to in Stage if to in next_stages(stage, track)} == expected


@pytest.mark.parametrize(
    ("stage", "to", "track", "expected"),
    [
        ("identified", "signed", "construction", "contacted negotiating pre_signing"),
        ("identified", "signed", None, "contacted negotiating pre_signing"),
        ("registered", "producing", "construction", "building completed"),
        ("registered", "producing", "equipment", "building"),
        ("registered", "producing", "opening", ""),
        ("building", "at_capacity", "construction", "completed producing"),
        ("building", "at_capacity", "equipment", "producing"),
        ("contacted", "negotiating", "opening", ""),
        ("signed", "contacted", "construction", ""),
        ("signed", "signed", "construction", ""),
    ],
)
def test_what_a_jump_leaves_out(stage: str, to: str, track: str | None, expected: str) -> None:
    found = skipped(Stage(stage), Stage(to), Track(track) if track else None)
    assert " ".join(found) == expected


# Who recognises entering a stage, and the usual most days in the stage before (domain.md §1).
GATES = {
    "contacted": ("team_lead", None),
    "negotiating": ("team_lead", 45),
    "pre_signing": ("leader", 30),
    "signed": ("leader", 20),
    "registered": ("team_lead", 30),
    "building": ("leader", None),
    "completed": ("leader", None),
    "producing": ("leader", None),
    "at_capacity": ("leader", None),
}


@pytest.mark.parametrize(("to", "rule"), GATES.items())
def test_gates(to: str, rule: tuple[str, int | None]) -> None:
    entering = ENTERING[Stage(to)]
    assert (entering.recognised_by, entering.max_days_before) == rule
    assert recogniser(TransitionKind.advance, Stage.identified, Stage(to)) == rule[0]


def test_nothing_enters_the_first_stage() -> None:
    assert set(ENTERING) == set(Stage) - {Stage.identified}
    assert not [s for s, track in product(Stage, TRACKS) if "identified" in next_stages(s, track)]


def test_who_recognises_a_termination() -> None:
    needed = {s: recogniser(TransitionKind.terminate, s, None).value for s in Stage}
    before = ["identified", "contacted", "negotiating", "pre_signing"]
    assert [s for s in Stage if needed[s] == "team_lead"] == before
    assert {needed[s] for s in Stage if s not in before} == {"leader"}


@pytest.mark.parametrize(
    ("kind", "expected"), [("suspend", "team_lead"), ("resume", "team_lead"), ("reopen", "leader")]
)
def test_who_recognises_a_change_of_status(kind: str, expected: str) -> None:
    for stage in Stage:
        assert recogniser(TransitionKind(kind), stage, None) == expected


def test_a_leader_stands_in_for_a_team_lead_and_nobody_else_does() -> None:
    allowed = {
        (role.value, needed.value)
        for role, needed in product(Role, (Role.team_lead, Role.leader))
        if may_recognise(role, needed)
    }
    assert allowed == {("team_lead", "team_lead"), ("leader", "team_lead"), ("leader", "leader")}


# What each field role can do beside advancing, by status; `delete` only while identified.
ACTIONS = {
    ("officer", "active"): "edit log_visit suspend terminate",
    ("officer", "suspended"): "edit log_visit resume terminate",
    ("officer", "terminated"): "reopen",
    ("team_lead", "active"): "edit log_visit change_members suspend terminate",
    ("team_lead", "suspended"): "edit log_visit change_members resume terminate",
    ("team_lead", "terminated"): "change_members reopen",
    ("leader", "active"): "log_visit change_members suspend terminate",
    ("leader", "suspended"): "log_visit change_members resume terminate",
    ("leader", "terminated"): "change_members reopen",
}
MOVING = {"suspend", "resume", "terminate", "reopen"}


def expected_actions(role: Role, lead: Standing) -> set[str]:
    found = set(ACTIONS.get((role.value, lead.status.value), "").split())
    if not found:
        return found
    if lead.stage is Stage.identified and not lead.is_pending and role is not Role.leader:
        found.add("delete")
    if lead.is_pending:
        return found - MOVING | ({"decide_transition"} if role is not Role.officer else set())
    if lead.status is LeadStatus.active:
        found |= {f"advance_to_{to}" for to in MOVES[lead.track][lead.stage].split()}
        found |= {"advance_to_completed"} if lead.is_completion_open else set()
    return found


@pytest.mark.parametrize("status", LeadStatus)
@pytest.mark.parametrize("role", Role)
def test_allowed_actions_of_every_role_in_every_standing(role: Role, status: LeadStatus) -> None:
    for stage, track, is_pending, is_open in product(Stage, TRACKS, (False, True), (False, True)):
        lead = Standing(status, stage, track, is_pending, is_open)
        found = allowed_actions(role, lead)
        assert set(found) == expected_actions(role, lead), lead
        assert list(found) == [action for action in LeadAction if action in found]


def test_a_merged_lead_and_other_roles_allow_nothing() -> None:
    assert not allowed_actions(Role.leader, Standing(LeadStatus.merged, Stage.contacted))
    for role in set(Role) - {Role.officer, Role.team_lead, Role.leader}:
        assert not allowed_actions(role, Standing(LeadStatus.active, Stage.identified))


def test_an_officer_with_a_fresh_lead() -> None:
    lead = Standing(LeadStatus.active, Stage.identified)
    assert " ".join(allowed_actions(Role.officer, lead)) == (
        "edit delete log_visit advance_to_contacted suspend terminate"
    )
