"""Stage transitions."""

from tests.world import World
from tests.writes.call import Call, etag

LEFT: dict[str, set[str]] = {
    "create_stage_transition": {"create stage_transitions", "update leads"},
    "decide_stage_transition": {
        "update stage_transitions",
        "update leads",
        "create stage_credits",
    },
    "reverse_stage_transition": {"update stage_transitions", "update leads"},
}


async def calls(world: World) -> dict[str, Call]:
    lead, pending, moved = [await world.lead() for _ in range(3)]
    collection, asked = f"/leads/{lead['id']}/stage-transitions", {"to_stage": "contacted"}
    request = await world.officer.made(
        f"/leads/{pending['id']}/stage-transitions", asked, headers={"If-Match": etag(pending)}
    )
    done = await world.move(moved["id"], "contacted")
    return {
        "create_stage_transition": Call(world.officer, "POST", collection, asked, etag(lead)),
        "decide_stage_transition": Call(
            world.team_lead,
            "POST",
            f"/stage-transitions/{request['id']}/decisions",
            {"decision": "recognise"},
            etag(request),
        ),
        "reverse_stage_transition": Call(
            world.team_lead,
            "POST",
            f"/stage-transitions/{done['id']}/reversals",
            {"reason": "误报"},
            etag(done),
        ),
    }
