"""Leads: registering, owners, members, the track, the trash, the stage history."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.claims import approved


async def change(client: Client, lead: Any, body: Any) -> Any:
    response = await client.patch(f"/leads/{lead['id']}", body, etag(lead))
    assert response.status_code == 200, response.text
    return response.json()


def pointers(body: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in body["errors"]]


async def test_a_new_lead_belongs_to_its_caller(world: World) -> None:
    company = await world.company()
    body = {"name": "锗材料项目", "company_id": company["id"]}
    response = await world.officer.post("/leads", body)
    lead = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/leads/{lead['id']}"
    assert response.headers["etag"] == '"v1"'
    assert (lead["owner_id"], lead["team_id"]) == (world.officer.id, str(world.teams["bio"]))
    assert (lead["stage"], lead["status"], lead["is_pending"]) == ("identified", "active", False)
    assert lead["received_on"] == lead["stage_entered_on"] == today().isoformat()
    assert " ".join(lead["allowed_actions"]) == (
        "edit delete log_visit advance_to_contacted suspend terminate"
    )
    assert lead == await world.officer.seen(f"/leads/{lead['id']}")


async def test_codes_count_up_within_the_year(world: World) -> None:
    first, second = [(await world.lead())["code"] for _ in range(2)]
    year, number = first.rsplit("-", 1)
    assert year == f"XM-{today().year}"
    assert second == f"{year}-{int(number) + 1:05}"


async def test_a_team_lead_names_an_owner_of_the_team(world: World) -> None:
    lead = await world.lead(world.team_lead, owner_id=world.officer.id)
    assert lead["owner_id"] == world.officer.id
    body = {"name": "项目", "owner_id": world.stranger.id}
    refused = problem(await world.team_lead.post("/leads", body), 422, "invalid_values")
    assert pointers(refused) == [("/owner_id", "owner_out_of_reach")]
    body["owner_id"] = world.colleague.id
    refused = problem(await world.officer.post("/leads", body), 422, "invalid_values")
    assert pointers(refused) == [("/owner_id", "owner_out_of_reach")]


async def test_an_owner_is_an_active_officer(world: World) -> None:
    clerk = await world.account("assessor", "bio")
    gone = await world.account("officer", "bio")
    await world.database.execute("UPDATE officers SET is_active = false WHERE id = $1", gone.id)
    for owner in (clerk, gone):
        body = {"name": "项目", "owner_id": owner.id}
        refused = problem(await world.team_lead.post("/leads", body), 422, "invalid_values")
        assert pointers(refused) == [("/owner_id", "reference_not_found")]


@pytest.mark.parametrize(
    ("planned", "fixed", "fits"),
    [("100.00", "100.00", True), ("100.00", "100.01", False), (None, "1.00", False)],
)
async def test_fixed_investment_is_part_of_the_planned(
    world: World,
    planned: str | None,
    fixed: str,
    fits: bool,  # noqa: FBT001  a table's column
) -> None:
    body = {"name": "项目", "planned_investment": planned, "planned_fixed_investment": fixed}
    response = await world.officer.post("/leads", body)
    assert (response.status_code == 201) is fits
    if not fits:
        refused = problem(response, 422, "invalid_values")
        assert pointers(refused) == [("/planned_fixed_investment", "fixed_above_planned")]


async def test_a_patch_keeps_the_parts_consistent(world: World) -> None:
    lead = await world.lead(planned_investment="100.00", planned_fixed_investment="60.00")
    response = await world.officer.patch(
        f"/leads/{lead['id']}", {"planned_investment": "50.00"}, etag(lead)
    )
    problem(response, 422, "invalid_values")
    assert await world.officer.seen(f"/leads/{lead['id']}") == lead


async def test_stage_status_and_owner_cannot_be_patched(world: World) -> None:
    lead = await world.lead()
    for name, value in {
        "stage": "signed",
        "status": "terminated",
        "owner_id": world.colleague.id,
        "agreed_amount": "1.00",
        "code": "XM-1",
    }.items():
        response = await world.officer.patch(f"/leads/{lead['id']}", {name: value}, etag(lead))
        assert pointers(problem(response, 422, "invalid_values")) == [
            (f"/{name}", "extra_forbidden")
        ]


async def test_the_track_is_fixed_from_pre_signing_on(world: World) -> None:
    lead = await world.lead_at("negotiating", track="opening")
    lead = await change(world.officer, lead, {"track": "equipment"})
    await world.move(lead["id"], "pre_signing")
    lead = await world.officer.seen(f"/leads/{lead['id']}")
    lead = await change(world.officer, lead, {"track": "equipment"})
    response = await world.officer.patch(f"/leads/{lead['id']}", {"track": "opening"}, etag(lead))
    assert pointers(problem(response, 422, "invalid_values")) == [("/track", "track_fixed")]


async def test_the_track_is_fixed_while_a_move_that_needs_it_is_pending(world: World) -> None:
    lead = await world.lead_at("negotiating")
    await world.ask(lead["id"], to_stage="pre_signing")
    lead = await world.officer.seen(f"/leads/{lead['id']}")
    response = await world.officer.patch(f"/leads/{lead['id']}", {"track": None}, etag(lead))
    assert pointers(problem(response, 422, "invalid_values")) == [("/track", "track_fixed")]


async def test_only_an_untouched_signal_can_be_removed(world: World) -> None:
    lead, visited, moved = [await world.lead() for _ in range(3)]
    await world.visit(lead_id=visited["id"])
    await world.move(moved["id"], "contacted")
    visited = await world.officer.seen(f"/leads/{visited['id']}")
    moved = await world.officer.seen(f"/leads/{moved['id']}")
    problem(await world.officer.delete(f"/leads/{visited['id']}", etag(visited)), 409, "in_use")
    refused = await world.officer.delete(f"/leads/{moved['id']}", etag(moved))
    problem(refused, 409, "action_not_allowed")
    assert (await world.officer.delete(f"/leads/{lead['id']}", etag(lead))).status_code == 204
    for client in (world.officer, world.leader):
        problem(await client.get(f"/leads/{lead['id']}"), 404, "not_found")
    assert not [i for i in (await world.leader.seen("/leads"))["items"] if i["id"] == lead["id"]]


async def test_members_are_replaced_from_today_on(world: World) -> None:
    lead = await world.lead()
    await world.members(
        lead["id"],
        (world.officer, "first_contact", None),
        (world.colleague, "lead_negotiator", None),
        (world.stranger, "supporter", None),
    )
    page = await world.stranger.seen(
        f"/lead-members?lead_id={lead['id']}&to_on__isnull=true&sort=share&expand=officer"
    )
    assert [(m["officer_id"], m["role"], m["share"]) for m in page["items"]] == [
        (world.stranger.id, "supporter", "20.00"),
        (world.officer.id, "first_contact", "30.00"),
        (world.colleague.id, "lead_negotiator", "50.00"),
    ]
    assert page["items"][0]["officer"]["id"] == world.stranger.id
    ended = await world.officer.seen(f"/lead-members?lead_id={lead['id']}&to_on__isnull=false")
    assert [(m["share"], m["to_on"]) for m in ended["items"]] == [("100.00", today().isoformat())]


@pytest.mark.parametrize(
    ("shares", "code"),
    [(("50.00", "49.99"), "shares_sum"), (("50.00", None), "shares_all_or_none")],
)
async def test_shares_that_are_no_whole_change_nothing(
    world: World, shares: tuple[str, str | None], code: str
) -> None:
    lead = await world.lead()
    members = [
        {"officer_id": world.officer.id, "role": "lead_negotiator", "share": shares[0]},
        {"officer_id": world.colleague.id, "role": "supporter"}
        | ({"share": shares[1]} if shares[1] else {}),
    ]
    before = await world.fingerprint()
    path = f"/leads/{lead['id']}/member-changes"
    response = await world.leader.post(path, {"members": members}, headers={"If-Match": etag(lead)})
    assert pointers(problem(response, 422, "invalid_values")) == [("/members", code)]
    assert await world.fingerprint() == before


async def test_a_member_is_a_field_officer(world: World) -> None:
    lead = await world.lead()
    members = [{"officer_id": world.auditor.id, "role": "lead_negotiator"}]
    path = f"/leads/{lead['id']}/member-changes"
    response = await world.leader.post(path, {"members": members}, headers={"If-Match": etag(lead)})
    assert pointers(problem(response, 422, "invalid_values")) == [
        ("/members/0/officer_id", "reference_not_found")
    ]


async def test_stage_history_counts_days_without_suspensions(world: World) -> None:
    day = today()
    ago = {n: (day - timedelta(days=n)).isoformat() for n in (0, 5, 10, 12, 20, 30)}
    lead = await world.lead(received_on=ago[30])
    await world.move(lead["id"], "contacted", event_on=ago[20])
    pause: dict[str, Any] = {"kind": "suspend", "explanation": "等待环评", "resume_by": ago[0]}
    await world.decide(await world.ask(lead["id"], event_on=ago[12], **pause))
    await world.decide(await world.ask(lead["id"], kind="resume", event_on=ago[10]))
    await world.move(lead["id"], "negotiating", event_on=ago[5])
    history = await world.officer.seen(f"/leads/{lead['id']}/stage-history")
    assert [
        (s["stage"], s["entered_on"], s["left_on"], s["days"], s["suspended_days"])
        for s in history["items"]
    ] == [
        ("identified", ago[30], ago[20], 10, 0),
        ("contacted", ago[20], ago[5], 13, 2),
        ("negotiating", ago[5], None, 5, 0),
    ]


async def test_stage_history_forgets_what_was_reversed(world: World) -> None:
    lead = await world.lead()
    step = await world.move(lead["id"], "contacted")
    await world.take_back("stage-transitions", step)
    history = await world.officer.seen(f"/leads/{lead['id']}/stage-history")
    assert [(s["stage"], s["left_on"]) for s in history["items"]] == [("identified", None)]


async def test_a_lead_needs_an_existing_company(world: World) -> None:
    response = await world.officer.post("/leads", {"name": "项目", "company_id": world.officer.id})
    assert pointers(problem(response, 422, "invalid_values")) == [
        ("/company_id", "reference_not_found")
    ]


async def test_a_claimed_lead_keeps_its_company(world: World) -> None:
    """Else the lead would have two claims, and its gate one on somebody else."""
    lead = await world.lead()
    claim = await approved(world, lead)
    other = {"company_id": (await world.company())["id"]}
    path = f"/leads/{lead['id']}"
    lead = await world.officer.seen(path)
    refused = problem(await world.officer.patch(path, other, etag(lead)), 422, "invalid_values")
    assert [error["code"] for error in refused["errors"]] == ["company_claimed"]
    same = {"company_id": lead["company_id"]}
    assert (await world.officer.patch(path, same, etag(lead))).status_code == 200
    await world.database.execute(
        "UPDATE claims SET protected_until = $2 WHERE id = $1",
        claim["id"], today() - timedelta(days=1),
    )  # fmt: skip
    assert (await world.officer.patch(path, other, etag(lead))).status_code == 200


async def test_a_lead_was_received_before_it_moved(world: World) -> None:
    days = [(today() - timedelta(days=back)).isoformat() for back in range(4)]
    lead = await world.lead(received_on=days[3])
    step = await world.ask(lead["id"], to_stage="contacted", event_on=days[1])
    path = f"/leads/{lead['id']}"
    for is_decided in (False, True):
        if is_decided:
            await world.decide(step)
        lead = await world.officer.seen(path)
        late = {"received_on": days[0]}
        refused = problem(await world.officer.patch(path, late, etag(lead)), 422, "invalid_values")
        assert [error["code"] for error in refused["errors"]] == ["received_after_move"]
        fitting = {"received_on": days[1 + is_decided]}
        assert (await world.officer.patch(path, fitting, etag(lead))).status_code == 200
