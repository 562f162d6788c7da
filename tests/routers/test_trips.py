"""Trips, events and the visits made on them, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import today
from tests.world import World, problem
from tests.writes import etag

TRIP = {"name": "赴上海招商", "from_on": "2026-03-02", "to_on": "2026-03-04"}
TOMORROW, YESTERDAY = (str(today() + timedelta(days=n)) for n in (1, -1))


@pytest.mark.parametrize(
    ("path", "body", "pointer", "code"),
    [
        ("/trips", {**TRIP, "to_on": "2026-03-01"}, "/to_on", "to_before_from"),
        ("/trips", {**TRIP, "from_on": TOMORROW, "to_on": TOMORROW}, "/from_on", "date_in_future"),
        ("/trips", {**TRIP, "cost_amount": "-1.00"}, "/cost_amount", "decimal_string"),
        ("/trips", {**TRIP, "region_code": "999999"}, "/region_code", "region_code_unknown"),
        (
            "/events",
            {"name": "推介会", "kind": "roadshow", "held_on": TOMORROW},
            "/held_on",
            "date_in_future",
        ),
        (
            "/stationings",
            {"region_code": "310000", "from_on": YESTERDAY, "to_on": TOMORROW},
            "/to_on",
            "date_in_future",
        ),
        (
            "/stationings",
            {"region_code": "310000", "from_on": "2024-01-01", "to_on": "2025-01-01"},
            "/to_on",
            "span_too_long",
        ),
    ],
)
async def test_what_is_refused(world: World, path: str, body: Any, pointer: str, code: str) -> None:
    (error,) = problem(await world.officer.post(path, body), 422, "invalid_values")["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_people_are_officers_each_once(world: World) -> None:
    ids = [world.colleague.id, world.officer.id, world.colleague.id]
    trip = await world.officer.made("/trips", {**TRIP, "participant_ids": ids})
    assert [one["officer_id"] for one in trip["participants"]] == ids[:2]
    assert (trip["organiser_id"], trip["cost_amount"]) == (world.officer.id, None)
    for field, pointer in (("participant_ids", "/participant_ids/0"), ("organiser_id",) * 2):
        agent: Any = world.agent.id if field == "organiser_id" else [world.agent.id]
        refused = problem(
            await world.officer.post("/trips", {**TRIP, field: agent}), 422, "invalid_values"
        )
        assert refused["errors"][0]["pointer"].strip("/") == pointer.strip("/")


async def test_visits_of_a_trip(world: World) -> None:
    trip = await world.officer.made("/trips", TRIP)
    lead = await world.lead()
    body = {"kind": "outbound", "summary": "x", "lead_id": lead["id"], "trip_id": trip["id"]}
    visit = await world.officer.made("/visits", {**body, "visited_on": "2026-03-04"})
    assert (await world.officer.seen(f"/visits?trip_id={trip['id']}"))["items"] == [visit]
    for changed, code in (
        ({"visited_on": "2026-03-05"}, "visit_outside_trip"),
        ({"visited_on": "2026-03-03", "kind": "local"}, "only_outbound"),
        ({"visited_on": "2026-03-03", "trip_id": lead["id"]}, "reference_not_found"),
        ({"visited_on": "2026-03-03", "event_id": lead["id"]}, "reference_not_found"),
    ):
        refused = await world.officer.post("/visits", {**body, **changed})
        assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == code
    path = f"/trips/{trip['id']}"
    refused = await world.officer.patch(path, {"to_on": "2026-03-03"}, etag(trip))
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "visit_outside_trip"
    path = f"/visits/{visit['id']}"
    refused = await world.officer.patch(path, {"visited_on": "2026-03-05"}, etag(visit))
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "visit_outside_trip"
    await world.take_back("trips", trip, world.officer)
    refused = await world.officer.post("/visits", {**body, "visited_on": "2026-03-03"})
    assert problem(refused, 422, "invalid_values")["errors"][0]["code"] == "reference_not_found"


async def test_a_trip_under_way_is_corrected_not_reversed(world: World) -> None:
    trip = await world.officer.made("/trips", {**TRIP, "to_on": TOMORROW})
    path, headers = f"/trips/{trip['id']}", {"If-Match": etag(trip)}
    body = {"reason": "x"}
    problem(await world.officer.post(f"{path}/reversals", body, headers=headers), 409,
            "trip_under_way")  # fmt: skip
    assert (await world.officer.patch(path, {"to_on": YESTERDAY}, etag(trip))).status_code == 200


async def test_who_corrects(world: World) -> None:
    """The organiser, who logged it, a lead of its team; those who only took part do not."""
    people = [world.stranger.id, world.officer.id]
    trip = await world.officer.made("/trips", {**TRIP, "participant_ids": people})
    path, event = f"/trips/{trip['id']}", {"name": "推介会", "kind": "roadshow"}
    assert (await world.stranger.seen(path))["id"] == trip["id"]
    assert (await world.other_lead.seen(path))["id"] == trip["id"]
    problem(await world.colleague.get(path), 404, "not_found")
    for client in (world.stranger, world.other_lead):
        problem(await client.patch(path, {"name": "x"}, etag(trip)), 403, "forbidden")
    assert (await world.team_lead.patch(path, {"name": "x"}, etag(trip))).status_code == 200
    made = await world.officer.made("/events", {**event, "held_on": "2026-03-03"})
    path = f"/events/{made['id']}"
    for client in (world.colleague, world.stranger, world.other_lead, world.leader):
        problem(await client.patch(path, {"name": "x"}, etag(made)), 403, "forbidden")
    assert (await world.team_lead.patch(path, {"name": "x"}, etag(made))).status_code == 200


async def test_stationings_of_others(world: World) -> None:
    days = {"region_code": "310000", "from_on": "2026-03-02", "to_on": "2026-03-04"}
    body = {**days, "officer_id": world.colleague.id}
    problem(await world.officer.post("/stationings", body), 403, "forbidden")
    problem(await world.other_lead.post("/stationings", body), 403, "forbidden")
    row = await world.team_lead.made("/stationings", body)
    assert (await world.colleague.seen(f"/stationings/{row['id']}"))["officer_id"] == (
        world.colleague.id
    )
    problem(await world.officer.get(f"/stationings/{row['id']}"), 404, "not_found")


async def test_tracing_needs_the_lead(world: World) -> None:
    event = {"name": "推介会", "kind": "roadshow", "held_on": "2026-03-03"}
    made = await world.stranger.made("/events", event)
    lead = await world.lead()
    body = {"event_id": made["id"], "lead_id": lead["id"], "relation": "sourced"}
    refused = problem(await world.stranger.post("/event-leads", body), 422, "invalid_values")
    assert refused["errors"][0]["code"] == "reference_not_found"
    await world.officer.made("/event-leads", body)
    assert (await world.stranger.seen("/event-leads"))["items"] == []
    again = {**body, "relation": "met"}
    await world.officer.made("/event-leads", again)
    problem(await world.officer.post("/event-leads", again), 409, "already_exists")
