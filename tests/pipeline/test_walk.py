"""Every pair of stages on every track, in every state of its gate, over HTTP and by the table.

A dry run is asked for most; that it answers as the request itself does, in both languages, and
changes nothing, is shown at every gate.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.core.clock import today
from tests.pipeline.table import (
    ALONG,
    LONGEST,
    PATHS,
    RECOGNISED_BY,
    STAGES,
    TRACKLESS,
    between,
    gate,
    missing,
    steps,
)
from tests.pipeline.walker import Walker, move, promise, walker
from tests.walk import attach
from tests.world import World, problem
from tests.writes import etag

pytestmark = pytest.mark.long

END = {"kind": "terminate", "reason_code": "investor_withdrew", "explanation": "撤资"}
PAUSE = {
    "kind": "suspend",
    "explanation": "等待土地",
    "resume_by": (today() + timedelta(days=30)).isoformat(),
}
STATUS_MOVES: list[dict[str, Any]] = [PAUSE, {"kind": "resume"}, END, {"kind": "reopen"}]
# Which of these four a status allows, and who recognises them before and from the signing on.
ALLOWED = {"active": "suspend terminate", "suspended": "resume terminate", "terminated": "reopen"}
STATUS_RECOGNISERS = {
    "suspend": ("team_lead", "team_lead"), "resume": ("team_lead", "team_lead"),
    "terminate": ("team_lead", "leader"), "reopen": ("leader", "leader"),
}  # fmt: skip


async def refused_alike(walk: Walker, to: str) -> None:
    """The dry run in both languages, the request itself, and nothing written."""
    expected = walk.lacks(missing(to, walk.track), to)
    before = await walk.world.fingerprint()
    told = {lang: await walk.dry(move(to), lang=lang) for lang in ("en", "zh")}
    asked = {lang: await walk.send(move(to), lang=lang) for lang in ("en", "zh")}
    for lang, answer in told.items():
        body = problem(asked[lang], 409, "transition_refused")
        assert body["errors"] == answer["errors"]
        assert len(answer["errors"]) == len(expected) > 0
        for error, (code, item) in zip(answer["errors"], expected, strict=True):
            assert (error["pointer"], error["code"]) == ("/to_stage", code)
            assert walk.labels[item][lang] in error["message"]
    assert told["en"]["errors"] != told["zh"]["errors"]
    assert await walk.world.fingerprint() == before


async def every_pair(walk: Walker, stage: str) -> None:
    """From here to each of the ten stages, and each change of status, in each status."""
    for to in STAGES:
        await one_pair(walk, stage, to)
    is_late = STAGES.index(stage) >= STAGES.index("signed")
    if stage == "signed":
        assert await walk.faults(END) == [("gate_item_missing", "termination_file")]
        await attach(walk.world, walk.lead, "termination_file")
    await every_status_move(walk, "active", is_late=is_late)
    for status, leave, back in (("suspended", PAUSE, "resume"), ("terminated", END, "reopen")):
        await walk.world.ask(walk.lead["id"], walk.world.leader, **leave)
        await walk.refresh()
        assert (walk.lead["status"], walk.lead["stage"]) == (status, stage)
        for to in STAGES:
            assert ("wrong_status", "") in await walk.faults(move(to)), (status, stage, to)
        await every_status_move(walk, status, is_late=is_late)
        back_again = await walk.world.ask(walk.lead["id"], walk.world.leader, kind=back)
        assert back_again["status"] == "recognised"
        await walk.refresh()


async def one_pair(walk: Walker, stage: str, to: str) -> None:
    found = await walk.faults(move(to))
    if to in steps(walk.track, stage):
        assert found == walk.lacks(missing(to, walk.track), to), (stage, to)
        return
    skipped = [("stage_skipped", "")] * len(between(walk.track, stage, to))
    assert found == [("no_such_move", ""), *skipped], (stage, to)


async def every_status_move(walk: Walker, status: str, *, is_late: bool) -> None:
    for body in STATUS_MOVES:
        answer, kind = await walk.dry(body), body["kind"]
        codes = [error["code"] for error in answer["errors"]]
        if kind in ALLOWED[status].split():
            assert not codes, (status, kind)
            assert answer["recognised_by"] == STATUS_RECOGNISERS[kind][is_late]
        else:
            assert codes == ["wrong_status"], (status, kind)


async def every_state_of_the_gate(walk: Walker, to: str) -> str | None:
    """Nothing there, one compulsory and one deferrable missing, promised, switched off.

    Leaves the lead with all but the deferrable item that is answered.
    """
    await refused_alike(walk, to)
    lacking, (now, later) = missing(to, walk.track), gate(to, walk.track)
    along = [item for found in lacking for item in ALONG.get(found, [])]
    wanted = [item for item in lacking if item not in along]
    last = [item for item in wanted if item in now][-1]
    owed = next((item for item in reversed(wanted) if item in later), None)
    await walk.bring([item for item in wanted if item not in (last, owed)])
    left = [i for i in lacking if i in (last, owed) or i in ALONG.get(last, [])]
    assert await walk.faults(move(to)) == walk.lacks(left, to)
    promises = [promise(owed)] if owed else []
    await switched_off(walk, to, last, left, promises)
    await walk.bring([last])
    if owed:
        assert await walk.faults(move(to)) == walk.lacks([owed], to)
        longest = LONGEST.get(owed, 90)
        too_far = move(to, deferrals=[promise(owed, longest + 1)])
        assert await walk.faults(too_far) == [("promise_too_far", "")]
        assert await walk.faults(move(to, deferrals=[promise(owed, longest)])) == []
    return owed


async def switched_off(
    walk: Walker, to: str, item: str, left: list[str], promises: list[Any]
) -> None:
    """A compulsory item is asked for alone, not asked for when off, promised when deferrable."""
    others = [i for i in left if not promises or i != promises[0]["item"]]
    body = move(to, deferrals=promises)
    assert await walk.faults(body) == walk.lacks(others, to)
    assert [f[0] for f in await walk.faults(move(to, deferrals=[*promises, promise(item)]))][
        :1
    ] == ["not_deferrable"]
    admin, setting = walk.world.system_admin, {"stage": to, "item": item, "need": "off"}
    row = await admin.made("/gate-settings", setting)
    assert await walk.faults(body) == walk.lacks([i for i in others if i != item], to)
    path = f"/gate-settings/{row['id']}"
    row = (await admin.patch(path, {"need": "deferrable"}, etag(row))).json()
    assert ("gate_item_deferrable", item) in await walk.faults(body)
    both = move(to, deferrals=[*promises, promise(item)])
    assert await walk.faults(both) == walk.lacks([i for i in others if i != item], to)
    assert (await admin.delete(path, etag(row))).status_code == 204
    assert await walk.faults(body) == walk.lacks(others, to)


async def recognised(walk: Walker, to: str, owed: str | None) -> None:
    """Who recognises at once, who has to ask, who may decide; then the lead is there."""
    world, needed = walk.world, RECOGNISED_BY[to]
    body = move(to, deferrals=[promise(owed)] if owed else [])
    high = {"officer": [], "team_lead": ["team_lead"], "leader": ["team_lead", "leader"]}
    for client, roles in zip(
        (world.officer, world.team_lead, world.leader), high.values(), strict=True
    ):
        answer = await walk.dry(body, client)
        assert (answer["is_allowed"], answer["recognised_by"]) == (True, needed)
        assert answer["needs_recognition"] is (bool(owed) or needed not in roles)
    step = (await walk.send(body)).json()
    assert (step["status"], step["from_stage"]) == ("pending", walk.lead["stage"])
    await walk.refresh()
    assert walk.lead["stage"] == step["from_stage"]
    assert ("transition_pending", "") in await walk.faults(body)
    path, headers = f"/stage-transitions/{step['id']}/decisions", {"If-Match": etag(step)}
    verdict = {"decision": "recognise"}
    problem(await world.officer.post(path, verdict, headers=headers), 403, "forbidden")
    reply = await world.team_lead.post(path, verdict, headers=headers)
    if needed == "leader":
        problem(reply, 403, "recogniser_needed")
        reply = await world.leader.post(path, verdict, headers=headers)
    assert (reply.status_code, reply.json()["status"]) == (201, "recognised"), reply.text
    await walk.refresh()


async def overdue(walk: Walker, stage: str, owed: str) -> None:
    """A promise that was not kept stands in the way of every next gate until it is."""
    world, day = walk.world, today() - timedelta(days=1)
    asked = "UPDATE deferrals SET promised_on = $1 WHERE item = $2"
    await world.database.execute(asked, day, owed)
    walk.overdue = [owed]
    for to in steps(walk.track, stage):
        assert await walk.faults(move(to)) == walk.lacks(missing(to, walk.track), to)
    assert (await world.officer.seen(f"/leads/{walk.lead['id']}/gates"))["overdue"] == [owed]
    walk.overdue = []
    await walk.bring([owed])


@pytest.mark.parametrize("track", PATHS)
async def test_every_pair_in_every_state(world: World, track: str) -> None:
    walk = await walker(world, track)
    for stage, to in pairwise(PATHS[track]):
        assert walk.lead["stage"] == stage
        await every_pair(walk, stage)
        owed = await every_state_of_the_gate(walk, to)
        await recognised(walk, to, owed)
        if owed:
            await overdue(walk, to, owed)
    await every_pair(walk, "at_capacity")


async def test_production_before_the_acceptance(world: World) -> None:
    """The acceptance is then a milestone beside the stage, before or after full capacity."""
    walk = await walker(world, "construction", "building")
    await recognised(walk, "producing", await every_state_of_the_gate(walk, "producing"))
    # What the gates before would have asked for, had they been on.
    await walk.bring(["designated_size_document", "site_photos", "investment_agreement"])
    for stage, to in (("producing", "completed"), ("producing", "at_capacity")):
        for other in STAGES:
            is_step = other in {"completed", "at_capacity"}
            assert (("no_such_move", "") in await walk.faults(move(other))) is not is_step, other
        await every_state_of_the_gate(walk, to)
        assert walk.lead["stage"] == stage
        if to == "at_capacity":
            await recognised(walk, to, None)
    assert walk.lead["stage"] == "at_capacity"
    await recognised(walk, "completed", None)
    assert walk.lead["stage"] == "at_capacity"
    assert await walk.faults(move("completed")) == [("no_such_move", "")]


@pytest.mark.parametrize("stage", TRACKLESS)
async def test_a_lead_without_a_track(world: World, stage: str) -> None:
    walk = await walker(world, None, stage)
    (step,) = PATHS["opening"][TRACKLESS.index(stage) + 1 :][:1]
    for to in STAGES:
        codes = [code for code, _ in await walk.faults(move(to)) if not code.startswith("gate_")]
        common = STAGES[STAGES.index(stage) + 1 : STAGES.index(to)]
        left_out = ["stage_skipped" for between in common if between in STAGES[:5]]
        no_way = ["track_needed" if stage == "negotiating" else "no_such_move", *left_out]
        assert codes == ([] if to == step and stage != "negotiating" else no_way), (stage, to)
