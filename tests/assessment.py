"""The table of V13 as a scheme, and the facts that two officers earn their points by."""

from typing import Any

from app.core.clock import today
from tests.world import Client, World

YEAR = today().year


def _if(record: Any) -> dict[str, str]:
    return {"If-Match": f'"v{record["version"]}"'}


def item(name: str, points: str, rule: dict[str, Any], *measures: Any, **more: Any) -> Any:
    """An item of a scheme."""
    found = {"name": name, "kpi_dimension": "performance", "points": points, "scoring": rule}
    return {**found, "measures": list(measures), **more}


def measure(metric: str, target: str | None = None, **more: Any) -> Any:
    """A metric with a target for everybody."""
    return {"metric": metric, **({"target_value": target} if target else {}), **more}


V13 = [
    item("协议投资额", "0.50", {"rule": "ratio_capped"}, measure("M01", "100000000")),
    item("拜访", "0.50", {"rule": "item_cap", "cap": "1.20"}, measure("T09", "5")),
    item(
        "个数与金额", "0.50", {"rule": "composite"}, measure("Q02", "1"), measure("M01", "54000000")
    ),
    item("签约定额", "0.50", {"rule": "quota", "deduct": "0.25"}, measure("Q02", "1")),
    item("评议", "0.50", {"rule": "peer"}),
    item("领导带队", "0.50", {"rule": "ratio_capped"}, measure("T05", "5")),
]
PLACE_OF_PEERS = 4


def scheme(*subjects: Client, **more: Any) -> Any:
    """A draft of it for some persons."""
    return {
        "year": YEAR,
        "name": f"{YEAR}年度招商考核方案",
        "subject_kind": "person",
        "total_points": "3.00",
        "subject_ids": [client.id for client in subjects],
        "items": V13,
        **more,
    }


async def published(world: World, body: Any, client: Client | None = None) -> Any:
    """A scheme that holds."""
    client = client or world.assessor
    made = await client.made("/schemes", body)
    path = f"/schemes/{made['id']}/publications"
    return await client.made(path, None, headers=_if(made))


async def earned(world: World, client: Client, amount: str, score: str, made: Any) -> None:
    """A signing, six visits of which four are led by a leader, and one peer score."""
    await world.lead_at("signed", client=client, agreed_amount=amount)
    for number in range(6):
        mechanism = "leader_led" if number < 4 else "department"
        await world.visit(client, mechanism=mechanism)
    await entered(world, made, client, PLACE_OF_PEERS, score)


async def entered(world: World, made: Any, client: Client, place: int, value: str) -> Any:
    """What the assessor enters for an item of somebody's card."""
    body = {"scheme_id": made["id"], "place": place, "period": str(YEAR), "value": value}
    more = {"subject_id": client.id, "reason": "民主评议"}
    return await world.assessor.made("/scorecard-inputs", {**body, **more})


async def v13(world: World, **more: Any) -> Any:
    """The scheme with both officers' facts."""
    made = await published(world, scheme(world.officer, world.stranger, **more))
    await earned(world, world.officer, "96000000.00", "60", made)
    await earned(world, world.stranger, "90000000.00", "100", made)
    return made


async def computed(world: World, made: Any, **more: Any) -> Any:
    """Drafts of everybody's card for the year."""
    body = {"scheme_id": made["id"], "period": str(YEAR), **more}
    return await world.assessor.made("/scorecards", body)


async def released(world: World, made: Any, client: Client | None = None) -> Any:
    """The same, published."""
    await computed(world, made)
    body = {"scheme_id": made["id"], "period": str(YEAR)}
    return await (client or world.assessor).made("/scorecard-publications", body)


async def objected(client: Client, card: Any, place: int) -> Any:
    """An objection to an item of a card."""
    path, body = f"/scorecards/{card['id']}/objections", {"place": place, "text": "漏计一次评议"}
    return await client.made(path, body, headers=_if(card))


async def decided(client: Client, objection: Any, points: str | None) -> Any:
    """Its decision: upheld with points, or rejected."""
    path, body = f"/objections/{objection['id']}/decisions", {"text": "核实无误", "points": points}
    return await client.made(path, body, headers=_if(objection))


async def card_of(world: World, run: Any, client: Client) -> Any:
    """Somebody's card of a run, as the assessor sees it."""
    (found,) = [item for item in run["items"] if item["subject"]["id"] == client.id]
    return await world.assessor.seen(f"/scorecards/{found['id']}")
