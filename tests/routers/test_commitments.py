"""Commitments: the review that the law asks for, four eyes, and what stays as it was made."""

from typing import Any

import pytest

from tests.world import World, problem
from tests.writes import etag
from tests.writes.agreements import PROMISE

REVIEW = ("legal_basis", "fair_competition_reviewed_on", "fair_competition_reviewed_by")
REVIEWED = dict(zip(REVIEW, ("云政发〔2024〕1号", "2024-07-30", "市场监管局"), strict=True))


async def promised(world: World, **more: Any) -> Any:
    body = {"lead_id": (await world.lead())["id"], **PROMISE, "due_on": None, **more}
    return await world.officer.post("/commitments", body)


def missing(response: Any) -> list[str]:
    errors = problem(response, 422, "invalid_values")["errors"]
    assert {error["code"] for error in errors} == {"fair_competition_review"}
    return [error["pointer"].removeprefix("/") for error in errors]


@pytest.mark.parametrize("kind", ["tax_rebate", "selective_subsidy"])
async def test_the_day_from_which_the_review_is_needed(world: World, kind: str) -> None:
    last = await promised(world, kind=kind, made_on="2024-07-31")
    assert (last.status_code, last.json()["is_flagged"]) == (201, True)
    first = await promised(world, kind=kind, made_on="2024-08-01")
    assert missing(first) == list(REVIEW)
    reviewed = await promised(world, kind=kind, made_on="2024-08-01", **REVIEWED)
    assert (reviewed.status_code, reviewed.json()["is_flagged"]) == (201, False)
    old = await promised(world, kind=kind, made_on="2024-07-31", **REVIEWED)
    assert old.json()["is_flagged"] is False


@pytest.mark.parametrize("absent", REVIEW)
async def test_each_part_of_the_review_is_needed(world: World, absent: str) -> None:
    given = {**REVIEWED, absent: None}
    reply = await promised(world, kind="tax_rebate", made_on="2024-08-01", **given)
    assert missing(reply) == [absent]


async def test_other_promises_need_no_review(world: World) -> None:
    reply = await promised(world, kind="land", made_on="2026-01-05")
    assert (reply.status_code, reply.json()["is_flagged"]) == (201, False)


async def test_a_review_cannot_be_taken_away_again(world: World) -> None:
    made = (await promised(world, kind="tax_rebate", made_on="2024-08-01", **REVIEWED)).json()
    path = f"/commitments/{made['id']}"
    reply = await world.officer.patch(path, {"legal_basis": None}, etag(made))
    assert missing(reply) == ["legal_basis"]
    for name in ("made_on", "due_on", "kind", "direction", "lead_id"):
        body = {name: made[name] or "2026-01-05"}
        problem(await world.officer.patch(path, body, etag(made)), 422, "invalid_values")


async def test_a_later_review_takes_the_flag_away(world: World) -> None:
    made = (await promised(world, kind="tax_rebate", made_on="2020-01-01")).json()
    path = f"/commitments/{made['id']}"
    changed = await world.officer.patch(path, REVIEWED, etag(made))
    assert (made["is_flagged"], changed.json()["is_flagged"]) == (True, False)


@pytest.mark.parametrize(
    ("entries", "pointer"),
    [
        ({"made_on": "2199-01-01"}, "/made_on"),
        ({"fair_competition_reviewed_on": "2199-01-01"}, "/fair_competition_reviewed_on"),
        ({"made_on": "2026-01-05", "due_on": "2026-01-04"}, "/due_on"),
    ],
)
async def test_dates_that_cannot_be(world: World, entries: Any, pointer: str) -> None:
    refused = problem(await promised(world, **entries), 422, "invalid_values")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_somebody_else_says_what_became_of_it_once(world: World) -> None:
    lead = await world.lead(world.team_lead)
    made = await world.team_lead.made("/commitments", {"lead_id": lead["id"], **PROMISE})
    path, body = f"/commitments/{made['id']}/decisions", {"decision": "broken", "reason": "逾期"}
    headers = {"If-Match": etag(made)}
    problem(await world.team_lead.post(path, body, headers=headers), 403, "self_recognition")
    done = await world.leader.made(path, body, headers=headers)
    assert (done["status"], done["reason"], done["decided_by_id"]) == (
        "broken", "逾期", world.leader.id,
    )  # fmt: skip
    again = {"If-Match": etag(done)}
    problem(await world.leader.post(path, body, headers=again), 409, "already_decided")
    change = await world.team_lead.patch(f"/commitments/{made['id']}", {"text": "x"}, etag(done))
    problem(change, 409, "already_decided")
