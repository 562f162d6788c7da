"""Visits: one call, the people on both sides, corrections, reversals, racing writers."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag

TODAY = today().isoformat()
YESTERDAY = (today() - timedelta(days=1)).isoformat()
TOMORROW = (today() + timedelta(days=1)).isoformat()


def faults(response: Any) -> list[tuple[str, str]]:
    refused = problem(response, 422, "invalid_values")
    return [(error["pointer"], error["code"]) for error in refused["errors"]]


async def test_a_visit_with_everything(world: World) -> None:
    lead = await world.lead(mechanism="stationed")
    body = {
        "kind": "inbound",
        "summary": "来访考察",
        "lead_id": lead["id"],
        "participant_ids": [world.stranger.id, world.officer.id, world.stranger.id],
        "guests": [{"name": "李总", "title": "董事长"}, {"name": "王工"}],
        "guest_count": 5,
        "next_action": "发送政策文件",
        "next_action_on": TOMORROW,
    }
    response = await world.officer.post("/visits", body)
    visit = response.json()
    assert response.status_code == 201, visit
    assert response.headers["location"] == f"/api/v1/visits/{visit['id']}"
    assert (visit["lead_id"], visit["company_id"]) == (lead["id"], lead["company_id"])
    assert (visit["mechanism"], visit["visited_on"], visit["status"]) == (
        "stationed", TODAY, "counted",
    )  # fmt: skip
    assert [p["officer_id"] for p in visit["participants"]] == [world.stranger.id, world.officer.id]
    assert visit["guests"] == [{"name": "李总", "title": "董事长"}, {"name": "王工", "title": None}]
    assert visit == await world.stranger.seen(f"/visits/{visit['id']}")
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["last_visited_on"] == TODAY


async def test_the_caller_takes_part_unless_others_are_named(world: World) -> None:
    visit = await world.visit()
    assert [p["officer_id"] for p in visit["participants"]] == [world.officer.id]
    assert (visit["lead_id"], visit["mechanism"]) == (None, "department")


async def test_an_earlier_visit_does_not_take_the_last_contact_back(world: World) -> None:
    lead = await world.lead()
    await world.visit(lead_id=lead["id"])
    await world.visit(lead_id=lead["id"], visited_on=YESTERDAY)
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["last_visited_on"] == TODAY


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/lead_id", "one_subject")]),
        ({"company": {"name": "A"}, "company_id": "mine"}, [("/lead_id", "one_subject")]),
        ({"company_id": "mine", "visited_on": TOMORROW}, [("/visited_on", "date_in_future")]),
        (
            {"company_id": "mine", "next_action_on": YESTERDAY},
            [("/next_action_on", "date_before_visit")],
        ),
        ({"company_id": "nobody"}, [("/company_id", "reference_not_found")]),
        ({"lead_id": "nobody"}, [("/lead_id", "reference_not_found")]),
        (
            {"company_id": "mine", "participant_ids": ["nobody"]},
            [("/participant_ids/0", "reference_not_found")],
        ),
        (
            {"company_id": "mine", "participant_ids": ["officer", "auditor"]},
            [("/participant_ids/1", "reference_not_found")],
        ),
    ],
)
async def test_what_is_refused(
    world: World, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    mine = (await world.company())["id"]
    ids = {"mine": mine, "nobody": str(uuid4()), "officer": world.officer.id}
    ids["auditor"] = world.auditor.id
    filled = {
        name: [ids[part] for part in value] if isinstance(value, list) else _id(ids, value)
        for name, value in body.items()
    }
    before = await world.fingerprint()
    response = await world.officer.post("/visits", {"kind": "local", "summary": "走访", **filled})
    assert faults(response) == expected
    assert await world.fingerprint() == before


def _id(ids: dict[str, str], value: Any) -> Any:
    return ids.get(value, value) if isinstance(value, str) else value


async def test_a_lead_without_a_company_cannot_be_visited(world: World) -> None:
    lead = await world.lead(company_id=None)
    body = {"kind": "local", "summary": "走访", "lead_id": lead["id"]}
    assert faults(await world.officer.post("/visits", body)) == [
        ("/lead_id", "lead_without_company")
    ]


async def test_a_terminated_lead_is_visited_no_more(world: World) -> None:
    lead = await world.lead()
    end: dict[str, Any] = {"kind": "terminate", "reason_code": "other", "explanation": "结束"}
    await world.decide(await world.ask(lead["id"], **end))
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert "log_visit" not in now["allowed_actions"]
    body = {"kind": "local", "summary": "走访", "lead_id": lead["id"]}
    problem(await world.officer.post("/visits", body), 409, "action_not_allowed")


@pytest.mark.parametrize("name", ["昆明（集团）有限公司", "ＡＢＣ　Co.", "Müller  GmbH"])
async def test_a_company_by_name_is_found_or_made_once(world: World, name: str) -> None:
    first, again = [await world.visit(company={"name": text}) for text in (name, name.upper())]
    assert first["company_id"] == again["company_id"]
    assert (await world.officer.seen("/companies?total=exact"))["page"]["total"] == 1


async def test_a_company_by_code_is_found_whatever_its_name(world: World) -> None:
    company = await world.company("云南锗业股份有限公司")
    visit = await world.visit(company={"name": "云南锗业", "credit_code": company["credit_code"]})
    assert visit["company_id"] == company["id"]


async def test_corrections(world: World) -> None:
    visit = await world.visit(guests=[{"name": "李总"}])
    path, people = f"/visits/{visit['id']}", [world.colleague.id]
    body = {"participant_ids": people, "guests": [], "visited_on": YESTERDAY}
    response = await world.officer.patch(path, body, etag(visit))
    now = response.json()
    assert response.status_code == 200, now
    assert [p["officer_id"] for p in now["participants"]] == people
    assert (now["guests"], now["visited_on"]) == ([], YESTERDAY)
    again = await world.officer.patch(path, body, etag(now))
    assert again.json() == now
    refused = await world.officer.patch(path, {"participant_ids": []}, etag(now))
    assert faults(refused) == [("/participant_ids", "too_short")]
    refused = await world.officer.patch(path, {"mechanism": None}, etag(now))
    assert faults(refused) == [("/mechanism", "missing")]
    assert await world.officer.seen(path) == now


async def test_only_the_author_or_the_team_lead_corrects(world: World) -> None:
    visit = await world.visit(participant_ids=[world.colleague.id])
    path, tag = f"/visits/{visit['id']}", etag(visit)
    for client in (world.colleague, world.leader):
        problem(await client.patch(path, {"place": "x"}, tag), 403, "forbidden")
    problem(await world.stranger.patch(path, {"place": "x"}, tag), 404, "not_found")
    response = await world.team_lead.patch(path, {"place": "昆明"}, tag)
    assert response.json()["place"] == "昆明"


async def test_a_reversed_visit_stays_and_is_closed(world: World) -> None:
    visit = await world.visit()
    gone = await world.take_back("visits", visit, world.officer)
    assert (gone["status"], gone["reversed_by_id"], gone["reversal_reason"]) == (
        "reversed", world.officer.id, "录入有误",
    )  # fmt: skip
    path, tag = f"/visits/{visit['id']}", etag(gone)
    problem(await world.officer.patch(path, {"place": "x"}, tag), 409, "visit_reversed")
    headers = {"If-Match": tag}
    response = await world.officer.post(f"{path}/reversals", {"reason": "再"}, headers=headers)
    problem(response, 409, "visit_reversed")


async def test_colleagues_log_visits_on_one_lead_at_once(world: World) -> None:
    lead = await world.lead()
    body = {"kind": "local", "summary": "走访", "lead_id": lead["id"]}
    days = [(today() - timedelta(days=n)).isoformat() for n in range(6)]
    replies = await asyncio.gather(
        *(world.officer.post("/visits", {**body, "visited_on": day}) for day in days[::-1])
    )
    assert [reply.status_code for reply in replies] == [201] * 6
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["last_visited_on"] == TODAY


async def test_guests_named_later_are_counted_too(world: World) -> None:
    visit = await world.visit(kind="inbound", guest_count=1)
    guests = [{"name": name} for name in ("王志远", "李建国", "陈思")]
    path = f"/visits/{visit['id']}"
    now = (await world.officer.patch(path, {"guests": guests}, etag(visit))).json()
    assert now["guest_count"] == 3
    fewer = (await world.officer.patch(path, {"guests": guests[:1]}, etag(now))).json()
    assert (fewer["guest_count"], len(fewer["guests"])) == (3, 1)
    persons = await world.kpis("zone", "period=today")
    assert next(iter(persons.values()))["T03"]["breakdown"][1]["value"] == "3"
