"""T01, T04, T06, T07, T08 in a small zone, each number counted by hand."""

import asyncio
from typing import Any

from app.kpis import ledger
from tests.kpis.test_visits import check_drills
from tests.world import World, problem
from tests.writes import etag

METRICS = ("T01", "T04", "T06", "T07", "T08")


async def numbers(world: World, query: str, metrics: tuple[str, ...] = METRICS) -> dict[str, str]:
    """The numbers of everybody who has any."""
    names = {getattr(world, n).id: n for n in ("officer", "colleague", "team_lead", "stranger")}
    names |= {str(team_id): name for name, team_id in world.teams.items()}
    found = {}
    for scope in ("officers", "teams", "zone"):
        for subject, values in (await world.kpis(scope, query)).items():
            written = " ".join(str(values[metric]["value"]) for metric in metrics)
            if set(written.split()) - {"0", "None"}:
                found[names.get(subject, "zone")] = written
    return found


async def verified(world: World) -> bool:
    async with world.app.state.db.transaction() as session:
        return await ledger.verify(session) == []


async def a_trip(world: World, *people: Any, **more: Any) -> Any:
    days = {"from_on": "2025-03-30", "to_on": "2025-04-02"}
    ids = [client.id for client in people]
    return await world.officer.made(
        "/trips", {"name": "赴上海招商", "participant_ids": ids, **days, **more}
    )


async def an_event(world: World, kind: str, held_on: str, **more: Any) -> Any:
    body = {"name": "推介", "kind": kind, "held_on": held_on, **more}
    return await world.officer.made("/events", body)


async def a_year(world: World) -> dict[str, Any]:
    """Two trips, three events, four station days; 100.10 + 50 + 0 yuan, one cost unknown."""
    first = await a_trip(world, world.officer, world.colleague, cost_amount="100.10")
    joint = await a_trip(world, world.officer, world.stranger, cost_amount="0.00")
    show = await an_event(world, "roadshow", "2025-03-12", cost_amount="50.00")
    await an_event(world, "roadshow", "2025-04-12", participant_ids=[world.stranger.id])
    await an_event(world, "signing", "2025-03-31")
    days = {"region_code": "310000", "from_on": "2025-03-30", "to_on": "2025-04-02"}
    station = await world.colleague.made("/stationings", days)
    return {"first": first, "joint": joint, "show": show, "station": station}


async def test_trips_events_and_station_days(world: World) -> None:
    await a_year(world)
    # Trips count on 30 March, where they began; both days of a station span count.
    assert await numbers(world, "period=2025-03", ("T01", "T04", "T06")) == {
        "officer": "2 2 0",
        "colleague": "1 0 2",
        "stranger": "1 0 0",
        "bio": "2 2 2",
        "metal": "1 0 0",
        "bureau": "2 2 2",
        "zone": "2 2 2",
    }
    april = await numbers(world, "period=2025-04", ("T01", "T04", "T06"))
    assert april["zone"] == april["bureau"] == "0 1 2"
    assert (april["stranger"], april["colleague"], april["bio"]) == ("0 1 0", "0 0 2", "0 0 2")
    assert (await numbers(world, "period=2025-03-31..2025-04-01", ("T06",)))["zone"] == "2"
    assert await verified(world)


async def test_events_by_kind(world: World) -> None:
    await a_year(world)
    (zone,) = (await world.kpis("zone", "period=2025")).values()
    parts = {part["dimension"]: part["value"] for part in zone["T04"]["breakdown"]}
    assert parts == {"roadshow": "2", "signing": "1"}
    assert zone["T04"]["value"] == "3"
    assert {zone[metric]["credit_mode"] for metric in ("T01", "T04", "T06")} == {"participants"}


async def sourced(world: World, event: Any, lead: Any) -> Any:
    body = {"event_id": event["id"], "lead_id": lead["id"], "relation": "sourced"}
    return await world.officer.made("/event-leads", body)


async def test_leads_per_event_and_cost_per_effective_lead(world: World) -> None:
    made = await a_year(world)
    leads = [await world.lead() for _ in range(4)]
    rows = [await sourced(world, made["show"], lead) for lead in leads]
    for lead in leads[:3]:
        await world.move(lead["id"], "contacted")
    (zone,) = (await world.kpis("zone", "period=2025..2026")).values()
    # 4 leads of 3 events; 150.10 yuan for 3 effective leads: half up to the fen.
    told = {k: zone[k] for k in ("T07", "T08")}
    parts = ("value", "numerator", "denominator", "unit")
    assert [tuple(value[part] for part in parts) for value in told.values()] == [
        ("1.3333", "4", "3", "leads_per_event"),
        ("50.03", "150.10", "3", "CNY"),
    ]
    own = (await world.kpis("officers", "period=2025..2026"))[world.stranger.id]
    assert (own["T08"]["value"], own["T08"]["numerator"], own["T08"]["reason"]) == (
        None, "0.00", "denominator_zero",
    )  # fmt: skip
    assert await check_drills(world, "period=2025..2026") > 0
    assert await verified(world)
    path = f"/event-leads/{rows[0]['id']}"
    assert (await world.officer.delete(path, etag(rows[0]))).status_code == 204
    (zone,) = (await world.kpis("zone", "period=2025..2026")).values()
    assert zone["T07"]["numerator"] == "3"
    assert await verified(world)


async def test_a_lead_comes_from_one_event(world: World) -> None:
    made, lead = await a_year(world), await world.lead()
    other = await an_event(world, "roadshow", "2025-05-01")
    await sourced(world, made["show"], lead)
    body = {"event_id": other["id"], "lead_id": lead["id"], "relation": "sourced"}
    problem(await world.officer.post("/event-leads", body), 409, "already_exists")
    await world.officer.made("/event-leads", {**body, "relation": "signed"})


async def test_what_is_taken_back_counts_no_more(world: World) -> None:
    made = await a_year(world)
    await sourced(world, made["show"], await world.lead())
    await world.take_back("trips", made["first"], world.officer)
    await world.take_back("trips", made["joint"], world.officer)
    await world.take_back("events", made["show"], world.officer)
    await world.take_back("stationings", made["station"], world.colleague)
    assert (await numbers(world, "period=2025", ("T01", "T06", "T08"))) == {}
    (zone,) = (await world.kpis("zone", "period=2025")).values()
    assert (zone["T07"]["numerator"], zone["T07"]["denominator"]) == ("0", "2")
    assert zone["T08"]["numerator"] == "0.00"
    for name in ("first", "show", "station"):
        rows = await world.opened(f"/ledger-entries?subject_id={made[name]['id']}")
        assert rows
        assert sum(float(row["quantity"]) for row in rows) == 0
    problem(
        await world.officer.patch(f"/trips/{made['first']['id']}", {"name": "x"}, '"v2"'),
        409,
        "activity_reversed",
    )
    assert await verified(world)


async def test_a_corrected_trip_moves_the_numbers(world: World) -> None:
    trip = (await a_year(world))["first"]
    body = {
        "from_on": "2025-04-01",
        "cost_amount": "40.00",
        "organiser_id": world.stranger.id,
        "participant_ids": [world.stranger.id],
    }
    path = f"/trips/{trip['id']}"
    assert (await world.officer.patch(path, body, etag(trip))).status_code == 200
    april = await numbers(world, "period=2025-04", ("T01",))
    assert april == dict.fromkeys(("stranger", "metal", "bureau", "zone"), "1")
    costs = await world.kpis("officers", "period=2025")
    assert costs[world.stranger.id]["T08"]["numerator"] == "40.00"
    assert costs[world.officer.id]["T08"]["numerator"] == "50.00"
    assert await verified(world)


SPAN = {"region_code": "310000", "from_on": "2025-06-01", "to_on": "2025-06-10"}


async def test_racing_spans_of_one_officer(world: World) -> None:
    """Any two share a day, so that one of them wins."""
    spans = [{**SPAN, "from_on": f"2025-06-0{n}"} for n in range(1, 9)]
    replies = await asyncio.gather(*(world.officer.post("/stationings", s) for s in spans))
    codes = sorted(reply.status_code for reply in replies)
    assert codes == [201, *[409] * 7]
    refused = next(reply for reply in replies if reply.status_code == 409)
    (error,) = problem(refused, 409, "already_exists")["errors"]
    assert (error["pointer"], error["code"]) == ("/from_on", "overlaps")
    (row,) = (await world.officer.seen("/stationings"))["items"]
    days = 10 - int(row["from_on"][-1]) + 1
    assert (await numbers(world, "period=2025", ("T06",)))["officer"] == str(days)
    await world.colleague.made("/stationings", SPAN)
    assert await verified(world)


async def test_a_reversed_span_leaves_its_days_free(world: World) -> None:
    row = await world.officer.made("/stationings", SPAN)
    next_day = {**SPAN, "from_on": "2025-06-11", "to_on": "2025-06-11"}
    other = await world.officer.made("/stationings", next_day)
    path = f"/stationings/{other['id']}"
    reply = await world.officer.patch(path, {"from_on": "2025-06-10"}, etag(other))
    problem(reply, 409, "already_exists")
    await world.take_back("stationings", row, world.officer)
    reply = await world.officer.patch(path, {"from_on": "2025-06-10"}, etag(other))
    assert reply.status_code == 200
    assert (await numbers(world, "period=2025", ("T06",)))["officer"] == "2"
