"""Schemes, scorecards, entries and objections."""

from tests.assessment import (
    PLACE_OF_PEERS,
    V13,
    YEAR,
    card_of,
    computed,
    entered,
    objected,
    published,
    released,
    scheme,
)
from tests.world import World
from tests.writes.call import BUSINESS, OWN_EDIT, OWN_READ, Call, etag

LEFT: dict[str, set[str]] = {
    "create_scheme": {"create schemes", "create scheme_items"},
    "update_scheme": {"update schemes", "create scheme_items", "delete scheme_items"},
    "delete_scheme": {"delete schemes", "delete scheme_items"},
    "publish_scheme": {"update schemes"},
    "retire_scheme": {"update schemes"},
    "compute_scorecards": {"create scorecards", "delete scorecards"},
    "publish_scorecards": {"update scorecards", "create scorecard_listings"},
    "simulate_scorecard": set(),
    "enter_scorecard_input": {"create scorecard_inputs"},
    "reverse_scorecard_input": {"update scorecard_inputs"},
    "raise_objection": {"create objections"},
    "decide_objection": {
        "update objections",
        "create scorecard_inputs",
        "create scorecards",
        "update scorecards",
    },
}
ASSESSOR, ZONE = "333333+333331", "44444++3+3331"
ACCESS = {
    "list_schemes": BUSINESS,
    "get_scheme": ZONE,  # a draft
    "create_scheme": ASSESSOR,
    "update_scheme": ASSESSOR,
    "delete_scheme": ASSESSOR,
    "publish_scheme": ASSESSOR,
    "retire_scheme": ASSESSOR,
    "list_scorecards": BUSINESS,
    "get_scorecard": OWN_READ,
    "compute_scorecards": ASSESSOR,
    "publish_scorecards": ASSESSOR,
    "simulate_scorecard": BUSINESS,
    "list_scorecard_listings": BUSINESS,
    "list_scorecard_inputs": BUSINESS,
    "get_scorecard_input": ZONE,
    "enter_scorecard_input": ASSESSOR,
    "reverse_scorecard_input": ASSESSOR,
    "list_objections": BUSINESS,
    "get_objection": OWN_READ,
    "raise_objection": OWN_EDIT,
    "decide_objection": ASSESSOR,
}
SINGLE = {
    "/schemes/": "update_scheme",
    "/scorecards/": "raise_objection",
    "/scorecard-inputs/": "reverse_scorecard_input",
    "/objections/": "decide_objection",
}
LISTS = [{"colour": "red", "name": "先进", "when": {"condition": "top", "count": 1}}]


async def calls(world: World) -> dict[str, Call]:
    kept, removed, ready = [
        await world.assessor.made("/schemes", scheme(world.officer, name=name))
        for name in ("草稿", "废稿", "待发布")
    ]
    ended = await published(world, scheme(world.officer, name="停用"))
    path, who = "/schemes", world.assessor
    publication, retirement = (
        f"{path}/{ready['id']}/publications",
        f"{path}/{ended['id']}/retirements",
    )
    return {
        **await _cards(world),
        **await _objections(world),
        "create_scheme": Call(who, "POST", path, scheme(world.officer, name="新方案")),
        "update_scheme": Call(
            who, "PATCH", f"{path}/{kept['id']}", {"items": V13[:2], "lists": LISTS}, etag(kept)
        ),
        "delete_scheme": Call(who, "DELETE", f"{path}/{removed['id']}", etag=etag(removed)),
        "publish_scheme": Call(who, "POST", publication, etag=etag(ready)),
        "retire_scheme": Call(who, "POST", retirement, etag=etag(ended)),
    }


async def _cards(world: World) -> dict[str, Call]:
    first, second = [
        await published(world, scheme(world.officer, name=name, lists=LISTS))
        for name in ("计算", "发布")
    ]
    for made in (first, second):
        await computed(world, made)
    extra = await entered(world, first, world.officer, PLACE_OF_PEERS, "80")
    wanted, drafted = ({"scheme_id": m["id"], "period": str(YEAR)} for m in (first, second))
    entry = {**wanted, "place": PLACE_OF_PEERS, "subject_id": world.officer.id, "value": "90"}
    added = [{"metric": "M01", "add": "1000000.00"}]
    reversal = f"/scorecard-inputs/{extra['id']}/reversals"
    who, simulations = world.assessor, "/scorecard-simulations"
    return {
        "compute_scorecards": Call(who, "POST", "/scorecards", wanted),
        "publish_scorecards": Call(who, "POST", "/scorecard-publications", drafted),
        "simulate_scorecard": Call(world.officer, "POST", simulations, {**wanted, "added": added}),
        "enter_scorecard_input": Call(
            who, "POST", "/scorecard-inputs", {**entry, "reason": "民主评议"}
        ),
        "reverse_scorecard_input": Call(who, "POST", reversal, {"reason": "录错"}, etag(extra)),
    }


async def _objections(world: World) -> dict[str, Call]:
    """Of a card that another assessor published, so that this one may decide."""
    made = await published(world, scheme(world.officer, name="异议"))
    run = await released(world, made, await world.account("assessor"))
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 0)
    path = f"/objections/{objection['id']}/decisions"
    body = {"text": "核实无误", "points": "0.50"}
    return {
        "raise_objection": Call(
            world.officer,
            "POST",
            f"/scorecards/{card['id']}/objections",
            {"place": 1, "text": "漏计两次拜访"},
            etag(card),
        ),
        "decide_objection": Call(world.assessor, "POST", path, body, etag(objection)),
    }
