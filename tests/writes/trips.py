"""Trips, events, stationings and the leads traced to events."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, FIELD, OWN_EDIT, OWN_READ, Call, etag

LEFT: dict[str, set[str]] = {
    "log_trip": {"create trips", "create trip_participants"},
    "update_trip": {"update trips"},
    "reverse_trip": {"update trips"},
    "log_event": {"create events", "create event_participants"},
    "update_event": {"update events"},
    "reverse_event": {"update events"},
    "create_event_lead": {"create event_leads"},
    "delete_event_lead": {"delete event_leads"},
    "log_stationing": {"create stationings"},
    "update_stationing": {"update stationings"},
    "reverse_stationing": {"update stationings"},
}
ACCESS = {
    "list_trips": BUSINESS,
    "log_trip": FIELD,
    "get_trip": OWN_READ,
    "update_trip": OWN_EDIT,
    "reverse_trip": OWN_EDIT,
    "list_events": BUSINESS,
    "log_event": FIELD,
    "get_event": BUSINESS,
    "update_event": FIELD,
    "reverse_event": FIELD,
    "list_event_leads": BUSINESS,
    "create_event_lead": FIELD,
    "get_event_lead": OWN_READ,
    "delete_event_lead": "+4+44+3333331",
    "list_stationings": BUSINESS,
    "log_stationing": FIELD,
    "get_stationing": OWN_READ,
    "update_stationing": OWN_EDIT,
    "reverse_stationing": OWN_EDIT,
}
SINGLE = {
    "/trips/": "update_trip",
    "/events/": "update_event",
    "/event-leads/": "delete_event_lead",
    "/stationings/": "update_stationing",
}
TRIP = {
    "name": "赴上海招商",
    "region_code": "310000",
    "from_on": "2026-03-02",
    "to_on": "2026-03-04",
}
EVENT = {"name": "生物医药推介会", "kind": "roadshow", "held_on": "2026-03-03"}
REASON = {"reason": "重复"}


async def calls(world: World) -> dict[str, Call]:
    officer = world.officer
    trips = [await officer.made("/trips", TRIP) for _ in range(2)]
    events = [await officer.made("/events", EVENT) for _ in range(2)]
    days = [{"region_code": "310000", "from_on": d, "to_on": d} for d in _DAYS]
    spans = [await officer.made("/stationings", day) for day in days[:2]]
    event = await officer.made("/events", EVENT)
    met = {"event_id": event["id"], "relation": "met"}
    traced, new = [{**met, "lead_id": (await world.lead())["id"]} for _ in range(2)]
    row = await officer.made("/event-leads", traced)
    await officer.made("/event-leads", {**traced, "relation": "signed"})
    return {
        "log_trip": Call(officer, "POST", "/trips", TRIP),
        **_changes(officer, "trip", "/trips", trips, {"purpose": "拜访企业总部"}),
        "log_event": Call(officer, "POST", "/events", EVENT),
        **_changes(officer, "event", "/events", events, {"place": "昆明"}),
        "create_event_lead": Call(officer, "POST", "/event-leads", new),
        "delete_event_lead": Call(officer, "DELETE", f"/event-leads/{row['id']}", etag=etag(row)),
        "log_stationing": Call(officer, "POST", "/stationings", days[2]),
        **_changes(officer, "stationing", "/stationings", spans, {"place": "浦东"}),
    }


_DAYS = ("2026-02-01", "2026-02-02", "2026-02-03")


def _changes(officer: Any, noun: str, path: str, rows: list[Any], body: Any) -> dict[str, Call]:
    kept, reversed_ = rows
    reversal = f"{path}/{reversed_['id']}/reversals"
    return {
        f"update_{noun}": Call(officer, "PATCH", f"{path}/{kept['id']}", body, etag(kept)),
        f"reverse_{noun}": Call(officer, "POST", reversal, REASON, etag(reversed_)),
    }
