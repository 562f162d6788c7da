"""Targets, their weights and the signals of companies."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from tests.world import Client, World
from tests.writes.call import BUSINESS, FIELD, Call, etag

WEIGHERS = "33333++333331"
LEFT: dict[str, set[str]] = {
    "create_company_signal": {"create company_signals"},
    "update_company_signal": {"update company_signals"},
    "delete_company_signal": {"delete company_signals"},
    "update_target_weights": {"update target_weights"},
    "recompute_targets": {"create target_recomputations"},
    "decide_target": {"update targets"},
    "open_target_lead": {"create leads", "create lead_members", "update targets"},
}
ACCESS: dict[str, str] = {
    "list_company_signals": BUSINESS,
    "create_company_signal": "+++++++333331",
    "get_company_signal": BUSINESS,
    "update_company_signal": "+++++++333331",
    "delete_company_signal": "+++++++333331",
    "list_target_weights": BUSINESS,
    "get_target_weights": BUSINESS,
    "update_target_weights": WEIGHERS,
    "list_target_recomputations": BUSINESS,
    "get_target_recomputation": BUSINESS,
    "recompute_targets": "33+3+++333331",
    "get_chain_gaps": BUSINESS,
    "list_targets": BUSINESS,
    "get_target": BUSINESS,
    "decide_target": FIELD,
    "open_target_lead": "+++++33333331",
    "get_target_factor_report": BUSINESS,
}
SINGLE: dict[str, str] = {
    "/company-signals/": "update_company_signal",
    "/target-weights/": "update_target_weights",
    "/targets/": "decide_target",
}
WHY = {"decision": "dismiss", "dismissal": "too_small", "comment": "规模不足"}


async def a_unit(world: World) -> tuple[Any, dict[str, Any]]:
    """A unit with a chain of two nodes: half of A is there, B is missing and makes C27.

    κ of B = 3·1/2 ÷ 6 = 1/4; μ = 3·1/2 ÷ 3·1 = 1/2; g = 5/5 · 1 · (1/4 + 1/2)/2 = 3/8.
    μ of A = 1/2 · 3·1 ÷ 3·1 = 1/2; g = 3/5 · 1/2 · (0 + 1/2)/2 = 3/40.
    """
    number = next(world._numbers)
    body = {"name": f"生物医药{number}", "kind": "key_industry"}
    chain = await world.team_lead.made("/industry-chains", body)
    nodes = {
        "A": await world.node(chain, "A", importance=3, needed_share="0.5"),
        "B": await world.node(chain, "B", importance=5, industry_codes=["C27"]),
    }
    link = {"from_node_id": nodes["A"]["id"], "to_node_id": nodes["B"]["id"], "basis": "expert"}
    await world.team_lead.made("/chain-links", {**link, "strength": 3})
    company = await world.company(f"昆明制药{number}有限公司")
    there = {"chain_node_id": nodes["A"]["id"], "company_id": company["id"], "local_share": "0.25"}
    await world.officer.made("/node-presences", there)
    unit = await world.combination(f"生物医药{number}", industry_chain_id=chain["id"])
    return unit, nodes


async def a_candidate(world: World, **more: Any) -> Any:
    """A company elsewhere that makes what B lacks."""
    name = f"上海医药{next(world._numbers)}有限公司"
    more = {"industry_code": "C2710", "region_code": "310115", **more}
    return await world.company(more.pop("name", name), **more)


async def recomputed(world: World, unit: Any, client: Client | None = None, **more: Any) -> Any:
    """A run."""
    body = {"combination_id": unit["id"], **more}
    return await (client or world.team_lead).made("/target-recomputations", body)


async def proposed(world: World, unit: Any, query: str = "") -> list[Any]:
    """The unit's targets, the highest score first."""
    return (await world.officer.seen(f"/targets?combination_id={unit['id']}{query}"))["items"]


async def signalled(world: World, company: Any, kind: str, days: int) -> Any:
    """A signal of a company, so many days back."""
    happened_on = str(today() - timedelta(days=days))
    body = {"company_id": company["id"], "kind": kind, "happened_on": happened_on, "text": kind}
    return await world.officer.made("/company-signals", body)


async def decided(world: World, target: Any, **body: Any) -> Any:
    """The reply to the officer's decision on a target."""
    headers = {"If-Match": etag(target)}
    return await world.officer.post(f"/targets/{target['id']}/decisions", body, headers=headers)


async def calls(world: World) -> dict[str, Call]:
    unit, _ = await a_unit(world)
    for _ in range(2):
        await a_candidate(world)
    await recomputed(world, unit)
    targets = await proposed(world, unit)
    (weights,) = (await world.leader.seen("/target-weights"))["items"]
    signal = {"company_id": targets[0]["company_id"], "kind": "new_plant", "text": "拟建新厂"}
    signals = [await world.officer.made("/company-signals", signal) for _ in range(2)]
    path = f"/company-signals/{signals[0]['id']}"
    change = {"gap": "0.3", "lists": "0.25"}
    paths = [f"/targets/{target['id']}" for target in targets]
    return {
        "create_company_signal": Call(world.officer, "POST", "/company-signals", signal),
        "update_company_signal": Call(
            world.officer, "PATCH", path, {"kind": "tender"}, etag(signals[0])
        ),
        "delete_company_signal": Call(
            world.officer, "DELETE", f"/company-signals/{signals[1]['id']}", etag=etag(signals[1])
        ),
        "update_target_weights": Call(
            world.leader, "PATCH", f"/target-weights/{weights['id']}", change, etag(weights)
        ),
        "decide_target": Call(
            world.officer, "POST", f"{paths[0]}/decisions", {"decision": "accept"}, etag(targets[0])
        ),
        "open_target_lead": Call(
            world.officer, "POST", f"{paths[1]}/leads", {"name": "原料药项目"}, etag(targets[1])
        ),
        "recompute_targets": Call(
            world.team_lead, "POST", "/target-recomputations", {"combination_id": unit["id"]}
        ),
    }
